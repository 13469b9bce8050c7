"""The device component (R3): whose months count where, in open and in closed months (R7)."""

import random
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.models import MonthClose
from reports.monthly import DeviceSums, OutletFacts, device_sums, outlet_month
from reports.scheme import DEFAULT_SCHEME
from reports.selectors.figures import lines_of
from reports.selectors.waiting import pending_of, waiting_count
from reports.services.corrections import correction_issue
from reports.services.months import months_close
from reports.services.rollup import months_roll_up
from tellers.models import DeviceMonth
from tellers.services.devices import DeviceFact, devices_record
from tests.factories import make_outlet, make_staff, make_unit
from tests.reports.rows import APRIL, MAY, release, stored, table

pytestmark = pytest.mark.django_db


def count(staff, transactions, evaluations=None, satisfied=None, month=APRIL):
    """A teller's month through the service."""
    evaluations = transactions if evaluations is None else evaluations
    satisfied = evaluations if satisfied is None else satisfied
    answers = satisfied // 2, satisfied - satisfied // 2, evaluations - satisfied, 0
    fact = DeviceFact(staff.branch_id, staff.pk, month.first, transactions, evaluations, *answers)
    devices_record(facts=[fact])
    return DeviceMonth.objects.get(staff=staff, month=month.first)


def move(staff, day, unit=None):
    """From this day on somebody is elsewhere, or nowhere."""
    staff.postings.filter(end=None).update(end=date.fromordinal(day.toordinal() - 1))
    if unit is not None:
        staff.postings.create(unit=unit, post="TELLER", start=day)


def device_line(row):
    return next((tuple(line) for line in row.lines if line[0] == "R3.device"), None)


def roll_up(org, *months):
    for month in months or (APRIL,):
        months_roll_up(branch_ids=[org.branch.pk], month=month)


def test_the_sums_of_an_outlets_tellers(org):
    release(org.a1, score="90.00")
    release(org.a1, "COVERT", score="88.00")
    one = count(make_staff(unit=org.a1), 600, 500, 495)
    two = count(make_staff(unit=org.a1), 400, 200, 195)
    count(make_staff(unit=org.a2), 100)
    row = stored(org.a1)
    assert device_line(row) == (
        "R3.device",
        [one.pk, two.pk],
        "100×(0.6×min(1,700/1000/0.80)+0.4×690/700)≈91.93",
        "91.93",
    )
    assert row.device == Decimal("91.93")
    # (35×(100×(0.6×0.875+0.4×690/700)) + 25×88 + 25×90) / 85, the device unrounded
    assert row.total == Decimal("90.21")
    assert stored(org.a, kind="INSTITUTION").device == Decimal("95.97")  # (91.93+100)/2


@pytest.mark.parametrize(
    ("transactions", "evaluations", "device"), [(0, 0, None), (500, 0, "0.00"), (500, 500, "100")]
)
def test_nothing_counted(org, transactions, evaluations, device):
    release(org.a1)
    count(make_staff(unit=org.a1), transactions, evaluations)
    assert stored(org.a1).device == (device and Decimal(device))


def test_a_teller_belongs_to_the_unit_of_the_months_last_day(org):
    for unit in (org.a1, org.b1):
        release(unit)
        release(unit, day=date(2011, 5, 4))
    staff = make_staff(unit=org.a1)
    move(staff, date(2011, 4, 30), org.b1)
    for month in (APRIL, MAY):
        count(staff, 100, month=month)
    assert [stored(unit).device for unit in (org.a1, org.b1)] == [None, 100]
    move(staff, date(2011, 5, 1), org.a1)
    roll_up(org, APRIL, MAY)
    assert [stored(unit).device for unit in (org.a1, org.b1)] == [None, 100]
    assert [stored(unit, MAY).device for unit in (org.a1, org.b1)] == [100, None]


def test_who_left_counts_at_the_last_unit_of_the_month(org):
    release(org.a1)
    staff = make_staff(unit=org.a1)
    move(staff, date(2011, 4, 5), org.b1)
    move(staff, date(2011, 4, 20))
    count(staff, 100)
    assert [stored(unit).device for unit in (org.a1, org.b1)] == [None, 100]


def test_a_device_month_alone_begins_no_month_and_ranks_nobody(org):
    staff = make_staff(unit=org.a1)
    count(staff, 100)
    assert not MonthClose.objects.exists()
    release(org.b1)
    row = stored(org.a1)
    assert (row.device, row.total, row.rank) == (100, None, None)


def test_whose_months_count_nowhere(org):
    release(org.a1)
    before = table(org.branch)
    count(make_staff(unit=org.branch), 100)
    count(make_staff(unit=make_unit(kind="DEPARTMENT", parent=org.a)), 100)
    count(make_staff(unit=make_outlet(parent=org.other)), 100)
    roll_up(org)
    assert table(org.branch) == before


def test_incremental_equals_full(org):
    chance = random.Random(20110430)
    units = [org.a1, org.a2, org.b1, org.b2]
    people = [make_staff(unit=unit) for unit in units for _ in range(2)]
    move(people[0], date(2011, 4, 12), org.b2)
    move(people[2], date(2011, 5, 12))
    for month in (APRIL, MAY):
        for unit in units:
            release(unit, day=month.first)
    for step in range(30):
        done = chance.randrange(0, 900)
        asked = chance.randrange(0, done + 1)
        count(
            chance.choice(people),
            done,
            asked,
            chance.randrange(0, asked + 1),
            chance.choice([APRIL, MAY]),
        )
        if step % 5:
            continue
        incremental = [table(org.branch, month) for month in (APRIL, MAY)]
        roll_up(org, APRIL, MAY)
        assert [table(org.branch, month) for month in (APRIL, MAY)] == incremental


def waiting(org):
    record = MonthClose.objects.get(branch=org.branch, month=APRIL.first)
    found = pending_of(record)
    assert waiting_count(record) == len(found) == record.waiting
    return [(one.kind, one.id, one.unit, one.day, one.label, one.change_label) for one in found]


def test_what_is_imported_after_the_close_waits(org, cast):
    for unit in (org.a1, org.a2):
        release(unit, score="90.00")
    held = make_staff(unit=org.a2)
    count(held, 100, 50, 0)
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    before = table(org.branch)
    count(held, 100, 50, 0)
    assert waiting(org) == []
    count(make_staff(unit=org.a1), 100, 80, 80)
    count(held, 120, 50, 0)
    assert table(org.branch) == before
    assert waiting(org) == [
        ("DEVICE", org.a1.pk, "甲一网点", APRIL.last, "业务100笔，评价80笔，满意80笔", "新增"),
        ("DEVICE", org.a2.pk, "甲二网点", APRIL.last, "业务120笔，评价50笔，满意0笔", "变动"),
    ]
    correction_issue(
        branch=org.branch, month=APRIL, reason="补录评价数据", actor=cast.service_office
    )
    assert stored(org.a1, edition=1).device == 100
    assert waiting(org) == []
    count(held, 0)
    assert [one[1:3] + one[5:] for one in waiting(org)] == [(org.a2.pk, "甲二网点", "撤销")]


def test_one_statement_however_many(org):
    for unit in (org.a1, org.b1):
        release(unit)
    people = [make_staff(unit=unit) for unit in (org.a1, org.b1) for _ in range(3)]

    def queries(staff, done):
        facts = [
            DeviceFact(org.branch.pk, one.pk, APRIL.first, done, 0, 0, 0, 0, 0) for one in staff
        ]
        with CaptureQueriesContext(connection) as captured:
            devices_record(facts=facts)
        return len(captured)

    assert queries(people[:1], 10) == queries(people, 20)


@pytest.mark.parametrize("sums", [(1000, 700, 690), (500, 0, 0), (3, 3, 1)])
def test_the_line_says_what_it_was_made_of(sums):
    facts = DeviceSums(*sums, ids=(4, 9))
    figures = outlet_month(DEFAULT_SCHEME, OutletFacts(device=facts))
    assert device_sums(figures.lines[0]) == facts


def test_the_stored_line_too(org):
    release(org.a1)
    one = count(make_staff(unit=org.a1), 10, 5, 4)
    held = [line for line in lines_of(stored(org.a1)) if line.rule == "R3.device"]
    assert device_sums(held[0]) == DeviceSums(10, 5, 4, (one.pk,))
