import uuid
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from inspections.models import Answer, Draft, Inspection, Visit
from inspections.selectors.forms import published_form
from inspections.services.releases import NotReleasable, inspections_release
from inspections.services.sheets import Reply, SheetInvalid
from inspections.services.submissions import (
    InspectionNotOpen,
    SubmissionDiffers,
    inspection_return,
    inspection_submit,
)
from inspections.services.visits import VisitNotOpen, visits_cancel
from tests.factories import make_staff
from tests.inspections.builders import (
    DAY,
    at_once,
    make_sheet,
    make_version,
    make_visit,
    submit,
)


@pytest.fixture
def visit(org, cast):
    make_version(org.branch)
    return make_visit(org.a1, cast.inspector)


def refused(visit, values=None, *, photos_needed=False, **kw):
    """The faults of a sheet as (code, field, reason)."""
    with pytest.raises(SheetInvalid) as caught:
        inspection_submit(
            visit=visit, key=uuid.uuid4(), sheet=make_sheet(visit, values, **kw),
            actor=visit.inspector, photos_needed=photos_needed,
        )  # fmt: skip
    assert not Inspection.objects.exists()
    return [(fault.code, fault.field, fault.reason) for fault in caught.value.faults]


def test_a_full_sheet_scores_a_hundred(visit):
    receipt = submit(visit, methods=("TELEPHONE", "CCTV"), note=" 整体良好 ")
    inspection = Inspection.objects.get()
    assert receipt.created
    assert inspection == receipt.inspection
    assert (inspection.score, inspection.possible, inspection.earned) == (100, 60, 60)
    assert inspection.state == Inspection.State.SUBMITTED
    assert inspection.methods == ["CCTV", "TELEPHONE"]
    assert inspection.note == "整体良好"
    assert inspection.unit_path == visit.unit.path
    assert inspection.inspector_name == visit.inspector.name
    assert inspection.answers.count() == 6
    visit.refresh_from_db()
    assert visit.state == Visit.State.SUBMITTED


def test_every_mode_earns_what_the_rules_say(visit):
    values = {"1.02": "3", "2.01": "良", "2.02": "不适用", "3.01": "300000.01", "3.02": "不合格"}
    submit(visit, values, notes={"2.02": "未发生"})
    inspection = Inspection.objects.get()
    answers = {
        answer.item.code: (answer.value, answer.possible, answer.earned)
        for answer in inspection.answers.select_related("item")
    }
    assert answers == {
        "1.01": ("pass", 10, 10),
        "1.02": ("3", 8, 2),
        "2.01": ("良", 20, 16),
        "2.02": ("na", 0, 0),
        "3.01": ("300000.01", 12, 0),
        "3.02": ("fail", 4, 0),
    }
    assert inspection.score == Decimal("51.85")  # 28 of 54; the red line takes nothing more here
    assert inspection.sections[2]["zeroed_by"] == ["3.02"]


def test_a_red_line_takes_its_section(visit):
    submit(visit, {"3.02": "fail"})
    inspection = Inspection.objects.get()
    assert inspection.sections[2] == {
        "id": inspection.sections[2]["id"], "name": "内控", "weight": "10", "possible": "16",
        "given": "12", "earned": "0", "zeroed_by": ["3.02"],
    }  # fmt: skip
    assert inspection.score == Decimal("73.33")


def test_numbers_and_ids_tell_nothing_of_the_order(org, cast):
    make_version(org.branch)
    visits = [make_visit(unit, cast.inspector) for unit in (org.a1, org.a2, org.b1, org.b2)]
    made = [submit(visit).inspection for visit in visits]
    assert all(one.number.startswith("M201104-") and len(one.number) == 15 for one in made)
    assert len({one.number for one in made}) == 4
    again = uuid.UUID(int=7)
    assert [one.pk for one in made] != list(range(made[0].pk, made[0].pk + 4))
    assert submit(make_visit(org.a1, cast.shopper, "COVERT"), key=again).inspection.number[0] == "A"


def test_a_taken_number_is_drawn_again(org, cast, monkeypatch):
    make_version(org.branch)
    first = submit(make_visit(org.a1, cast.inspector)).inspection
    from inspections.services import records

    draw = records.identity
    code = first.number.split("-")[1]
    monkeypatch.setattr(
        records,
        "identity",
        lambda key, attempt=0: (draw(key)[0], code) if attempt == 0 else draw(key, attempt),
    )
    second = submit(make_visit(org.a2, cast.inspector)).inspection
    assert second.number != first.number
    assert Inspection.objects.count() == 2


def test_what_is_missing_is_named_item_by_item(visit):
    values = {"1.01": None, "1.02": "1", "2.02": "na", "3.01": "abc"}
    faults = refused(visit, values, photos_needed=True, staff={"2.01": None})
    assert faults == [
        ("1.01", "value", "尚未评分"),
        ("1.02", "photos", "扣分须拍照留证"),
        ("2.01", "staff", "请选择被检查的员工"),
        ("2.02", "note", "选择“不适用”须在备注中写明原因"),
        ("3.01", "value", "“abc”不是有效的数字（至多12位整数、6位小数，不带单位和千分号）"),
    ]


def test_not_applicable_only_where_allowed(visit):
    assert refused(visit, {"1.01": "na"}, notes={"1.01": "无"}) == [
        ("1.01", "value", "该项目不允许填“不适用”")
    ]


def test_employees_are_those_posted_there_that_day(visit, org):
    elsewhere = make_staff(unit=org.b1)
    later = make_staff(unit=org.a1, start=DAY + timedelta(days=1))
    for stranger in (elsewhere, later):
        assert refused(visit, staff={"2.01": stranger.pk}) == [
            ("2.01", "staff", "所选员工当日不在该网点任职")
        ]


def test_a_shopper_need_not_know_the_name(org, cast):
    make_version(org.branch)
    assert submit(make_visit(org.a1, cast.shopper, "COVERT"), staff={"2.01": None}).created


def test_photos_named_must_have_arrived(visit):
    faults = refused(visit, {"1.02": "1"}, photos={"1.02": ["f" * 64]}, photos_needed=True)
    assert faults == [("1.02", "photos", "有1张照片还没有传到，请稍候再提交")]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2011, 3, 31), "检查日期应在任务期限2011-04-01至2011-04-30之内"),
        (date(2011, 5, 1), "检查日期应在任务期限2011-04-01至2011-04-30之内"),
        (timezone.localdate() + timedelta(days=1), "检查日期在将来"),
    ],
)
def test_the_day_lies_in_the_window(visit, day, reason):
    assert refused(visit, date=day) == [("", "date", reason)]


def test_a_closed_unit_is_not_inspected(visit):
    type(visit.unit).objects.filter(pk=visit.unit_id).update(closed_on=DAY)
    visit.unit.refresh_from_db()
    assert refused(visit) == [("", "date", "“甲一网点”当日未开业或已撤并")]


def test_items_of_another_standard_are_refused(visit):
    sheet = make_sheet(visit)
    sheet.replies[999_999] = Reply("pass")
    with pytest.raises(SheetInvalid, match="编号为999999的项目不属于本次检查的标准"):
        inspection_submit(visit=visit, key=uuid.uuid4(), sheet=sheet, actor=visit.inspector)


def test_sent_again_it_is_the_first_receipt(visit):
    key = uuid.uuid4()
    first = submit(visit, key=key)
    again = submit(visit, {"1.01": "合格", "3.01": "1000.0"}, key=key)
    assert (first.created, again.created) == (True, False)
    assert again.inspection == first.inspection
    assert Inspection.objects.count() == 1


def test_sent_again_after_the_window_moved(visit):
    key = uuid.uuid4()
    first = submit(visit, key=key)
    visit.not_after = visit.not_before
    assert submit(visit, key=key).inspection == first.inspection


def test_other_content_under_the_same_uuid_is_a_conflict(visit):
    key = uuid.uuid4()
    submit(visit, key=key)
    with pytest.raises(SubmissionDiffers) as caught:
        submit(
            visit, {"1.01": "fail", "3.01": "2"}, key=key, note="改了", date=DAY + timedelta(days=1),
            notes={"2.01": "x"},
        )  # fmt: skip
    assert caught.value.differences == ["检查日期", "总体评价", "项目1.01", "项目2.01", "项目3.01"]


def test_another_uuid_for_a_submitted_visit_is_refused(visit):
    submit(visit)
    with pytest.raises(VisitNotOpen):
        submit(visit)
    assert Inspection.objects.count() == 1


def test_a_cancelled_visit_takes_nothing(visit, cast):
    visits_cancel(visits=[visit], actor=cast.service_office)
    with pytest.raises(VisitNotOpen):
        submit(visit)
    assert not Answer.objects.exists()


def test_somebody_elses_visit_takes_nothing(visit, cast, org):
    from tests.factories import make_user

    visit.inspector = make_user(role="INSPECTOR", unit=org.branch)
    with pytest.raises(VisitNotOpen):
        submit(visit)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_one(org, cast):
    make_version(org.branch)
    visit = make_visit(org.a1, cast.inspector)
    published_form(visit.version_id, visit.channel)
    sheet, key = make_sheet(visit), uuid.uuid4()
    send = partial(
        inspection_submit,
        visit=visit, key=key, sheet=sheet, actor=cast.inspector, photos_needed=False,
    )  # fmt: skip
    receipts = at_once([send] * 50)
    assert sum(receipt.created for receipt in receipts) == 1
    assert len({receipt.inspection.pk for receipt in receipts}) == 1
    assert Inspection.objects.count() == 1
    assert Answer.objects.count() == 6


@pytest.mark.django_db(transaction=True)
def test_two_phones_on_one_visit_give_one_inspection(org, cast):
    make_version(org.branch)
    visit = make_visit(org.a1, cast.inspector)

    def send() -> bool:
        try:
            return submit(visit).created
        except VisitNotOpen:
            return False

    assert sorted(at_once([send] * 8)) == [False] * 7 + [True]
    assert Inspection.objects.count() == 1


def test_returned_it_opens_again_with_its_answers(visit, cast):
    key = uuid.uuid4()
    first = submit(visit, {"1.02": "1"}, notes={"1.02": "地面"}, key=key, note="好").inspection
    inspection_return(inspection=first, reason="照片不清", actor=cast.service_office)
    visit.refresh_from_db()
    draft = Draft.objects.get(visit=visit)
    assert (visit.state, first.state) == (Visit.State.RETURNED, Inspection.State.RETURNED)
    assert draft.uuid != key
    assert draft.header == {"date": "2011-04-12", "methods": [], "note": "好"}
    item = first.answers.get(item__code="1.02").item_id
    assert draft.answers[str(item)] == {"value": "1", "note": "地面", "staff": None}
    assert submit(visit, {"1.02": "1"}, notes={"1.02": "地面"}, key=key, note="好").created is False
    visit.refresh_from_db()
    assert visit.state == Visit.State.RETURNED
    assert submit(visit, key=draft.uuid).created
    assert Inspection.objects.count() == 2


def test_returned_or_released_it_cannot_be_returned_again(visit, cast):
    inspection = submit(visit).inspection
    inspections_release(inspection_ids=[inspection.pk], actor=cast.service_office)
    with pytest.raises(InspectionNotOpen, match="已发布，不能退回"):
        inspection_return(inspection=inspection, reason="x", actor=cast.service_office)


def test_returned_it_cannot_be_released(visit, cast):
    inspection = submit(visit).inspection
    inspection_return(inspection=inspection, reason="x", actor=cast.service_office)
    with pytest.raises(NotReleasable, match="已退回，不能发布"):
        inspections_release(inspection_ids=[inspection.pk], actor=cast.service_office)


def test_statements_of_a_submission(visit, django_assert_num_queries):
    sheet = make_sheet(visit)
    published_form(visit.version_id, visit.channel)
    with django_assert_num_queries(7):  # staff, photos; savepoint, claim, two inserts, release
        inspection_submit(visit=visit, key=uuid.uuid4(), sheet=sheet, actor=visit.inspector)
