"""Units, moves, windows, people and the calendar through their services."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Job
from outlets import tasks
from outlets.models import CalendarDay, Posting, Unit, UnitMove
from outlets.selectors import calendar_warning, placements, staff_at, working_calendar
from outlets.services import (
    UnitFacts,
    calendar_day_set,
    calendar_seed,
    posting_end,
    posting_start,
    staff_create,
    staff_transfer,
    staff_update,
    unit_close,
    unit_create,
    unit_move,
    unit_update,
    units_apply_moves,
    windows_set,
)
from outlets.services.staff import Place
from outlets.services.tree import find_cycle
from outlets.workdays import add_working_days, is_working_day
from tests.factories import make_institution, make_outlet, make_staff

JULY = date(2011, 7, 1)
FUTURE = date(2999, 1, 1)


def facts(**kw):
    return UnitFacts(**({"name": "新网点", "short_name": "新", "kind": "OUTLET"} | kw))


def refusal(call, **kw):
    with pytest.raises(ValidationError) as caught:
        call(**kw)
    ((field, (reason,)),) = caught.value.message_dict.items()
    return field, reason


def institution_of(unit, day):
    codes = dict(Unit.objects.values_list("pk", "code"))
    (place,) = [p for p in placements([unit.branch_id], day) if p.unit_id == unit.pk]
    return codes.get(place.institution_id)


# Units


def test_a_unit_is_founded(org):
    unit = unit_create(code="N1", facts=facts(serves_customers=True, opened_on=JULY), parent=org.a)
    assert (unit.path, unit.branch) == ("AS/ASA/N1/", org.branch)
    assert UnitMove.objects.get(unit=unit).effective_on == JULY
    branch = unit_create(code="NB", facts=facts(kind="BRANCH"), parent=None)
    assert branch.branch == branch


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"code": "ASA1"}, "code"),
        ({"code": "A/B"}, "code"),
        ({"parent": None}, "parent"),
        ({"facts": facts(kind="BRANCH")}, "kind"),
        ({"facts": facts(opened_on=JULY, closed_on=date(2011, 6, 30))}, "closed_on"),
    ],
)
def test_what_cannot_be_founded(org, change, place):
    field, _ = refusal(unit_create, **({"code": "N", "facts": facts(), "parent": org.a} | change))
    assert field == place


def test_a_tree_cannot_grow_without_end(org):
    parent = org.a
    for n in range(8):
        parent = unit_create(code=f"{n:032d}", facts=facts(), parent=parent)
    assert refusal(unit_create, code="x" * 32, facts=facts(), parent=parent) == (
        "parent",
        "机构层级过深",
    )


def test_facts_are_corrected(org):
    windows_set(unit=org.a1, counts={"CASH": 4, "WEALTH": 1})
    unit = unit_update(unit=org.a1, facts=facts(windows=3, opened_on=date(1999, 1, 1)))
    assert (unit.name, unit.code, unit.path) == ("新网点", "ASA1", "AS/ASA/ASA1/")
    assert unit.window_list.count() == 3
    assert UnitMove.objects.get(unit=unit).effective_on == date(1999, 1, 1)
    assert refusal(unit_update, unit=org.a1, facts=facts(kind="BRANCH"))[0] == "kind"


def test_windows_are_numbered_through_the_zones(org):
    unit = windows_set(unit=org.a1, counts={"WEALTH": 1, "CASH": 2})
    assert unit.windows == 3
    assert list(unit.window_list.values_list("number", "zone")) == [
        (1, "CASH"),
        (2, "CASH"),
        (3, "WEALTH"),
    ]


def test_closing_needs_an_empty_unit(org):
    assert refusal(unit_close, unit=org.a, closed_on=JULY) == (
        "closed_on",
        "下面还有2个机构未撤并，请先调整",
    )
    staff = make_staff(unit=org.a1)
    assert refusal(unit_close, unit=org.a1, closed_on=JULY) == (
        "closed_on",
        "还有1名员工在该机构任职，请先调动",
    )
    assert refusal(unit_update, unit=org.a1, facts=facts(closed_on=JULY))[0] == "closed_on"
    staff_transfer(staff=staff, place=Place(unit=org.a2, post="TELLER", start=JULY))
    assert unit_close(unit=org.a1, closed_on=JULY).closed_on == JULY
    opened = {p.unit_id: p.is_open for p in placements([org.branch.pk], JULY)}
    before = {p.unit_id: p.is_open for p in placements([org.branch.pk], date(2011, 6, 30))}
    assert (before[org.a1.pk], opened[org.a1.pk]) == (True, False)
    assert refusal(unit_close, unit=org.a2, closed_on=date(1990, 1, 1))[0] == "closed_on"


# Moves


def test_a_move_is_known_by_its_day(org):
    unit_move(unit=org.a1, parent=org.b, effective_on=JULY)
    org.a1.refresh_from_db()
    assert org.a1.path == "AS/ASB/ASA1/"
    assert institution_of(org.a1, date(2011, 6, 30)) == "ASA"
    assert institution_of(org.a1, JULY) == "ASB"
    assert institution_of(org.a1, date(1990, 1, 1)) == "ASA"


def test_an_institution_takes_its_subtree_along_in_one_statement(org):
    make_outlet(parent=org.a1, code="SUB")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        unit_move(unit=org.a, parent=org.b, effective_on=JULY)
    updates = [q for q in queries.captured_queries if "UPDATE outlets_unit u" in q["sql"]]
    assert len(updates) == 1
    assert set(Unit.objects.filter(path__startswith="AS/ASB/ASA/").values_list("code", flat=True)) == {
        "ASA", "ASA1", "ASA2", "SUB",
    }  # fmt: skip


def test_moves_of_the_future_wait_for_their_day(org):
    unit_move(unit=org.a1, parent=org.b, effective_on=FUTURE)
    org.a1.refresh_from_db()
    assert org.a1.parent == org.a
    assert units_apply_moves() == 0
    assert units_apply_moves(today=FUTURE) == 1
    assert units_apply_moves(today=FUTURE) == 0
    org.a1.refresh_from_db()
    assert (org.a1.parent, org.a1.path) == (org.b, "AS/ASB/ASA1/")


def test_the_scheduled_job_applies_them(org):
    Unit.objects.filter(pk=org.a1.pk).update(path="elsewhere/")
    tasks.moves_apply()
    tasks.moves_apply()
    job = Job.objects.get(kind=tasks.MOVES)
    assert tasks.moves_applied(job, lambda *_: None) == {"units": 1}


def test_cycles_are_refused_on_every_day(org):
    assert refusal(unit_move, unit=org.a, parent=org.a1, effective_on=JULY) == (
        "parent",
        "自2011-07-01起上级关系成环：ASA、ASA1",
    )
    assert refusal(unit_move, unit=org.a, parent=org.a, effective_on=JULY)[0] == "parent"
    unit_move(unit=org.a, parent=org.b, effective_on=FUTURE)
    assert refusal(unit_move, unit=org.b, parent=org.a, effective_on=JULY) == (
        "parent",
        "自2999-01-01起上级关系成环：ASA、ASB",
    )
    assert not UnitMove.objects.filter(unit=org.b, parent=org.a).exists()


def test_moves_that_make_no_sense(org):
    assert refusal(unit_move, unit=org.branch, parent=org.a, effective_on=JULY)[0] == "parent"
    assert refusal(unit_move, unit=org.a1, parent=org.other, effective_on=JULY)[0] == "parent"
    assert refusal(unit_move, unit=org.a1, parent=org.b, effective_on=date(2000, 1, 1)) == (
        "effective_on",
        "该机构自2000-01-01设立，调整上级的日期应晚于这一天",
    )


def test_moving_twice_on_a_day_corrects_the_move(org):
    unit_move(unit=org.a1, parent=org.b, effective_on=JULY)
    unit_move(unit=org.a1, parent=org.branch, effective_on=JULY)
    assert UnitMove.objects.filter(unit=org.a1).count() == 2
    assert institution_of(org.a1, JULY) is None


def test_an_institution_that_serves_customers_is_its_own(org):
    sub = make_institution(parent=org.a, code="ASAX", serves_customers=True)
    assert institution_of(sub, JULY) == "ASAX"
    assert institution_of(org.branch, JULY) is None


def test_finding_a_cycle():
    assert find_cycle({"a": "b", "b": None}, "a") == []
    assert find_cycle({"a": "b", "b": "c", "c": "b"}, "a") == ["b", "c"]


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_cannot_close_a_cycle(org):
    ready, errors = threading.Barrier(2), []

    def move(unit, parent):
        ready.wait()
        try:
            unit_move(unit=unit, parent=parent, effective_on=JULY)
        except ValidationError as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=move, args=pair) for pair in ((org.a, org.b), (org.b, org.a))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(errors) == 1
    assert len(placements([org.branch.pk], JULY)) == 7


# People


def test_somebody_is_taken_on_and_transferred(org):
    staff = staff_create(
        number="1", name="张明", hired_on=JULY, place=Place(unit=org.a1, post="TELLER", start=JULY)
    )
    assert staff.branch == org.branch
    staff_transfer(
        staff=staff, place=Place(unit=org.b1, post="LOBBY_MANAGER", start=date(2011, 9, 1))
    )
    assert [p.staff for p in staff_at(org.a1, date(2011, 8, 31))] == [staff]
    assert not staff_at(org.a1, date(2011, 9, 1))
    assert [p.post for p in staff_at(org.b1.pk, date(2011, 9, 1))] == ["LOBBY_MANAGER"]


@pytest.mark.parametrize(
    ("start", "unit", "field"),
    [
        (date(2004, 12, 31), "b1", "start"),
        (date(2005, 1, 1), "b1", "start"),
        (JULY, "a1", "unit"),
        (JULY, "other", "unit"),
        (JULY, "closed", "unit"),
    ],
)
def test_what_is_no_transfer(org, start, unit, field):
    org.closed = make_outlet(parent=org.a, closed_on=date(2011, 1, 1))
    staff = make_staff(unit=org.a1, hired_on=date(2005, 1, 1))
    place = Place(unit=getattr(org, unit), post="TELLER", start=start)
    assert refusal(staff_transfer, staff=staff, place=place)[0] == field
    assert Posting.objects.get().end is None


def test_one_posting_at_a_time_in_words(org):
    staff = make_staff(unit=org.a1, number="7", name="赵磊")
    assert refusal(
        posting_start, staff=staff, place=Place(unit=org.b1, post="TELLER", start=JULY)
    ) == ("start", "赵磊（7）在这段时间已有任职，同一时间只能在一个岗位")
    with pytest.raises(IntegrityError, match="one_posting_at_a_time"), transaction.atomic():
        Posting.objects.create(staff=staff, unit=org.b1, post="TELLER", start=JULY)
    posting = posting_end(posting=staff.postings.get(), end=date(2011, 6, 30))
    later = posting_start(staff=staff, place=Place(unit=org.b1, post="TELLER", start=JULY))
    assert refusal(posting_end, posting=posting, end=JULY)[0] == "start"
    assert refusal(posting_end, posting=later, end=date(2011, 6, 1))[0] == "end"


def test_leaving_ends_the_posting(org):
    staff = make_staff(unit=org.a1)
    staff_update(staff=staff, name="张明", hired_on=None, left_on=JULY)
    assert staff.postings.get().end == JULY
    staff.refresh_from_db()
    later = Place(unit=org.b1, post="TELLER", start=date(2011, 8, 1))
    assert refusal(posting_start, staff=staff, place=later)[0] == "start"


def test_facts_that_contradict(org):
    staff = make_staff(unit=org.a1, number="1", hired_on=date(2005, 1, 1))
    place = Place(unit=org.a1, post="TELLER", start=JULY)
    assert refusal(staff_create, number="1", name="x", hired_on=None, place=place)[0] == "number"
    early = {"staff": staff, "name": "x", "hired_on": JULY, "left_on": date(2011, 6, 1)}
    assert refusal(staff_update, **early)[0] == "left_on"
    assert refusal(staff_update, **(early | {"left_on": None}))[0] == "hired_on"
    staff_transfer(staff=staff, place=Place(unit=org.b1, post="TELLER", start=FUTURE))
    gone = early | {"hired_on": staff.hired_on, "left_on": JULY}
    assert refusal(staff_update, **gone)[0] == "left_on"


# The calendar


@pytest.mark.django_db
def test_a_seeded_year_drives_the_working_days():
    assert calendar_seed(year=2011) == 34
    calendar = working_calendar(2011)
    assert not is_working_day(date(2011, 10, 5), calendar)
    assert is_working_day(date(2011, 10, 8), calendar)
    assert add_working_days(date(2011, 9, 30), 1, calendar) == date(2011, 10, 8)
    assert CalendarDay.objects.get(date=date(2011, 10, 8)).name == "国庆节调休上班"


@pytest.mark.django_db
def test_seeding_keeps_what_was_entered():
    calendar_day_set(day=date(2011, 10, 1), is_working=True, name="值班")
    calendar_seed(year=2011)
    assert CalendarDay.objects.get(date=date(2011, 10, 1)).name == "值班"
    assert calendar_seed(year=2011) == 0
    calendar_day_set(day=date(2011, 10, 1), is_working=None)
    assert date(2011, 10, 1) not in working_calendar()


@pytest.mark.django_db
def test_a_year_nobody_announced():
    field, reason = refusal(calendar_seed, year=2101)
    assert field == "year"
    assert "2101年请按国务院公告逐日录入" in reason


@pytest.mark.django_db
def test_the_calendar_warns_from_november_on():
    calendar_seed(year=2011)
    assert calendar_warning(date(2011, 10, 31)) is None
    assert "2012年" in calendar_warning(date(2011, 11, 1))
    assert "2013年" in calendar_warning(date(2013, 1, 1))
