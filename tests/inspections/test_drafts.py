from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from inspections.models import Draft
from inspections.services.drafts import DraftPatch, draft_open, draft_patch
from inspections.services.visits import VisitNotOpen, visits_cancel
from tests.inspections.builders import at_once, make_version, make_visit, submit


@pytest.fixture
def visit(org, cast):
    make_version(org.branch)
    return make_visit(org.a1, cast.inspector)


@pytest.fixture
def items(visit):
    return {item.code: str(item.pk) for item in visit.version.items.all()}


def patch(visit, **kw):
    return draft_patch(visit=visit, patch=DraftPatch(**kw), actor=visit.inspector)


@pytest.mark.parametrize(
    ("today", "day"),
    [("2011-03-01", "2011-04-01"), ("2011-04-12", "2011-04-12"), ("2026-01-01", "2011-04-30")],
)
def test_a_new_draft_is_dated_within_the_window(visit, today, day):
    draft = draft_open(visit=visit, today=date.fromisoformat(today))
    assert draft.header == {"date": day}
    assert draft_open(visit=visit) == draft


def test_patches_merge_item_by_item_in_one_statement(visit, items, django_assert_num_queries):
    draft_open(visit=visit)
    patch(visit, answers={items["1.01"]: {"value": "pass"}}, header={"note": "好"})
    with django_assert_num_queries(1):
        assert patch(visit, answers={items["1.02"]: {"value": "3", "note": "地面"}}) == 2
    patch(visit, answers={items["1.01"]: {"value": "fail", "staff": 7}})
    draft = Draft.objects.get()
    assert draft.revision == 3
    assert draft.answers == {
        items["1.01"]: {"value": "fail", "note": "", "staff": 7},
        items["1.02"]: {"value": "3", "note": "地面", "staff": None},
    }
    assert draft.header["note"] == "好"
    assert "date" in draft.header


def test_an_answer_can_be_taken_back(visit, items):
    draft_open(visit=visit)
    patch(visit, answers={items["1.01"]: {"value": "pass"}, items["1.02"]: {"value": "1"}})
    patch(visit, answers={items["1.01"]: None})
    assert list(Draft.objects.get().answers) == [items["1.02"]]


@pytest.mark.parametrize(
    ("answers", "header", "reason"),
    [
        ({"999999": {"value": "pass"}}, {}, "没有编号为999999的项目"),
        ({"x": {"value": "pass"}}, {}, "没有编号为x的项目"),
        ({"1.01": {"value": "x" * 33}}, {}, "结果应是不超过32个字的文本"),
        ({"1.01": {"value": 3}}, {}, "结果应是不超过32个字的文本"),
        ({"1.01": {"note": "x" * 301}}, {}, "备注不能超过300个字"),
        ({"1.01": {"note": "\x00"}}, {}, "含有不可见的控制字符"),
        ({"1.01": {"staff": True}}, {}, "员工应是员工记录的编号"),
        ({}, {"date": "30.4.2011"}, "检查日期应如 2011-04-30"),
        ({}, {"methods": ["SPYING"]}, "检查方法不在可选范围内"),
        ({}, {"note": "x" * 2001}, "总体评价不能超过2000个字"),
        ({}, {"colour": 1}, "没有“colour”这一栏"),
    ],
)
def test_what_no_form_sends_is_refused(visit, items, answers, header, reason):
    draft_open(visit=visit)
    answers = {items.get(key, key): value for key, value in answers.items()}
    with pytest.raises(ValidationError, match=reason):
        patch(visit, answers=answers, header=header)
    assert Draft.objects.get().revision == 0


def test_a_visit_that_is_over_keeps_its_draft_as_it_is(visit, items, cast):
    draft_open(visit=visit)
    submit(visit)
    with pytest.raises(VisitNotOpen):
        patch(visit, answers={items["1.01"]: {"value": "pass"}})
    other = make_visit(visit.unit, cast.inspector, "SPECIAL")
    draft_open(visit=other)
    visits_cancel(visits=[other], actor=cast.service_office)
    with pytest.raises(VisitNotOpen):
        patch(other, header={"note": "x"})


def test_nobody_else_writes_it(visit, items, cast):
    draft_open(visit=visit)
    with pytest.raises(VisitNotOpen):
        draft_patch(visit=visit, patch=DraftPatch(header={"note": "x"}), actor=cast.shopper)


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_lose_nothing(org, cast):
    version = make_version(org.branch)
    visit = make_visit(org.a1, cast.inspector)
    items = [str(pk) for pk in version.items.values_list("pk", flat=True)]
    draft_open(visit=visit)

    def tab(place):
        for turn in range(5):
            patch(visit, answers={items[place % 6]: {"value": f"{place}:{turn}"}})

    at_once([partial(tab, place) for place in range(12)])
    draft = Draft.objects.get()
    assert draft.revision == 60
    assert set(draft.answers) == set(items)
    assert all(answer["value"].endswith(":4") for answer in draft.answers.values())
