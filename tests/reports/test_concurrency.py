"""Real threads on a real PostgreSQL: releases, roll-ups and a close of one branch at once."""

import threading
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection, transaction

from accounts.services import audit_add
from reports.models import MonthClose, MonthlyScore
from reports.selectors.waiting import pending_of
from reports.services.months import months_close
from reports.services.rollup import Change, figures_refresh, months_roll_up
from tests.factories import make_branch, make_institution, make_outlet
from tests.reports.letters import complaint
from tests.reports.rows import APRIL, MAY, make_inspection, table

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def few():
    """A branch of two institutions and four outlets, committed."""
    branch = make_branch()
    outlets = []
    for _ in range(2):
        institution = make_institution(parent=branch)
        outlets += [make_outlet(parent=institution) for _ in range(2)]
    # The checklist is made here: made by all threads at once it would be the test's own race.
    make_inspection(outlets[0], state="SUBMITTED")
    return SimpleNamespace(branch=branch, outlets=outlets)


def at_once(*works):
    """Run all at the same moment, each on a connection of its own; the first error is raised."""
    start = threading.Barrier(len(works))
    errors = []

    def run(work):
        try:
            start.wait()
            work()
        except Exception as error:  # noqa: BLE001  (raised again by the test's own thread)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def releasing(unit, score, day=date(2011, 4, 10)):
    """What a release does in its transaction: store, carry on, audit."""

    def work():
        with transaction.atomic():
            one = make_inspection(unit, "OPEN", day, score)
            figures_refresh([Change(one.branch_id, one.unit_id, one.date)])
            audit_add(event="inspection.release", actor=None, subject=one.number)

    return work


def judging(unit, day=date(2011, 4, 8)):
    """A finding against the unit, in a transaction with its audit entry."""

    def work():
        with transaction.atomic():
            letter = complaint(unit, day)
            audit_add(event="letter.judge", actor=None, subject=letter.reference)

    return work


def without_ids(rows):
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]


def check_equals_clean_run(branch, month=APRIL):
    incremental = without_ids(table(branch, month))
    MonthlyScore.objects.filter(branch=branch, month=month.first).delete()
    months_roll_up(branch_ids=[branch.pk], month=month)
    assert without_ids(table(branch, month)) == incremental


def test_the_first_releases_of_a_month_at_once(few):
    units = few.outlets * 2
    at_once(*[releasing(unit, f"{80 + n}.00") for n, unit in enumerate(units)])
    assert MonthClose.objects.count() == 1
    assert sum(len(row["lines"][0][1]) for row in table(few.branch) if row["kind"] == "OUTLET") == 8
    check_equals_clean_run(few.branch)


def test_releases_in_two_months_and_roll_ups_at_once(few):
    for month in (APRIL, MAY):
        months_roll_up(branch_ids=[few.branch.pk], month=month)
    works = []
    for n, unit in enumerate(few.outlets):
        works.append(releasing(unit, f"{80 + n}.00"))
        works.append(releasing(unit, f"{90 - n}.00", date(2011, 5, 10)))
    works += [
        lambda: months_roll_up(branch_ids=[few.branch.pk], month=APRIL),
        lambda: months_roll_up(branch_ids=[few.branch.pk], month=MAY),
    ]
    at_once(*works)
    for month in (APRIL, MAY):
        check_equals_clean_run(few.branch, month)


@pytest.mark.parametrize("attempt", range(3))
def test_a_month_closed_while_inspections_are_released(few, attempt):
    """Each release is either in the closed figures or waits for a correction: none lost or double."""

    def close():
        months_close(branch_ids=[few.branch.pk], month=APRIL, actor=None)

    works = [releasing(unit, f"{80 + n}.00") for n, unit in enumerate(few.outlets * 2)]
    at_once(*works[:4], close, *works[4:])
    record = MonthClose.objects.get()
    assert record.state == "CLOSED"
    rows = [row for row in table(few.branch) if row["kind"] == "OUTLET"]
    assert all(row["frozen"] for row in rows)
    counted = [
        key for row in rows for rule, ids, *_ in row["lines"] if rule == "R3.open" for key in ids
    ]
    waiting = [one.id for one in pending_of(record)]
    assert len(set(counted)) == len(counted)
    assert len({*counted, *waiting}) == len(counted) + len(waiting) == 8


@pytest.mark.parametrize("attempt", range(3))
def test_a_month_closed_while_letters_are_decided(few, attempt):
    """Each finding is either in the closed figures or waits for a correction."""

    def close():
        months_close(branch_ids=[few.branch.pk], month=APRIL, actor=None)

    # An institution's own letters, its outlets' and releases between them.
    units = [few.outlets[0].parent, *few.outlets]
    works = [judging(unit) for unit in units] + [releasing(unit, "90.00") for unit in few.outlets]
    at_once(*works[::2], close, *works[1::2])
    record = MonthClose.objects.get()
    counted = [
        key
        for row in table(few.branch)
        for rule, ids, *_ in row["lines"]
        if rule.endswith(".COMPLAINT")
        for key in ids
    ]
    waiting = [one.id for one in pending_of(record) if one.is_letter]
    assert len({*counted, *waiting}) == len(counted) + len(waiting) == len(units)


def test_letters_and_releases_at_once_are_a_clean_run(few):
    months_roll_up(branch_ids=[few.branch.pk], month=APRIL)
    units = [few.outlets[0].parent, *few.outlets]
    at_once(*[judging(unit) for unit in units], *[releasing(each, "90.00") for each in few.outlets])
    check_equals_clean_run(few.branch)


def test_two_closes_at_once_are_one(few):
    closed = []

    def close():
        closed.extend(months_close(branch_ids=[few.branch.pk], month=APRIL, actor=None))

    at_once(close, close)
    assert len(closed) == 1
