from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlets.months import Month
from reports.periods import (
    Span,
    change,
    holiday_period,
    holidays,
    month_period,
    quarter_period,
    range_period,
    year_earlier,
    year_period,
)

LONG_AGO = date(2030, 1, 1)


def d(text):
    return date.fromisoformat(text)


def span(first, last):
    return Span(d(first), d(last))


@pytest.mark.parametrize(
    ("period", "now", "year_before", "before"),
    [
        (month_period(Month(2011, 4), LONG_AGO), ("2011-04-01", "2011-04-30"),
         ("2010-04-01", "2010-04-30"), ("2011-03-01", "2011-03-31")),
        (month_period(Month(2012, 2), LONG_AGO), ("2012-02-01", "2012-02-29"),
         ("2011-02-01", "2011-02-28"), ("2012-01-01", "2012-01-31")),
        # Cut in the middle of a month: as many days of each.
        (month_period(Month(2011, 4), d("2011-04-12")), ("2011-04-01", "2011-04-12"),
         ("2010-04-01", "2010-04-12"), ("2011-03-01", "2011-03-12")),
        # On the 30th of March, February has no more than 28 days to give.
        (month_period(Month(2011, 3), d("2011-03-30")), ("2011-03-01", "2011-03-30"),
         ("2010-03-01", "2010-03-30"), ("2011-02-01", "2011-02-28")),
        (quarter_period(2011, 1, LONG_AGO), ("2011-01-01", "2011-03-31"),
         ("2010-01-01", "2010-03-31"), ("2010-10-01", "2010-12-31")),
        (quarter_period(2011, 4, d("2011-11-15")), ("2011-10-01", "2011-11-15"),
         ("2010-10-01", "2010-11-15"), ("2011-07-01", "2011-08-15")),
        (year_period(2011, LONG_AGO), ("2011-01-01", "2011-12-31"),
         ("2010-01-01", "2010-12-31"), None),
        # 106 days of a leap year end a day later in the year before.
        (year_period(2012, d("2012-04-15")), ("2012-01-01", "2012-04-15"),
         ("2011-01-01", "2011-04-16"), None),
        (range_period(d("2011-10-01"), d("2011-10-07"), LONG_AGO), ("2011-10-01", "2011-10-07"),
         ("2010-10-01", "2010-10-07"), ("2011-09-24", "2011-09-30")),
        (range_period(d("2012-02-29"), d("2012-03-01"), LONG_AGO), ("2012-02-29", "2012-03-01"),
         ("2011-02-28", "2011-03-01"), ("2012-02-27", "2012-02-28")),
        (holiday_period("春节", span("2011-02-02", "2011-02-08"),
                        span("2010-02-13", "2010-02-19"), LONG_AGO),
         ("2011-02-02", "2011-02-08"), ("2010-02-13", "2010-02-19"), ("2011-01-26", "2011-02-01")),
        (holiday_period("春节", span("2011-02-02", "2011-02-08"),
                        span("2010-02-13", "2010-02-19"), d("2011-02-04")),
         ("2011-02-02", "2011-02-04"), ("2010-02-13", "2010-02-15"), ("2011-01-30", "2011-02-01")),
        (holiday_period("清明节", span("2008-04-04", "2008-04-06"), None, LONG_AGO),
         ("2008-04-04", "2008-04-06"), None, ("2008-04-01", "2008-04-03")),
    ],
)  # fmt: skip
def test_what_is_compared_with_what(period, now, year_before, before):
    assert period.now == span(*now)
    assert period.year_before == (year_before and span(*year_before))
    assert period.before == (before and span(*before))


@settings(deadline=None)
@given(
    first=st.dates(date(1990, 1, 1), date(2029, 12, 31)),
    length=st.integers(0, 800),
    gone=st.integers(0, 800),
)
def test_a_part_is_compared_with_as_many_days(first, length, gone):
    today = first + timedelta(days=gone)
    period = range_period(first, first + timedelta(days=length), today)
    assert period.year_before.days == period.before.days == period.now.days
    assert period.now.days == min(length, gone) + 1
    assert period.before.last < period.now.first
    assert period.is_partial == (gone < length)


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2029, 12, 31)), st.integers(0, 40))
def test_calendar_parts_never_take_more_days_than_have_passed(day, gone):
    for period in (
        month_period(Month.of(day), day),
        quarter_period(day.year, (day.month + 2) // 3, day),
        year_period(day.year, day),
    ):
        assert period.now.last == day
        for held in (period.year_before, period.before):
            if held and period.is_partial:
                assert held.days <= period.now.days
                # February or a shorter quarter may have fewer days than have passed.
                assert held.days == period.now.days or held.last.month != (held.last + timedelta(1)).month  # fmt: skip


@pytest.mark.parametrize(
    ("now", "base", "text"),
    [
        (135, 216, "-37.5%"), (216, 135, "+60.0%"), (3, 3, "持平"), (2, 0, "新增"), (0, 0, "—"),
        (0, 4, "-100.0%"), (5, None, "—"), (0, None, "—"), (1001, 1000, "+0.1%"),
    ],
)  # fmt: skip
def test_changes_with_and_without_a_base(now, base, text):
    assert change(now, base) == text


def test_notes_say_which_days():
    assert month_period(Month(2011, 4), LONG_AGO).note == (
        "本期为2011年4月1日至30日（30天），上年同期为2010年4月1日至30日（30天），"
        "上期为2011年3月1日至31日（31天）；天数不同的未作折算。"
    )
    assert year_period(2011, d("2011-04-15")).note == (
        "本期为2011年1月1日至4月15日（105天），尚未结束，按相同天数比较："
        "上年同期为2010年1月1日至4月15日（105天）。"
    )
    assert range_period(d("2010-12-31"), d("2011-01-01"), LONG_AGO).label == (
        "2010年12月31日至2011年1月1日"
    )
    assert Span(d("2011-10-01"), d("2011-10-01")).label == "2011年10月1日"


def test_holidays_from_days_off():
    days = [
        *((d("2011-10-01") + timedelta(n), "国庆节") for n in range(7)),
        (d("2011-06-04"), "端午"), (d("2011-06-06"), "端午"),  # the Sunday between has no name
        (d("2018-12-30"), "元旦"), (d("2018-12-31"), "元旦"), (d("2019-01-01"), "元旦"),
        (d("2018-01-01"), "元旦"),
    ]  # fmt: skip
    assert holidays(days) == {
        ("国庆节", 2011): span("2011-10-01", "2011-10-07"),
        ("端午", 2011): span("2011-06-04", "2011-06-06"),
        ("元旦", 2018): span("2018-01-01", "2018-01-01"),
        ("元旦", 2019): span("2018-12-30", "2019-01-01"),
    }


def test_a_leap_day_a_year_earlier():
    assert year_earlier(d("2012-02-29")) == d("2011-02-28")
    assert year_earlier(d("2012-03-01")) == d("2011-03-01")
