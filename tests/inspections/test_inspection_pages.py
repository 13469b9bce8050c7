import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inspections.models import Inspection, Visit, Wave
from inspections.services.submissions import inspection_return
from inspections.services.visits import visits_cancel
from tests.factories import make_outlet
from tests.inspections.builders import make_inspection, make_version, make_visit, submit


@pytest.fixture
def version(org):
    return make_version(org.branch)


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def get(client, name, *args, **params):
    return client.get(reverse(f"inspections:{name}", args=args), params)


def post(client, name, *args, **data):
    return client.post(reverse(f"inspections:{name}", args=args), data)


def told(response):
    """What this request said last."""
    return str(list(response.wsgi_request._messages)[-1])


def queries(client, name, **params):
    get(client, name, **params)
    with CaptureQueriesContext(connection) as captured:
        assert get(client, name, **params).status_code == 200
    return len(captured)


# The plan ---------------------------------------------------------------------------------------


def plan_data(**kw):
    return {
        "channel": "OPEN", "not_before": "2011-04-01", "not_after": "2011-04-30", "note": "",
    } | kw  # fmt: skip


def test_visits_are_given_out(office, org, cast, version):
    data = plan_data(units=[org.a1.pk, org.b1.pk], inspectors=[cast.inspector.pk])
    response = post(office, "visit_create", **data)
    assert response.url == "/inspections/visits/?month=2011-04"
    assert told(response) == "已派发2项任务"
    assert (
        Visit.objects.filter(inspector=cast.inspector, assigned_by=cast.service_office).count() == 2
    )


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "请至少选择一家网点"),
        ({"not_before": "2011-05-01"}, "最迟日期早于最早日期"),
        ({"channel": "COVERT", "inspectors": True}, "不是在用的暗访人员账号"),
        ({"not_before": "x"}, "输入一个有效的日期"),
    ],
)
def test_a_wrong_plan_says_why_and_keeps_what_was_typed(office, org, cast, version, data, text):
    units = {} if not data else {"units": [org.a1.pk]}
    if "inspectors" in data:
        data = data | {"inspectors": [cast.inspector.pk]}
    response = post(office, "visit_create", **plan_data(note="看录像", **units) | data)
    assert response.status_code == 422
    assert text in response.content.decode()
    assert "看录像" in response.content.decode()
    assert not Visit.objects.exists()


def test_the_plan_form_proposes_the_outlets_not_reached(office, org, cast, version):
    make_visit(org.a1, cast.inspector)
    response = get(office, "visit_create", month="2011-04", missing="OPEN")
    ticked = re.findall(r'name="units" value="(\d+)" checked', response.content.decode())
    assert ticked == [str(unit.pk) for unit in (org.a2, org.b1, org.b2)]
    assert get(office, "visit_create", month="never", missing="x").status_code == 200


def test_the_plan_of_a_month(office, org, cast, version):
    make_visit(org.a1, cast.inspector)
    text = get(office, "visits", month="2011-04").content.decode()
    assert "2011年4月有 4 家网点，明查已安排 1 家，暗访已安排 0 家" in text
    assert "甲一网点" in text
    empty = get(office, "visits", month="2011-05").content.decode()
    assert "没有任务" in empty
    assert "应如“2011-04”" in get(office, "visits", month="x").content.decode()


def test_ticked_visits_change_hands_and_are_cancelled(office, org, cast, version):
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    data = {"visits": [visit.pk], "inspector": cast.shopper.pk}
    assert told(post(office, "visits_assign", **data)) == "已把0项任务派给shopper"
    data["inspector"] = cast.inspector.pk
    assert "不能承担暗访" in told(post(office, "visits_assign", **data))
    assert told(post(office, "visits_assign", visits=[visit.pk])) == "请选择检查人"
    assert told(post(office, "visits_cancel")) == "请先勾选任务"
    assert told(post(office, "visits_cancel", visits=[visit.pk])) == "已取消1项任务"


def test_the_coordinator_assigns_shoppers_and_nothing_else(client, org, cast, version):
    covert = make_visit(org.a1, cast.shopper, "COVERT")
    opened = make_visit(org.a1, cast.inspector)
    client.force_login(cast.coordinator)
    page = get(client, "visits", month="2011-04")
    assert list(page.context["page_obj"]) == [covert]
    assert page.context["coverage"] is None
    assert "派发任务" not in page.content.decode()
    refusal = told(post(client, "visits_assign", visits=[opened.pk], inspector=cast.shopper.pk))
    assert "已把" not in refusal
    assert post(client, "visit_create").status_code == 403
    assert post(client, "visits_cancel", visits=[covert.pk]).status_code == 403
    assert get(client, "visit_edit", covert.pk).status_code == 403


def test_a_visit_is_edited(office, org, cast, version):
    visit = make_visit(org.a1, cast.inspector)
    assert get(office, "visit_edit", visit.pk).status_code == 200
    data = {"not_before": "2011-04-05", "not_after": "2011-04-09", "note": "周末去"}
    assert post(office, "visit_edit", visit.pk, **data).status_code == 302
    visit.refresh_from_db()
    assert (visit.not_before, visit.note) == (date(2011, 4, 5), "周末去")
    wrong = post(office, "visit_edit", visit.pk, **data | {"not_after": "2011-04-01"})
    assert wrong.status_code == 422
    visits_cancel(visits=[visit], actor=cast.service_office)
    assert "不能再改动" in post(office, "visit_edit", visit.pk, **data).content.decode()


# The inspector's pages --------------------------------------------------------------------------


def test_the_form_belongs_to_its_inspector(client, org, cast, version):
    visit = make_visit(org.a1, cast.inspector)
    client.force_login(cast.inspector)
    response = get(client, "score", visit.pk)
    assert response.status_code == 200
    assert response["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert "检查内容1.01" in response.content.decode()
    assert client.post(response.wsgi_request.path).status_code == 405
    client.force_login(cast.shopper)
    assert get(client, "score", visit.pk).status_code == 404
    client.force_login(cast.service_office)
    assert get(client, "score", visit.pk).status_code == 403


def test_after_submitting_there_is_the_receipt(client, org, cast, version):
    visit = make_visit(org.a1, cast.inspector)
    client.force_login(cast.inspector)
    assert get(client, "receipt", visit.pk).status_code == 404
    inspection = submit(visit).inspection
    assert get(client, "score", visit.pk).url == reverse("inspections:receipt", args=[visit.pk])
    assert inspection.number in get(client, "receipt", visit.pk).content.decode()


def test_a_cancelled_visit_says_so(client, org, cast, version):
    visit = make_visit(org.a1, cast.inspector)
    visits_cancel(visits=[visit], actor=cast.service_office)
    client.force_login(cast.inspector)
    response = get(client, "score", visit.pk)
    assert response.status_code == 410
    assert "任务已取消" in response.content.decode()


def test_the_day_of_an_inspector_and_its_empty_state(client, cast, org, version):
    client.force_login(cast.inspector)
    assert "目前没有任务" in get(client, "today").content.decode()
    make_visit(org.a1, cast.inspector, note="从后门进")
    text = get(client, "today").content.decode()
    assert "已过期限" in text
    assert "从后门进" in text


# Inspections ------------------------------------------------------------------------------------


def test_the_list_filters_and_sorts(office, org, cast, version):
    one = make_inspection(org.a1, cast.inspector, values={"1.01": "fail"})
    two = make_inspection(org.b1, cast.inspector, window=(date(2011, 4, 1), date(2011, 5, 30)),
                          date=date(2011, 5, 2), released=True)  # fmt: skip

    def found(**params):
        return [row.pk for row in get(office, "inspections", **params).context["page_obj"]]

    assert found() == [two.pk, one.pk]
    assert found(sort="score") == [one.pk, two.pk]
    assert found(sort="-unit") == [two.pk, one.pk]
    assert found(month="2011-04") == [one.pk]
    assert found(state="RELEASED") == [two.pk]
    assert found(unit=org.b.pk) == [two.pk]
    assert found(number=one.number[-4:]) == [one.pk]
    assert found(inspector=cast.inspector.pk, channel="SPECIAL") == []
    assert "没有符合条件的检查" in get(office, "inspections", channel="SELF").content.decode()


def test_an_inspection_shows_its_items(office, org, cast, version):
    inspection = make_inspection(
        org.a1, cast.inspector, values={"1.02": "2", "2.02": "na", "3.02": "fail"},
        notes={"2.02": "未发生", "1.02": "墙面污损"}, note="总体较好", methods=("CCTV",),
    )  # fmt: skip
    text = get(office, "inspection", inspection.pk).content.decode()
    for words in (
        "差错2次",
        "墙面污损",
        "不适用",
        "总体较好",
        "调看录像",
        "否决清零：3.02",
        "6 项中 2 项扣分",
    ):
        assert words in text
    rule = f"{reverse('inspections:checklist_version', args=[version.pk])}#item-"
    assert text.count(rule) == 6


def test_a_sheet_red_line_is_explained(office, org, cast):
    make_version(org.branch, (("1.01", "环境", 10, "ALL_OR_NOTHING", "", {"red_line": "SHEET"}),))
    inspection = make_inspection(org.a1, cast.inspector, values={"1.01": "fail"})
    assert inspection.score == 0
    text = get(office, "inspection", inspection.pk).content.decode()
    assert "触及全卷一票否决，总分记 0" in text


def test_returning_asks_why(office, org, cast, version):
    inspection = make_inspection(org.a1, cast.inspector)
    assert get(office, "inspection_return", inspection.pk).status_code == 200
    assert post(office, "inspection_return", inspection.pk, reason=" ").status_code == 422
    response = post(office, "inspection_return", inspection.pk, reason="照片不清")
    assert response.status_code == 302
    assert "已退回" in told(response)
    again = post(office, "inspection_return", inspection.pk, reason="照片不清")
    assert "不能退回" in told(again)
    assert "照片不清" in get(office, "inspection", inspection.pk).content.decode()


def test_releasing_the_ticked_ones(office, org, cast, version):
    one = make_inspection(org.a1, cast.inspector)
    two = make_inspection(org.b1, cast.inspector)
    covert = make_inspection(org.a1, cast.shopper, "COVERT")
    assert told(post(office, "inspections_release")) == "请先勾选要发布的检查"
    mixed = post(office, "inspections_release", inspections=[one.pk, covert.pk])
    assert told(mixed) == f"没有发布任何检查：检查{covert.number}是暗访，只能随批次一起发布"
    assert not Inspection.objects.filter(state="RELEASED").exists()
    both = post(office, "inspections_release", inspections=[one.pk, two.pk])
    assert told(both) == "已发布2次检查，排名随即更新"
    again = post(office, "inspections_release", inspections=[one.pk])
    assert told(again) == "所选检查此前已发布"


def test_waves_are_released_as_a_whole(office, org, cast, version):
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    wave = Wave.objects.get()
    assert "还有 1 项未完成" in get(office, "waves").content.decode()
    assert "没有提交" in told(post(office, "wave_release", wave.pk))
    submit(visit)
    assert "可以发布" in get(office, "waves").content.decode()
    assert told(post(office, "wave_release", wave.pk)) == "2011-04 暗访已发布，共1次检查"
    assert told(post(office, "wave_release", wave.pk)) == "2011-04 暗访此前已发布"


def test_lists_ask_the_same_number_of_questions(client, org, cast, version):
    def fill(unit):
        make_inspection(unit, cast.inspector, released=True)
        make_inspection(unit, cast.inspector, "SPECIAL")
        make_visit(unit, cast.inspector)
        make_visit(unit, cast.shopper, "COVERT", window=(date(2011, 5, 1), date(2011, 5, 9)))

    pages = [
        (cast.service_office, "visits", {"month": "2011-04"}),
        (cast.service_office, "inspections", {}),
        (cast.service_office, "waves", {}),
        (cast.coordinator, "visits", {"month": "2011-05"}),
        (cast.leadership, "inspections", {}),
        (cast.inspector, "today", {}),
    ]
    counts = []
    for outlets in (1, 2):
        for _ in range(outlets):
            fill(make_outlet(parent=org.a))
        counts.append([])
        for user, name, params in pages:
            client.force_login(user)
            counts[-1].append(queries(client, name, **params))
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 14


def test_a_returned_inspection_leads_to_what_it_was_submitted_anew_as(client, org, cast):
    make_version(org.branch)
    first = make_inspection(org.a1, cast.inspector)
    inspection_return(inspection=first, reason="请补充", actor=cast.service_office)
    first.visit.refresh_from_db()
    second = submit(first.visit).inspection
    client.force_login(cast.service_office)
    page = client.get(reverse("inspections:inspection", args=[first.pk])).content.decode()
    assert reverse("inspections:inspection", args=[second.pk]) in page
    listed = client.get(reverse("inspections:visits"), {"month": "2011-04"}).content.decode()
    assert reverse("inspections:inspection", args=[second.pk]) in listed
