"""What letters add and deduct (R3, R5), in open and in closed months (R7)."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.models import Letter, LetterEvent, Responsibility
from complaints.services.letters import LetterFacts, letter_event_add, letter_receive
from complaints.services.responsibility import (
    Verdict,
    responsibility_confirm,
    responsibility_propose,
)
from outlets.models import UnitMove
from outlets.months import Month
from outlets.services.calendar import calendar_seed
from reports.models import MonthClose, MonthlyScore
from reports.selectors.corrections import letters_awaiting
from reports.selectors.waiting import pending_of, waiting_count
from reports.services.corrections import CorrectionError, correction_issue
from reports.services.months import months_close
from reports.services.rollup import months_roll_up
from tests.factories import make_outlet, make_unit, make_user
from tests.reports.letters import complaint, find, late, make_letter, noon, praise
from tests.reports.rows import APRIL, MAY, release, stored, table

pytestmark = pytest.mark.django_db


def roll_up(branch, *months):
    for month in months or (APRIL,):
        months_roll_up(branch_ids=[branch.pk], month=month)


def close(org, month=APRIL):
    months_close(branch_ids=[org.branch.pk], month=month, actor=None)


def letter_lines(row):
    return [
        (rule, ids[0], text, value)
        for rule, ids, text, value in row.lines
        if rule.partition(".")[2] in {"COMPLAINT", "PRAISE", "LATE"}
    ]


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (complaint, ("R3.COMPLAINT", "2011-04-08 有效投诉 -2.00", "-2.00")),
        (praise, ("R3.PRAISE", "2011-04-12 表扬 +0.50", "0.50")),
        (late, ("R3.LATE", "2011-04-21 逾期答复 -0.50", "-0.50")),
        (lambda unit: late(unit, kind="COMPLAINT"), ("R3.LATE", "2011-04-21 逾期答复 -0.50", "-0.50")),
    ],
)  # fmt: skip
def test_each_cause_is_one_line(org, make, line):
    release(org.a1, score="90.00")
    before = stored(org.a1).total
    letter = make(org.a1)
    row = stored(org.a1)
    rule, text, value = line
    assert letter_lines(row) == [(rule, letter.pk, text, value)]
    assert row.adjustment == Decimal(value)
    assert row.total == before + Decimal(value)
    assert row.complaints == (rule == "R3.COMPLAINT")
    assert stored(org.a2).lines == [["R3.base", [], "本月无明查、暗访成绩，未参评", None]]


@pytest.mark.parametrize(
    "make",
    [
        lambda org: find(make_letter(org.a1), "CUSTOMER", date(2011, 4, 8)),
        lambda org: find(make_letter(org.a1), "MIXED", date(2011, 4, 8)),
        lambda org: find(make_letter(org.a1, "PRAISE"), "UNFOUNDED", date(2011, 4, 8)),
        lambda org: late(org.a1, kind="PRAISE"),
        lambda org: late(org.a1, kind="SUGGESTION"),
        lambda org: make_letter(org.a1, answered_on=date(2011, 4, 8)),
        lambda org: complaint(org.a1, date(2011, 5, 1)),
        lambda org: complaint(org.a1, date(2011, 3, 31)),
        lambda org: complaint(org.branch),
        lambda org: complaint(make_unit(kind="DEPARTMENT", parent=org.a)),
        lambda org: complaint(make_unit(kind="DEPARTMENT", parent=org.branch)),
        lambda org: complaint(make_outlet(parent=org.a, closed_on=date(2011, 4, 30))),
    ],
)
def test_what_adds_and_deducts_nothing(org, make):
    release(org.a1, score="90.00")
    roll_up(org.branch)
    before = table(org.branch)
    make(org)
    assert table(org.branch) == before
    roll_up(org.branch)
    assert table(org.branch) == before


def test_a_finding_that_only_waits_for_its_second_signature_does_not_count(org):
    release(org.a1)
    letter = make_letter(org.a1)
    Responsibility.objects.create(
        branch=org.branch, letter=letter, finding="BANK", unit=org.a1, grounds="待复核",
        decided_on=date(2011, 4, 8),
    )  # fmt: skip
    roll_up(org.branch)
    assert stored(org.a1).adjustment == 0


def test_praise_counts_up_to_its_cap(org):
    release(org.a1, score="90.00")
    for day in range(1, 7):
        praise(org.a1, date(2011, 4, day))
    row = stored(org.a1)
    assert [value for *_, value in letter_lines(row)] == ["0.50"] * 4 + ["0.00"] * 2
    assert letter_lines(row)[-1][2] == "2011-04-06 表扬 +0.50，本月合计限2.00，计+0.00"
    assert row.total == Decimal("92.00")


def test_the_unit_found_responsible_answers_not_the_one_named(org):
    release(org.a1)
    release(org.b1)
    letter = make_letter(org.a1)
    find(letter, "BANK", date(2011, 4, 8), unit=org.b1)
    assert stored(org.a1).adjustment == 0
    assert letter_lines(stored(org.b1))[0][1] == letter.pk


def test_an_institution_that_does_not_serve_answers_in_its_own_row(org):
    release(org.a1, score="90.00")
    letter = complaint(org.a)
    slow = late(org.a)
    row = stored(org.a, kind="INSTITUTION")
    assert letter_lines(row) == [
        ("R5.COMPLAINT", letter.pk, "2011-04-08 有效投诉 -2.00", "-2.00"),
        ("R5.LATE", slow.pk, "2011-04-21 逾期答复 -0.50", "-0.50"),
    ]
    assert (row.total, row.adjustment, row.complaints) == (Decimal("87.50"), Decimal("-2.50"), 1)
    assert stored(org.a1).total == Decimal("90.00")
    incremental = table(org.branch)
    release(org.a2, score="90.00")  # a release below keeps what is the institution's own
    assert stored(org.a, kind="INSTITUTION").total == Decimal("87.50")
    assert letter_lines(stored(org.a, kind="INSTITUTION")) == letter_lines(row)
    assert table(org.branch) != incremental


def test_an_institution_that_serves_answers_as_an_outlet(org):
    org.a.serves_customers, org.a.windows = True, 6
    org.a.save()
    release(org.a, score="90.00")
    letter = complaint(org.a)
    assert letter_lines(stored(org.a))[0][:2] == ("R3.COMPLAINT", letter.pk)
    row = stored(org.a, kind="INSTITUTION")
    assert letter_lines(row) == []
    assert (row.total, row.complaints) == (Decimal("88.00"), 1)


def test_a_moved_outlet_takes_its_letters_along_from_its_day(org):
    UnitMove.objects.create(unit=org.a1, parent=org.b, effective_on=date(2011, 5, 1))
    org.a1.parent, org.a1.path = org.b, "AS/ASB/ASA1/"
    org.a1.save()
    for day in (date(2011, 4, 10), date(2011, 5, 10)):
        release(org.a1, day=day)
        complaint(org.a1, day)
    roll_up(org.branch, APRIL, MAY)
    assert stored(org.a, kind="INSTITUTION").complaints == 1
    assert stored(org.b, kind="INSTITUTION").complaints == 0
    assert stored(org.a, MAY, kind="INSTITUTION").complaints == 0
    assert stored(org.b, MAY, kind="INSTITUTION").complaints == 1


def test_a_superseded_finding_counts_no_longer_while_the_month_is_open(org):
    release(org.a1, score="90.00")
    letter = complaint(org.a1)
    assert stored(org.a1).total == Decimal("88.00")
    find(letter, "CUSTOMER", date(2011, 4, 20))
    assert stored(org.a1).total == Decimal("90.00")
    assert letter_lines(stored(org.a1)) == []


def test_a_finding_renewed_in_a_later_month_counts_there(org):
    release(org.a1, score="90.00")
    release(org.b1, score="90.00", day=date(2011, 5, 5))
    letter = complaint(org.a1)
    find(letter, "BANK", date(2011, 5, 9), unit=org.b1)
    assert stored(org.a1).adjustment == 0
    assert stored(org.b1, MAY).adjustment == Decimal("-2.00")


def test_ties_are_broken_by_valid_complaints(org):
    for unit, score in ((org.a1, "92.00"), (org.a2, "90.00")):
        release(unit, "COVERT", score="90.00")
        release(unit, score=score)
    for day in (1, 2):
        praise(org.a1, date(2011, 4, day))
    complaint(org.a1)
    assert [stored(unit).total for unit in (org.a1, org.a2)] == [Decimal("90.00")] * 2
    assert [stored(unit).rank for unit in (org.a1, org.a2)] == [2, 1]


# Closed months -----------------------------------------------------------------------------------


def waiting(org):
    record = MonthClose.objects.get(branch=org.branch, month=APRIL.first)
    found = pending_of(record)
    assert waiting_count(record) == len(found)
    return [(one.kind, one.id, one.unit, one.day, one.label, one.change_label) for one in found]


def test_a_letter_that_comes_late_waits(org, cast):
    release(org.a1, score="90.00")
    close(org)
    before = table(org.branch)
    letter = complaint(org.a1)
    assert table(org.branch) == before
    assert waiting(org) == [
        ("COMPLAINT", letter.pk, "甲一网点", date(2011, 4, 8), letter.reference, "新增")
    ]
    issue(org, cast)
    assert stored(org.a1, edition=1).total == Decimal("88.00")
    assert stored(org.a1).total == Decimal("90.00")
    assert waiting(org) == []


def issue(org, cast):
    return correction_issue(
        branch=org.branch, month=APRIL, reason="来信认定", actor=cast.service_office
    )


def test_a_letter_that_vanishes_waits(org, cast):
    release(org.a1, score="90.00")
    letter = complaint(org.a1)
    close(org)
    find(letter, "CUSTOMER", date(2011, 5, 3))
    assert stored(org.a1).total == Decimal("88.00")
    assert waiting(org) == [
        ("COMPLAINT", letter.pk, "甲一网点", date(2011, 4, 8), letter.reference, "撤销")
    ]
    differences = issue(org, cast).differences
    assert ["complaints", 1, 0] in differences[0]["changes"]
    assert stored(org.a1, edition=1).total == Decimal("90.00")
    assert waiting(org) == []


def test_a_letter_that_moves_to_another_unit_waits_once(org, cast):
    release(org.a1, score="90.00")
    release(org.b1, score="90.00")
    letter = complaint(org.a1)
    close(org)
    find(letter, "BANK", date(2011, 4, 9), unit=org.b1)
    assert [one[:3] + one[5:] for one in waiting(org)] == [
        ("COMPLAINT", letter.pk, "乙一网点", "变动")
    ]
    issue(org, cast)
    assert stored(org.a1, edition=1).total == Decimal("90.00")
    assert stored(org.b1, edition=1).total == Decimal("88.00")
    assert waiting(org) == []


def test_an_answer_given_late_after_all_waits(org, cast):
    release(org.a1, score="90.00")
    slow = late(org.a1)
    close(org)
    Letter.objects.filter(pk=slow.pk).update(is_late=False)
    late(org.a)
    late(org.branch)  # counts nowhere, so it does not wait either
    assert [(one[0], one[2], one[5]) for one in waiting(org)] == [
        ("LATE", "甲一网点", "撤销"),
        ("LATE", "甲支行", "新增"),
    ]
    issue(org, cast)
    assert stored(org.a, kind="INSTITUTION", edition=1).total == Decimal("89.50")
    assert waiting(org) == []
    with pytest.raises(CorrectionError, match="没有需要更正的内容"):
        issue(org, cast)


def test_letters_awaiting_over_all_closed_months(org, cast, django_assert_num_queries):
    release(org.a1)
    release(org.a1, day=date(2011, 5, 5))
    letter = complaint(org.a1)
    close(org)
    close(org, MAY)
    assert letters_awaiting(cast.leadership) == []
    find(letter, "BANK", date(2011, 5, 9))  # gone from April, new in May
    other = complaint(org.b1, date(2011, 5, 20))
    own = complaint(org.a, date(2011, 5, 21))
    complaint(org.branch)
    with django_assert_num_queries(6):
        found = [(one.id, one.day, one.change) for one in letters_awaiting(cast.leadership)]
    assert found == [
        (letter.pk, date(2011, 4, 8), "GONE"),
        (letter.pk, date(2011, 5, 9), "NEW"),
        (other.pk, date(2011, 5, 20), "NEW"),
        (own.pk, date(2011, 5, 21), "NEW"),
    ]
    assert [one.id for one in letters_awaiting(cast.outlet_head)] == [letter.pk] * 2
    assert {one.id for one in letters_awaiting(cast.institution_head)} == {letter.pk, own.pk}
    assert letters_awaiting(make_user(role="SERVICE_OFFICE", unit=org.other)) == []


# One way and the other ---------------------------------------------------------------------------


def test_incremental_equals_full(org):
    """Whatever happens to letters in whatever order, the figures are those of a full roll-up."""
    chance = random.Random(20110408)
    units = [org.a, org.a1, org.a2, org.b, org.b1, org.b2]
    org.b.serves_customers = True
    org.b.save()
    roll_up(org.branch, APRIL, MAY)
    for step in range(72):
        unit, day = chance.choice(units), date(2011, 4, 1) + timedelta(days=chance.randrange(61))
        act = chance.randrange(5)
        judged = list(Responsibility.objects.filter(superseded_on=None))
        if act == 0:
            release(unit, chance.choice(["OPEN", "COVERT"]), day, f"{chance.randrange(70, 100)}.00")
        elif act == 1 and judged:
            row = chance.choice(judged)
            finding = chance.choice(["BANK", "CUSTOMER", "VERIFIED"])
            find(row.letter, finding, max(day, row.decided_on), unit)
        else:
            chance.choice([complaint, praise, late])(unit, day)
        if step % 6:
            continue
        incremental = [table(org.branch, month) for month in (APRIL, MAY)]
        roll_up(org.branch, APRIL, MAY)
        assert [table(org.branch, month) for month in (APRIL, MAY)] == incremental
    assert MonthlyScore.objects.filter(complaints__gt=0).exists()


def test_a_letter_costs_a_constant_number_of_queries(org):
    release(org.a1)

    def queries(unit):
        letter = make_letter(unit)
        with CaptureQueriesContext(connection) as captured:
            find(letter, "BANK", date(2011, 4, 8))
        return len(captured)

    few = [queries(org.a1), queries(org.a)]
    for _ in range(3):
        complaint(make_outlet(parent=org.a))
    roll_up(org.branch)
    assert [queries(org.a1), queries(org.a)] == few


def test_one_opened_since_gets_its_row(org):
    roll_up(org.branch)
    new = make_unit(kind="INSTITUTION", parent=org.branch, opened_on=date(2011, 4, 15))
    complaint(new, date(2011, 4, 20))
    assert stored(new, kind="INSTITUTION").complaints == 1


# Through the services of letters -----------------------------------------------------------------


def test_from_the_letter_to_the_league(org, cast):
    calendar_seed(year=2011)
    today = timezone.localdate()
    month = Month.of(today)
    release(org.a1, day=month.first, score="90.00")
    facts = LetterFacts(
        channel="HOTLINE", source="FORM", received_at=noon(today), body="柜员态度不好",
        kind="COMPLAINT", unit=org.a1,
    )  # fmt: skip
    letter = letter_receive(branch=org.branch, facts=facts, actor=cast.service_office)
    Letter.objects.filter(pk=letter.pk).update(state="ASSIGNED")
    proposed = responsibility_propose(
        letter=letter,
        verdict=Verdict(finding="BANK", unit=org.a1, grounds="录像属实"),
        actor=cast.service_office,
    )
    assert stored(org.a1, month).adjustment == 0
    responsibility_confirm(responsibility=proposed, actor=cast.leadership)
    assert stored(org.a1, month).total == Decimal("88.00")
    assert AuditEntry.objects.filter(event="letter.judge").exists()


def test_an_answer_after_the_deadline(org, cast):
    calendar_seed(year=2011)
    release(org.a1, score="90.00")
    facts = LetterFacts(
        channel="HOTLINE", source="FORM", received_at=noon(date(2011, 4, 1)), body="查询账户",
        kind="INQUIRY", unit=org.a1,
    )  # fmt: skip
    letter = letter_receive(branch=org.branch, facts=facts, actor=None)
    letter_event_add(
        letter=letter, kind=LetterEvent.Kind.ANSWERED, actor=None, at=noon(date(2011, 4, 28))
    )
    assert letter_lines(stored(org.a1)) == [
        ("R3.LATE", letter.pk, "2011-04-28 逾期答复 -0.50", "-0.50")
    ]
