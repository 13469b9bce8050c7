import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from inspections.models import Wave
from inspections.services.releases import inspections_release, wave_release
from outlets.models import UnitMove
from reports.models import MonthClose, MonthlyScore, SchemeVersion
from reports.services.months import months_close
from reports.services.rollup import Change, figures_refresh, months_roll_up
from tests.factories import make_outlet, make_staff
from tests.reports.rows import APRIL, MAY, make_inspection, quiz, release, stored, table

pytestmark = pytest.mark.django_db


def roll_up(branch, month=APRIL):
    return months_roll_up(branch_ids=[branch.pk], month=month)


def test_components_lines_and_total(org):
    one = make_inspection(org.a1, "OPEN", score="92.00")
    two = make_inspection(org.a1, "OPEN", score="90.50")
    covert = make_inspection(org.a1, "COVERT", score="88.10")
    make_inspection(org.a1, "COVERT", score=None)
    make_inspection(org.a1, "SELF", score="10.00")
    quiz(org.a1, "80")
    roll_up(org.branch)
    row = stored(org.a1)
    assert (row.open, row.covert, row.special, row.quiz) == (
        Decimal("91.25"), Decimal("88.10"), None, Decimal("80.00"),
    )  # fmt: skip
    assert row.total == row.base == Decimal("88.80")
    lines = {rule: (ids, text) for rule, ids, text, _ in row.lines}
    assert lines["R3.open"] == ([one.pk, two.pk], "(92.00+90.50)/2=91.25")
    assert lines["R3.covert"] == ([covert.pk], "88.10")
    assert (row.rank, row.group_rank, row.institution_id) == (1, 1, org.a.pk)
    assert row.unit_path == "AS/ASA/ASA1/"


def test_only_released_inspections_of_the_month_count(org):
    make_inspection(org.a1, day=date(2011, 4, 1), score="90.00")
    make_inspection(org.a1, day=date(2011, 4, 30), score="80.00")
    make_inspection(org.a1, day=date(2011, 3, 31), score="10.00")
    make_inspection(org.a1, day=date(2011, 5, 1), score="10.00")
    make_inspection(org.a1, "COVERT", state="SUBMITTED", score="10.00")
    roll_up(org.branch)
    row = stored(org.a1)
    assert (row.open, row.covert) == (Decimal("85.00"), None)


def test_who_takes_part(org):
    gone = make_outlet(parent=org.a, closed_on=date(2011, 4, 30))
    late = make_outlet(parent=org.a, opened_on=date(2011, 5, 1))
    quiet = make_outlet(parent=org.a, serves_customers=False)
    newest = make_outlet(parent=org.a, opened_on=date(2011, 4, 30))
    for unit in (gone, late, quiet, newest):
        make_inspection(unit, day=date(2011, 4, 20))
    roll_up(org.branch)
    units = set(MonthlyScore.objects.filter(kind="OUTLET").values_list("unit_id", flat=True))
    assert units == {org.a1.pk, org.a2.pk, org.b1.pk, org.b2.pk, newest.pk}


def test_unranked_are_listed(org):
    make_inspection(org.a1, "SPECIAL", score="95.00")
    make_inspection(org.b1)
    roll_up(org.branch)
    row = stored(org.a1)
    assert (row.special, row.total, row.rank) == (Decimal("95.00"), None, None)
    assert stored(org.a, kind="INSTITUTION").rank is None
    assert stored(org.b, kind="INSTITUTION").rank == 1


def test_institution_by_windows_including_itself(org):
    org.a.serves_customers, org.a.windows = True, 6
    org.a.save()
    make_inspection(org.a, score="92.31")
    make_inspection(org.a1, score="88.00")
    roll_up(org.branch)
    row = stored(org.a, kind="INSTITUTION")
    assert row.total == Decimal("90.59")  # (6×92.31+4×88.00)/10
    assert row.windows == 14
    assert stored(org.a).institution_id == org.a.pk


def test_a_move_counts_from_its_day(org):
    UnitMove.objects.create(unit=org.a1, parent=org.b, effective_on=date(2011, 5, 1))
    org.a1.parent, org.a1.path = org.b, "AS/ASB/ASA1/"
    org.a1.save()
    make_inspection(org.a1)
    make_inspection(org.a1, day=date(2011, 5, 3))
    roll_up(org.branch)
    roll_up(org.branch, MAY)
    assert stored(org.a1).unit_path == "AS/ASA/ASA1/"
    assert stored(org.a1).institution_id == org.a.pk
    assert stored(org.a1, MAY).institution_id == org.b.pk


def test_the_quiz_belongs_to_the_posting_of_its_day(org):
    staff = make_staff(unit=org.a1)
    posting = staff.postings.get()
    posting.end = date(2011, 4, 14)
    posting.save()
    staff.postings.create(unit=org.b1, post="TELLER", start=date(2011, 4, 15))
    quiz(org.a1, "70", date(2011, 4, 14), staff=staff)
    quiz(org.a1, "90", date(2011, 4, 15), staff=staff)
    quiz(org.a1, "10", date(2011, 4, 16), staff=staff, kind="SKILL")
    assert stored(org.a1).quiz == Decimal("70.00")
    assert stored(org.b1).quiz == Decimal("90.00")


def test_last_months_ranks_are_carried(org):
    for unit, score in ((org.a1, "90"), (org.a2, "80")):
        make_inspection(unit, score=score)
    for unit, score in ((org.a1, "80"), (org.a2, "90")):
        make_inspection(unit, score=score, day=date(2011, 5, 5))
    roll_up(org.branch)
    roll_up(org.branch, MAY)
    assert [stored(unit, MAY).change for unit in (org.a1, org.a2, org.b1)] == [-1, 1, None]
    release(org.a2, score="99")  # April, after May was rolled up: now 89.50, still behind
    release(org.a2, score="99.50")  # 92.83: first
    assert stored(org.a2, MAY).previous_rank == 1
    assert stored(org.a1, MAY).previous_rank == 2


def test_a_second_run_changes_no_row(org):
    make_inspection(org.a1)
    assert roll_up(org.branch).written > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, ctid::text FROM reports_monthlyscore ORDER BY id")
        before = cursor.fetchall()
        assert roll_up(org.branch).written == 0
        cursor.execute("SELECT xmin::text, ctid::text FROM reports_monthlyscore ORDER BY id")
        assert cursor.fetchall() == before


def test_units_that_left_are_removed(org):
    roll_up(org.branch)
    org.b2.closed_on = date(2011, 4, 20)
    org.b2.save()
    roll_up(org.branch)
    assert not MonthlyScore.objects.filter(unit=org.b2).exists()


def test_other_branches_are_untouched(org):
    outlet = make_outlet(parent=org.other)
    make_inspection(outlet)
    roll_up(org.branch)
    assert not MonthlyScore.objects.filter(branch=org.other).exists()
    months_roll_up(branch_ids=[org.branch.pk, org.other.pk], month=APRIL)
    assert stored(outlet).rank == 1
    assert stored(outlet).institution_id is None


def test_the_first_release_makes_the_month(org):
    release(org.a1)
    record = MonthClose.objects.get()
    assert (record.state, record.month) == ("OPEN", APRIL.first)
    assert record.scheme.label == "初始办法"
    assert stored(org.a1).rank == 1
    assert stored(org.b2).rank is None


def test_a_release_writes_only_what_it_touches(org):
    roll_up(org.branch)
    release(org.a1, score="90")
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit_id, xmin::text FROM reports_monthlyscore")
        before = dict(cursor.fetchall())
        release(org.b1, score="80")
        cursor.execute("SELECT unit_id, xmin::text FROM reports_monthlyscore")
        after = dict(cursor.fetchall())
    assert {unit for unit in after if after[unit] != before[unit]} == {org.b1.pk, org.b.pk}


def test_a_release_reranks_the_others(org):
    release(org.a1, score="90")
    release(org.b1, score="95")
    assert [stored(unit).rank for unit in (org.a1, org.b1)] == [2, 1]
    assert [stored(unit, kind="INSTITUTION").rank for unit in (org.a, org.b)] == [2, 1]


def test_an_outlet_that_joined_since(org):
    roll_up(org.branch)
    new = make_outlet(parent=org.b, opened_on=date(2011, 4, 15))
    release(new, score="95", day=date(2011, 4, 20))
    assert stored(new).rank == 1


def test_an_inspection_of_a_unit_that_takes_no_part(org):
    roll_up(org.branch)
    before = table(org.branch)
    release(org.branch, score="95")
    assert table(org.branch) == before


def test_incremental_equals_full(org):
    """Whatever comes in whatever order, the figures are those of a full roll-up."""
    chance = random.Random(20110430)
    units = [
        org.a1,
        org.a2,
        org.b1,
        org.b2,
        make_outlet(parent=org.b, windows=0, peer_group="县域"),
    ]
    for month in (APRIL, MAY):
        roll_up(org.branch, month)
    for step in range(60):
        unit = chance.choice(units)
        day = date(2011, 4, 1) + timedelta(days=chance.randrange(61))
        score = f"{chance.randrange(7000, 10001) / 100:.2f}"
        if chance.random() < 0.2:
            quiz(unit, score, day)
        else:
            release(unit, chance.choice(["OPEN", "COVERT", "SPECIAL"]), day, score)
        if step % 6:
            continue
        incremental = [table(org.branch, month) for month in (APRIL, MAY)]
        for month in (APRIL, MAY):
            months_roll_up(branch_ids=[org.branch.pk], month=month)
        assert [table(org.branch, month) for month in (APRIL, MAY)] == incremental


def test_a_release_costs_a_constant_number_of_queries(org):
    release(org.a1)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            release(org.a1)
        return len(captured)

    few = queries()
    for _ in range(3):
        make_outlet(parent=org.a)
    roll_up(org.branch)
    assert queries() == few


def test_the_release_service_carries_into_the_figures(org, cast):
    roll_up(org.branch)
    open_visit = make_inspection(org.a1, state="SUBMITTED", score="90.00")
    assert stored(org.a1).open is None
    inspections_release(inspection_ids=[open_visit.pk], actor=cast.service_office)
    assert stored(org.a1).open == Decimal("90.00")
    wave = Wave.objects.create(branch=org.branch, month=APRIL.first, channel="COVERT")
    for unit in (org.a1, org.b1):
        make_inspection(unit, "COVERT", state="SUBMITTED", score="80.00", wave=wave)
    assert stored(org.b1).covert is None
    wave_release(wave=wave, actor=cast.service_office)
    assert [stored(unit).covert for unit in (org.a1, org.b1)] == [Decimal("80.00")] * 2
    assert [stored(unit).rank for unit in (org.a1, org.b1)] == [1, 2]


def test_many_at_once_are_one_refresh_a_month(org):
    made = [make_inspection(unit, score="90") for unit in (org.a1, org.a2, org.b1)]
    made += [make_inspection(org.b2, day=date(2011, 5, 9))]
    figures_refresh([Change(one.branch_id, one.unit_id, one.date) for one in made])
    assert [stored(unit).rank for unit in (org.a1, org.a2, org.b1)] == [1, 1, 1]
    assert stored(org.b2, MAY).rank == 1


def test_a_closed_month_does_not_move(org):
    release(org.a1, score="90")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    before = table(org.branch)
    release(org.a1, score="10")
    roll_up(org.branch)
    assert table(org.branch) == before


@pytest.mark.parametrize(
    "statement",
    ["UPDATE reports_monthlyscore SET total = 100", "DELETE FROM reports_monthlyscore"],
)
def test_frozen_rows_refuse_raw_sql(org, statement):
    release(org.a1)
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_open_month_takes_the_scheme_in_force(org):
    release(org.a1, score="90.00")
    release(org.a1, "COVERT", score="80.00")
    release(org.a1, "COVERT", day=date(2011, 5, 2), score="80.00")
    release(org.a1, "OPEN", day=date(2011, 5, 2), score="90.00")
    assert stored(org.a1, MAY).total == Decimal("85.00")
    rules = SchemeVersion.objects.get().rules
    SchemeVersion.objects.create(
        branch=org.branch,
        label="五月办法",
        effective_from=MAY.first,
        rules=rules | {"weights": rules["weights"] | {"covert": "75"}},
        published_at="2011-04-02T00:00+08:00",
    )
    for month in (APRIL, MAY):
        roll_up(org.branch, month)
    assert stored(org.a1).total == Decimal("85.00")
    assert stored(org.a1, MAY).total == Decimal("82.50")
