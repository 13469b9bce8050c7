"""What violations deduct and leaders answer for (R3, R5), in open and in closed months (R7)."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.models import MonthClose, SchemeVersion
from reports.scheme import DEFAULT_SCHEME, LEADER_LIABILITY
from reports.selectors.waiting import pending_of, waiting_count
from reports.services.corrections import correction_issue
from reports.services.months import months_close
from reports.services.rollup import months_roll_up
from tellers.models import Penalty, Violation
from tellers.services.penalties import penalty_appeal, penalty_appeal_decide, penalty_decide
from tellers.services.violations import violation_revoke
from tests.factories import make_outlet, make_staff, make_unit, make_user
from tests.reports.rows import APRIL, MAY, release, stored, table
from tests.tellers.discipline import (
    DAY,
    GRAVE,
    MINOR,
    SERIOUS,
    approve,
    fine,
    kind_of,
    make_leader,
    make_violation,
    propose,
)

pytestmark = pytest.mark.django_db


def roll_up(branch, *months):
    for month in months or (APRIL,):
        months_roll_up(branch_ids=[branch.pk], month=month)


def close(org):
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)


def lines_of(row):
    return [
        (rule, ids[0], text, value)
        for rule, ids, text, value in row.lines
        if rule.partition(".")[2].startswith(("VIOLATION", "LEADER"))
    ]


@pytest.mark.parametrize(
    ("code", "rule", "text", "value"),
    [
        (MINOR, "R3.VIOLATION_MINOR", "2011-04-08 轻微违规 -0.50", "-0.50"),
        (SERIOUS, "R3.VIOLATION_SERIOUS", "2011-04-08 较重违规 -2.00", "-2.00"),
        (GRAVE, "R3.VIOLATION_GRAVE", "2011-04-08 严重违规 -5.00", "-5.00"),
    ],
)
def test_each_severity_is_one_line(org, code, rule, text, value):
    release(org.a1, score="90.00")
    violation = make_violation(org.a1, code)
    row = stored(org.a1)
    assert lines_of(row) == [(rule, violation.pk, text, value)]
    assert row.total == Decimal("90.00") + Decimal(value)


def test_it_counts_on_the_day_it_was_recorded(org):
    release(org.a1, score="90.00")
    release(org.a1, score="90.00", day=date(2011, 5, 5))
    make_violation(org.a1, day=date(2011, 4, 30), recorded_on=date(2011, 5, 2))
    assert stored(org.a1).adjustment == 0
    assert stored(org.a1, MAY).adjustment == Decimal("-0.50")


def test_what_deducts_nothing(org, cast):
    release(org.a1, score="90.00")
    roll_up(org.branch)
    before = table(org.branch)
    make_violation(org.branch)
    make_violation(make_unit(kind="DEPARTMENT", parent=org.a))
    make_violation(make_outlet(parent=org.a, closed_on=date(2011, 4, 30)))
    make_violation(org.a1, day=date(2011, 3, 31))
    gone = make_violation(org.a1, GRAVE)
    assert stored(org.a1).adjustment == Decimal("-5.00")
    violation_revoke(violation=gone, reason="认错了人", actor=cast.service_office)
    assert table(org.branch) == before
    roll_up(org.branch)
    assert table(org.branch) == before


def test_a_violation_alone_begins_no_month(org):
    make_violation(org.a1)
    assert not MonthClose.objects.exists()
    release(org.a1)
    assert stored(org.a1).adjustment == Decimal("-0.50")


def test_an_institution_that_does_not_serve_answers_in_its_own_row(org):
    release(org.a1, score="90.00")
    violation = make_violation(org.a, SERIOUS)
    row = stored(org.a, kind="INSTITUTION")
    assert lines_of(row) == [
        ("R5.VIOLATION_SERIOUS", violation.pk, "2011-04-08 较重违规 -2.00", "-2.00")
    ]
    assert row.total == Decimal("88.00")


class TestLeader:
    @pytest.fixture
    def counted(self, org):
        """A scheme that gives a leader's liability a number."""
        make_leader(org.a)
        rules = DEFAULT_SCHEME.to_json()
        rules["values"][LEADER_LIABILITY] = "-1.00"
        scheme = SchemeVersion.objects.create(
            branch=org.branch, label="领导责任", effective_from=date(2011, 4, 1), rules=rules,
            published_at="2011-03-01T00:00:00Z",
        )  # fmt: skip
        release(org.a1, score="90.00")
        return scheme

    def liability(self, org, **kw):
        return propose(make_violation(org.a1), ground="LEADER", **kw)

    def test_from_approval_until_it_is_taken_back(self, org, cast, counted):
        made = self.liability(org)
        assert lines_of(stored(org.a, kind="INSTITUTION")) == []
        approve(made)
        row = stored(org.a, kind="INSTITUTION")
        assert lines_of(row) == [
            ("R5.LEADER_LIABILITY", made.pk, "2011-04-08 领导责任 -1.00", "-1.00")
        ]
        assert row.total == Decimal("88.50")
        assert lines_of(stored(org.a1))[0][0] == "R3.VIOLATION_MINOR"
        leader = make_user(role="INSTITUTION_HEAD", unit=org.a, staff=made.staff)
        penalty_appeal(penalty=made, text="不在岗", actor=leader)
        assert lines_of(stored(org.a, kind="INSTITUTION")) != []
        penalty_appeal_decide(penalty=made, upheld=True, reason="属实", actor=cast.leadership)
        assert lines_of(stored(org.a, kind="INSTITUTION")) == []

    def test_refused_it_counts_nowhere(self, org, cast, counted):
        made = self.liability(org)
        penalty_decide(penalty=made, agreed=False, reason="不成立", actor=cast.leadership)
        roll_up(org.branch)
        assert lines_of(stored(org.a, kind="INSTITUTION")) == []

    def test_of_an_institution_that_serves_it_is_still_the_institutions(self, org, counted):
        org.a.serves_customers, org.a.windows = True, 6
        org.a.save()
        release(org.a, score="90.00")
        made = approve(self.liability(org))
        assert lines_of(stored(org.a)) == []
        assert [one[:2] for one in lines_of(stored(org.a, kind="INSTITUTION"))] == [
            ("R5.LEADER_LIABILITY", made.pk)
        ]

    def test_who_leads_an_outlet_answers_in_the_institutions_row(self, org, counted):
        make_leader(org.b1)
        made = approve(propose(make_violation(org.b1), ground="LEADER"))
        assert made.unit == org.b
        assert lines_of(stored(org.b, kind="INSTITUTION"))[0][1] == made.pk

    def test_an_offenders_penalty_costs_nothing_more(self, org, counted):
        fine(make_violation(org.a1))
        assert lines_of(stored(org.a, kind="INSTITUTION")) == []

    def test_until_a_scheme_gives_it_a_number_it_is_listed_only(self, org):
        make_leader(org.a)
        release(org.a1, score="90.00")
        approve(self.liability(org))
        assert lines_of(stored(org.a, kind="INSTITUTION"))[0][2:] == (
            "2011-04-08 领导责任 +0.00",
            "0.00",
        )


# Closed months -----------------------------------------------------------------------------------


def waiting(org):
    record = MonthClose.objects.get(branch=org.branch, month=APRIL.first)
    found = pending_of(record)
    assert waiting_count(record) == len(found) == record.waiting
    return [(one.kind, one.id, one.unit, one.day, one.label, one.change_label) for one in found]


def issue(org, cast):
    return correction_issue(
        branch=org.branch, month=APRIL, reason="违规处理", actor=cast.service_office
    )


def test_what_comes_after_the_close_waits(org, cast):
    leader = make_leader(org.a)
    release(org.a1, score="90.00")
    close(org)
    before = table(org.branch)
    violation = make_violation(org.a1, SERIOUS)
    penalty = approve(propose(violation, ground="LEADER"), date(2011, 4, 20))
    make_violation(org.branch)
    assert table(org.branch) == before
    assert waiting(org) == [
        ("VIOLATION_SERIOUS", violation.pk, "甲一网点", DAY, violation.staff.name, "新增"),
        ("LEADER_LIABILITY", penalty.pk, "甲支行", date(2011, 4, 20), leader.name, "新增"),
    ]
    issue(org, cast)
    assert stored(org.a1, edition=1).total == Decimal("88.00")
    assert waiting(org) == []


def test_what_is_revoked_after_the_close_waits(org, cast):
    release(org.a1, score="90.00")
    violation = make_violation(org.a1, SERIOUS)
    close(org)
    violation_revoke(violation=violation, reason="认错了人", actor=cast.service_office)
    assert [(one[0], one[1], one[5]) for one in waiting(org)] == [
        ("VIOLATION_SERIOUS", violation.pk, "撤销")
    ]
    issue(org, cast)
    assert stored(org.a1, edition=1).total == Decimal("90.00")
    assert waiting(org) == []


# One way and the other ---------------------------------------------------------------------------


def test_incremental_equals_full(org, cast):
    """Whatever is recorded, penalised and taken back, the figures are those of a full roll-up."""
    chance = random.Random(20110408)
    units = [org.a, org.a1, org.a2, org.b, org.b1, org.b2]
    org.b.serves_customers = True
    org.b.save()
    people = {unit.pk: make_staff(unit=unit) for unit in units}
    make_leader(org.a), make_leader(org.b)
    roll_up(org.branch, APRIL, MAY)
    for step in range(48):
        unit, day = chance.choice(units), date(2011, 4, 1) + timedelta(days=chance.randrange(61))
        act = chance.randrange(5)
        free = Violation.objects.filter(state="RECORDED", penalties=None)
        if act == 0:
            release(unit, "OPEN", day, f"{chance.randrange(70, 100)}.00")
        elif act == 1 and free.exists():
            row = chance.choice(list(free))
            violation_revoke(violation=row, reason="认错了人", actor=cast.service_office)
        elif act == 2 and free.exclude(leader=None).exists():
            row = chance.choice(list(free.exclude(leader=None)))
            approve(propose(row, ground="LEADER"), day)
        else:
            make_violation(unit, chance.choice([MINOR, SERIOUS, GRAVE]), day, people[unit.pk])
        if step % 6:
            continue
        incremental = [table(org.branch, month) for month in (APRIL, MAY)]
        roll_up(org.branch, APRIL, MAY)
        assert [table(org.branch, month) for month in (APRIL, MAY)] == incremental
    assert Penalty.objects.filter(state="APPROVED").exists()


def test_a_violation_costs_a_constant_number_of_queries(org):
    release(org.a1)
    people = {unit.pk: make_staff(unit=unit) for unit in (org.a1, org.a)}
    for unit in (org.a1, org.a):
        kind_of(unit.branch)

    def queries(unit):
        with CaptureQueriesContext(connection) as captured:
            make_violation(unit, staff=people[unit.pk])
        return len(captured)

    few = [queries(org.a1), queries(org.a)]
    for _ in range(3):
        make_violation(make_outlet(parent=org.a))
    roll_up(org.branch)
    assert [queries(org.a1), queries(org.a)] == few
