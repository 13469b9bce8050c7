"""Statistics of letters as the selectors count them: fair to moves, repeats, findings and days."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Letter, LetterLink
from complaints.selectors.letters import letters_visible_to
from complaints.services.letters import LetterFacts, letters_receive
from outlets.models import Posting
from outlets.months import Month
from outlets.services import unit_move
from outlets.services.calendar import calendar_seed
from reports.periods import Span, month_period, year_period
from reports.selectors.letters import (
    BEFORE,
    NOW,
    TREND,
    YEAR,
    Cell,
    complaint_rates,
    letter_counts,
    letters_since,
    risky_inquiries,
)
from reports.selectors.letters.counts import CAUSE, CHANNEL, MONTH, STAFF, spans_of
from tellers.services.devices import DeviceFact, devices_record
from tests.factories import make_staff, make_user
from tests.reports.letters import find, make_letter, noon
from tests.reports.rows import APRIL

pytestmark = pytest.mark.django_db
TODAY = date(2012, 1, 31)
WHOLE = Span(date(2011, 4, 1), date(2011, 4, 30))


def counted(user, period=None, today=TODAY, trend=None):
    period = period or month_period(APRIL, today)
    return letter_counts(letters_visible_to(user), spans_of(period, trend), today)


def test_by_type_in_each_span(org, cast):
    for kind in ("INQUIRY", "INQUIRY", "PRAISE", "SUGGESTION", "COMPLAINT", ""):
        make_letter(org.a1, kind)
    make_letter(org.a1, "INQUIRY", date(2010, 4, 30))
    make_letter(org.a1, "INQUIRY", date(2011, 3, 1))
    make_letter(org.a1, "INQUIRY", date(2011, 5, 1))
    make_letter(org.a1, "INQUIRY", date(2010, 5, 1))
    counts = counted(cast.service_office)
    assert {kind: cell.letters for kind, cell in counts.kinds(NOW).items()} == {
        "INQUIRY": 2, "PRAISE": 1, "SUGGESTION": 1, "COMPLAINT": 1, "": 1,
    }  # fmt: skip
    assert [counts.total(span).letters for span in (NOW, YEAR, BEFORE)] == [6, 1, 1]
    assert counts.total(NOW, "INQUIRY", "PRAISE").letters == 3


def test_days_are_days_here(org, cast):
    """A letter that came at half past midnight in China came the day before in Greenwich."""
    letter = make_letter(org.a1)
    for moment, inside in (
        ("2011-04-01 00:00+08:00", True), ("2011-03-31 23:59:59+08:00", False),
        ("2011-04-30 23:59:59.9+08:00", True), ("2011-05-01 00:00+08:00", False),
    ):  # fmt: skip
        Letter.objects.filter(pk=letter.pk).update(received_at=moment)
        assert counted(cast.service_office).total(NOW).letters == inside, moment


def test_by_what_they_are_about(org, cast):
    teller = make_staff(unit=org.a1)
    make_letter(org.a1, "INQUIRY", channel="VISIT", cause="C01", business="B02", staff=teller)
    make_letter(org.a1, "COMPLAINT", cause="C01")
    make_letter(None, "SUGGESTION", branch_id=org.branch.pk)
    counts = counted(cast.service_office)
    column = counts.column(NOW, CAUSE)
    assert {cause: sum(c.letters for c in kinds.values()) for cause, kinds in column.items()} == {
        "C01": 2, "": 1,
    }  # fmt: skip
    assert set(counts.column(NOW, CHANNEL)) == {"VISIT", "HOTLINE"}
    assert counts.column(NOW, STAFF)[teller.pk] == {"INQUIRY": Cell(1, 1)}
    assert set(counts.units(NOW)) == {org.a1.pk, None}


def test_moved_outlets_count_where_they_stood(org, cast):
    make_letter(org.a1, "INQUIRY")
    make_letter(org.a1, "INQUIRY", date(2010, 4, 8))
    org.a1.parent, org.a1.path = org.b, "AS/ASB/ASA1/"
    org.a1.save()
    make_letter(org.a1, "INQUIRY", date(2011, 4, 20))
    make_letter(org.b, "INQUIRY")
    make_letter(org.branch, "INQUIRY")
    counts = counted(cast.service_office)
    by = {key: kinds["INQUIRY"].letters for key, kinds in counts.institutions(NOW).items()}
    assert by == {org.a.pk: 1, org.b.pk: 2, None: 1}
    assert list(counts.institutions(YEAR)) == [org.a.pk]
    assert counts.units(NOW)[org.a1.pk]["INQUIRY"].letters == 2
    assert counts.institution_of == {org.a.pk: "甲支行", org.b.pk: "乙支行"}


def test_letters_written_down_later_belong_where_the_outlet_stood_then(org, cast):
    unit_move(unit=org.a1, parent=org.b, effective_on=date(2011, 4, 15))
    org.a1.refresh_from_db()
    calendar_seed(year=2011)
    facts = [
        LetterFacts(
            channel="HOTLINE", source="FILE", received_at=noon(date(2011, 4, day)), body="查询",
            kind="INQUIRY", unit=org.a1,
        )
        for day in (14, 15)
    ]  # fmt: skip
    early, late = letters_receive(branch=org.branch, facts=facts, actor=None)
    assert (early.unit_path, late.unit_path) == ("AS/ASA/ASA1/", "AS/ASB/ASA1/")
    counts = counted(cast.service_office)
    assert {key: kinds["INQUIRY"].letters for key, kinds in counts.institutions(NOW).items()} == {
        org.a.pk: 1, org.b.pk: 1,
    }  # fmt: skip


def test_repeats_count_once(org, cast):
    first, again, merged = (make_letter(org.a1) for _ in range(3))
    suspect = make_letter(org.a1)
    for letter, kind in ((again, "REPEAT"), (merged, "MERGED"), (suspect, "DUPLICATE")):
        LetterLink.objects.create(letter=letter, other=first, kind=kind)
    Letter.objects.filter(pk=merged.pk).update(state="MERGED")
    cell = counted(cast.service_office).total(NOW)
    assert (cell.letters, cell.unique) == (4, 2)


def test_findings_as_they_held_on_the_day_looked_at(org, cast):
    letter, other, undecided = (make_letter(org.a1) for _ in range(3))
    find(letter, "BANK", date(2011, 4, 9))
    find(letter, "CUSTOMER", date(2011, 6, 1))
    find(other, "MIXED", date(2011, 5, 5))

    def on(day):
        cell = counted(cast.service_office, today=day).total(NOW, "COMPLAINT")
        return (cell.bank, cell.customer, cell.mixed, cell.undecided)

    assert on(date(2011, 4, 8)) == (0, 0, 0, 3)
    assert on(date(2011, 4, 30)) == (1, 0, 0, 2)
    assert on(date(2011, 5, 31)) == (1, 0, 1, 1)
    assert on(date(2011, 6, 1)) == (0, 1, 1, 1)
    assert undecided.responsibilities.count() == 0


def test_everybody_counts_what_they_see(org, cast):
    for unit in (org.a1, org.a2, org.b1, org.a):
        make_letter(unit)
    handled = make_letter(org.b2, handler=cast.outlet_head)
    make_letter(org.other)
    totals = {
        name: counted(getattr(cast, name)).total(NOW).letters
        for name in ("service_office", "leadership", "institution_head", "outlet_head", "inspector")
    }
    assert totals == {
        "service_office": 5, "leadership": 5, "institution_head": 3, "outlet_head": 2,
        "inspector": 0,
    }  # fmt: skip
    assert handled.handler == cast.outlet_head


def test_the_trend_is_by_month(org, cast):
    for day in (date(2010, 12, 31), date(2011, 1, 1), date(2011, 1, 31), date(2011, 4, 8)):
        make_letter(org.a1, day=day)
    trend = Span(date(2011, 1, 1), date(2011, 4, 30))
    counts = counted(cast.service_office, trend=trend)
    column = counts.column(TREND, MONTH)
    assert {month: kinds["COMPLAINT"].letters for month, kinds in column.items()} == {
        date(2011, 1, 1): 2, date(2011, 4, 1): 1,
    }  # fmt: skip
    assert counts.column(TREND, CAUSE) == {}
    assert counts.column(NOW, MONTH) == {}


def test_two_statements_however_many_letters(org, cast, django_assert_num_queries):
    for n in range(30):
        make_letter([org.a1, org.b1, None][n % 3], branch_id=org.branch.pk, cause=f"C{n % 4:02d}")
    for period in (month_period(APRIL, TODAY), year_period(2011, TODAY)):
        with django_assert_num_queries(2):
            counted(cast.service_office, period, trend=period.now)


def test_the_first_and_the_last_day(org, cast):
    assert letters_since(letters_visible_to(cast.service_office)) is None
    for day in (date(2011, 4, 8), date(2010, 1, 4), date(2011, 12, 30)):
        make_letter(org.a1, day=day)
    assert letters_since(letters_visible_to(cast.service_office)) == (
        date(2010, 1, 4), date(2011, 12, 30),
    )  # fmt: skip
    assert letters_since(letters_visible_to(cast.inspector)) is None


# Inquiries that carry risk ------------------------------------------------------------------------


def risks(cast, today=TODAY):
    return risky_inquiries(letters_visible_to(cast.service_office), WHOLE, today)


def test_no_risk(org, cast, django_assert_num_queries):
    make_letter(org.a1, "INQUIRY", due_on=date(2011, 4, 15))
    make_letter(org.a1, "INQUIRY", state="ASSIGNED", due_on=date(2011, 4, 15))
    make_letter(org.a1, "COMPLAINT", text="我要投诉")
    make_letter(org.a1, "INQUIRY", date(2011, 5, 8), text="我要投诉")
    with django_assert_num_queries(1):
        found = risks(cast, date(2011, 4, 13))
    assert (found.inquiries, found.risky, found.shown) == (2, 0, [])


@pytest.mark.parametrize(
    ("letter", "reasons"),
    [
        ({"kind": "COMPLAINT", "first_kind": "INQUIRY"}, "已转为投诉"),
        ({"state": "ASSIGNED", "due_on": date(2011, 4, 14)}, "临近期限"),
        ({"state": "RECEIVED", "due_on": date(2011, 4, 13)}, "临近期限"),
        ({"state": "ASSIGNED", "due_on": date(2011, 4, 12)}, "已逾期"),
        ({"text": "再不处理就向监管反映"}, "内容有投诉风险"),
        ({"text": "我要找律师", "state": "ASSIGNED", "due_on": date(2011, 4, 1)},
         "已逾期、内容有投诉风险"),
    ],
)  # fmt: skip
def test_what_makes_an_inquiry_risky(org, cast, letter, reasons):
    make_letter(org.a1, "INQUIRY")
    risky = make_letter(org.a1, **({"kind": "INQUIRY"} | letter))
    found = risks(cast, date(2011, 4, 13))
    assert (found.inquiries, found.risky) == (2, 1)
    assert [(one.id, one.reasons) for one in found.shown] == [(risky.pk, reasons)]
    assert found.shown[0].unit == "甲一网点"


def test_an_inquiry_a_complaint_grew_out_of(org, cast):
    inquiry = make_letter(org.a1, "INQUIRY")
    grown = make_letter(org.a1, "COMPLAINT")
    LetterLink.objects.create(letter=grown, other=inquiry, kind="ESCALATED")
    found = risks(cast)
    assert (found.inquiries, found.escalated, found.near, found.worded) == (1, 1, 0, 0)


def test_open_ones_stand_first(org, cast):
    closed = make_letter(org.a1, "INQUIRY", text="投诉")
    late = make_letter(org.a1, "INQUIRY", state="ASSIGNED", due_on=date(2011, 4, 20))
    later = make_letter(org.a1, "INQUIRY", state="ASSIGNED", due_on=date(2011, 4, 10))
    assert [one.id for one in risks(cast).shown] == [later.pk, late.pk, closed.pk]


# Rates --------------------------------------------------------------------------------------------


def transact(unit, numbers, first=APRIL):
    """A teller of the unit with so many transactions a month."""
    staff = make_staff(unit=unit)
    devices_record(
        facts=[
            DeviceFact(unit.branch_id, staff.pk, (first + n).first, count, 0, 0, 0, 0, 0)
            for n, count in enumerate(numbers)
        ]
    )
    return staff


YEAR_2011 = Span(date(2011, 1, 1), date(2011, 12, 31))


def test_rates_by_unit(org, cast, django_assert_num_queries):
    for unit, count in ((org.a1, 12_000), (org.a2, 8_000), (org.b1, 30_000)):
        transact(unit, [count])
    for unit in (org.a1, org.a1, org.a1, org.b1):
        make_letter(unit)
    make_letter(org.a1, "INQUIRY")
    make_letter(org.a1, "COMPLAINT", date(2011, 5, 8))  # no transactions are known of May
    make_letter(org.b2, "COMPLAINT")  # nor of this outlet
    with django_assert_num_queries(2):
        rates = complaint_rates(cast.service_office, YEAR_2011)
    assert [(r.name, r.transactions, r.complaints, str(r.rate.plain)) for r in rates.rows] == [
        ("甲一网点", 12_000, 3, "2.500"), ("甲二网点", 8_000, 0, "0.000"), ("乙一网点", 30_000, 1, "0.333"),
    ]  # fmt: skip
    assert rates.units == 3
    a1, a2, b1 = (row.rate for row in rates.rows)
    branch = float(rates.branch)
    assert branch < a1.mean < a1.plain
    assert a2.plain < a2.mean < branch
    assert b1.low < b1.mean < b1.high


def test_transactions_belong_to_the_unit_at_the_months_end(org, cast):
    moved = transact(org.a1, [10_000, 10_000])
    Posting.objects.filter(staff=moved).update(end=date(2011, 4, 14))
    moved.postings.create(unit=org.b1, post="TELLER", start=date(2011, 4, 15))
    gone = transact(org.a2, [5_000])
    Posting.objects.filter(staff=gone).update(end=date(2011, 4, 2))
    transact(org.b2, [1_000])
    make_letter(org.b1)
    rates = complaint_rates(cast.service_office, YEAR_2011)
    assert {row.unit_id: row.transactions for row in rates.rows} == {
        org.b1.pk: 20_000, org.a2.pk: 5_000, org.b2.pk: 1_000,
    }  # fmt: skip
    by_unit = {row.unit_id: row for row in rates.rows}
    assert by_unit[org.b1.pk].months == (APRIL, Month(2011, 5))


def test_everybody_reads_their_own_units_against_the_whole_branch(org, cast):
    for unit in (org.a1, org.a2, org.b1, org.b2):
        transact(unit, [10_000])
        make_letter(unit)
    whole = complaint_rates(cast.service_office, YEAR_2011)
    own = complaint_rates(cast.outlet_head, YEAR_2011)
    assert [row.unit_id for row in own.rows] == [org.a1.pk]
    assert (own.branch, own.units) == (whole.branch, 4)
    assert own.rows[0] in whole.rows


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (Span(date(2011, 10, 1), date(2011, 10, 7)), "本期不含完整的月份"),
        (Span(date(2011, 4, 2), date(2011, 5, 30)), "本期不含完整的月份"),
        (Span(date(2011, 6, 1), date(2011, 6, 30)), "没有业务量数据"),
        (WHOLE, "没有投诉"),
    ],
)
def test_why_there_are_no_rates(org, cast, span, reason):
    for unit in (org.a1, org.a2, org.b1):
        transact(unit, [10_000])
    found = complaint_rates(cast.service_office, span)
    assert reason in found.why_not
    assert found.rows == ()


def test_too_few_units_and_another_branchs_data(org, cast):
    transact(org.a1, [10_000])
    make_letter(org.a1)
    assert "不足3个" in complaint_rates(cast.service_office, WHOLE).why_not
    stranger = make_user(role="SERVICE_OFFICE", unit=org.other)
    assert "没有业务量数据" in complaint_rates(stranger, WHOLE).why_not


def test_statements_do_not_grow(org, cast):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            counted(cast.service_office)
            risks(cast)
            complaint_rates(cast.service_office, YEAR_2011)
        return len(captured)

    for unit in (org.a1, org.a2, org.b1):
        transact(unit, [1_000])
    make_letter(org.a1, "INQUIRY", text="投诉")
    make_letter(org.a1)
    few = queries()
    for unit in (org.a1, org.a2, org.b1, org.b2):
        transact(unit, [1_000, 2_000])
        make_letter(unit, "INQUIRY", text="投诉", received_at=noon(date(2011, 4, 9)))
        make_letter(unit)
    assert queries() == few
