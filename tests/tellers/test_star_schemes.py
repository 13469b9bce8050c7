"""Versions of a star scheme through their pages: drafted, tried out on the last period, published."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from tellers.models import StarRating, StarScheme
from tellers.services.star_schemes import star_scheme_draft
from tellers.stars import DEFAULT_STARS, StarRules
from tests.tellers.rated import a_teller, computed, published, rating_of, violate

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return cast.service_office


def url(name, *args):
    return reverse(f"tellers:star_scheme{name}", args=args)


def text_of(response):
    return response.content.decode()


def typed(client, where):
    """What the form at a page holds, as a browser would post it."""
    form = client.get(where).context["form"]
    return {
        field.html_name: value
        for field in form
        if (value := field.value()) is not None and value != ""
    }


def test_drafted_changed_published(client, org, office):
    data = typed(client, url("_new")) | {"label": "2012年办法", "weight_skill": "30", "quota_4": ""}
    data |= {"disqualifying": ["GRAVE"], "target_LOBBY_MANAGER": "40", "tie_1": ""}
    assert client.post(url("_new"), data).status_code == 302
    draft = StarScheme.objects.get()
    rules = StarRules.from_json(draft.rules)
    assert rules == replace(
        DEFAULT_STARS,
        weights=DEFAULT_STARS.weights | {"skill": Decimal(30)},
        quotas={"5": Decimal("0.05")},
        targets={"TELLER": Decimal(60), "LOBBY_MANAGER": Decimal(40)},
        disqualifying=("GRAVE",),
        tie_break=("discipline", "standards", "skill", "efficiency"),
    )
    assert "大堂经理40笔" in text_of(client.get(url("", draft.pk)))
    again = client.post(url("_new"), data)
    assert (again.status_code, "已有名为" in text_of(again)) == (409, True)
    client.post(url("_edit", draft.pk), typed(client, url("_edit", draft.pk)) | {"floor": "55"})
    client.post(url("_publish", draft.pk))
    draft.refresh_from_db()
    assert (draft.rules["floor"], draft.published_at is not None) == ("55", True)
    for name in ("_edit", "_what_if"):
        assert client.get(url(name, draft.pk)).status_code == 404


def test_what_contradicts_itself_is_refused(client, office):
    data = typed(client, url("_new")) | {"label": "错", "cut_4": "96"}
    refused = client.post(url("_new"), data)
    assert (refused.status_code, "分数线应逐星升高" in text_of(refused)) == (422, True)
    assert 'value="96"' in text_of(refused)  # what was typed stays


def test_a_draft_may_be_thrown_away(client, org, office):
    draft = star_scheme_draft(branch=org.branch, label="草", rules=DEFAULT_STARS, actor=office)
    client.post(url("_delete", draft.pk))
    assert not StarScheme.objects.exists()


def test_the_line_reads_what_is_published(client, org, cast):
    scheme = published(org.branch)
    draft = star_scheme_draft(
        branch=org.branch, label="未定", rules=DEFAULT_STARS, actor=cast.service_office
    )
    client.force_login(cast.teller)
    text = text_of(client.get(reverse("tellers:star_schemes")))
    assert (scheme.label in text, "未定" in text) == (True, False)
    assert client.get(url("", draft.pk)).status_code == 404
    assert "任一维度低于60分，最高二星" in text_of(client.get(url("", scheme.pk)))


@pytest.fixture
def tried(org, office):
    """A computed year, and a draft that weighs tests alone and forgives serious ones."""
    good = a_teller(org, score=97)
    weak = a_teller(org, score=65)
    barred = a_teller(org, score=80)
    violate(org, barred, "SERIOUS", "代客填单")
    computed(org.branch)
    alone = dict.fromkeys(DEFAULT_STARS.weights, Decimal(0)) | {"skill": Decimal(1)}
    rules = replace(DEFAULT_STARS, weights=alone, disqualifying=("GRAVE",))
    draft = star_scheme_draft(branch=org.branch, label="只看测试", rules=rules, actor=office)
    return draft, good, weak, barred


def test_what_a_draft_would_do(client, tried):
    draft, good, weak, barred = tried
    before = list(StarRating.objects.order_by("pk").values())
    found = client.get(url("_what_if", draft.pk)).context["found"]
    moves = {one.number: one for one in found.moves}
    assert {key: (one.before, one.after, one.steps) for key, one in moves.items()} == {
        weak.number: ("四星", "一星", -3),
        barred.number: ("不予评定", "三星", 4),
    }
    assert moves[weak.number].why == "总分92.76→65.00"
    assert moves[barred.number].why == "总分无→80.00；原先：2011-07-01较重违规“代客填单”"
    assert {one.label: (one.before, one.after) for one in found.levels if one.change} == {
        "四星": (1, 0), "三星": (0, 1), "一星": (0, 1), "不予评定": (1, 0),
    }  # fmt: skip
    assert (found.people, found.ups, found.downs, found.moved_since) == (4, 1, 1, 0)
    assert list(StarRating.objects.order_by("pk").values()) == before
    assert rating_of(good).star == 5


def test_facts_that_came_later_are_told_apart(client, org, tried):
    draft, good, _, _ = tried
    violate(org, good, "GRAVE")
    response = client.get(url("_what_if", draft.pk))
    assert response.context["found"].moved_since == 1
    assert "1 人的数据有了变化" in text_of(response)


def test_a_trial_costs_the_same_for_many(client, org, tried, django_assert_num_queries):
    draft = tried[0]
    client.get(url("_what_if", draft.pk))
    with django_assert_num_queries(9):
        client.get(url("_what_if", draft.pk))
    for _ in range(3):
        a_teller(org, unit=org.b1, score=70)
    computed(org.branch)
    with django_assert_num_queries(9):
        client.get(url("_what_if", draft.pk))


def test_nothing_to_try_on(client, org, office):
    draft = star_scheme_draft(branch=org.branch, label="草", rules=DEFAULT_STARS, actor=office)
    assert "还没有测算过的周期" in text_of(client.get(url("_what_if", draft.pk)))
