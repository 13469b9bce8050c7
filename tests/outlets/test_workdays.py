from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlets.workdays import (
    CalendarMissing,
    add_working_days,
    is_working_day,
    working_days_between,
)

NATIONAL_DAY = {date(2011, 10, day): False for day in range(1, 8)} | {
    date(2011, 10, 8): True,
    date(2011, 10, 9): True,
}
NEW_YEAR = {date(2012, 1, day): False for day in (1, 2, 3)} | {date(2011, 12, 31): True}
CALENDAR = NATIONAL_DAY | NEW_YEAR


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2011, 9, 30), 0, date(2011, 9, 30)),
        (date(2011, 9, 30), 1, date(2011, 10, 8)),
        (date(2011, 9, 30), 2, date(2011, 10, 9)),
        (date(2011, 9, 30), 3, date(2011, 10, 10)),
        (date(2011, 9, 29), 1, date(2011, 9, 30)),
        (date(2011, 10, 4), 1, date(2011, 10, 8)),
        (date(2011, 10, 8), 1, date(2011, 10, 9)),
        (date(2011, 10, 13), 1, date(2011, 10, 14)),
        (date(2011, 10, 14), 1, date(2011, 10, 17)),
        (date(2011, 10, 15), 1, date(2011, 10, 17)),
        (date(2011, 10, 16), 5, date(2011, 10, 21)),
        (date(2011, 12, 30), 1, date(2011, 12, 31)),
        (date(2011, 12, 30), 2, date(2012, 1, 4)),
    ],
)
def test_add_working_days(start: date, n: int, expected: date) -> None:
    assert add_working_days(start, n, CALENDAR) == expected


def test_a_year_the_calendar_does_not_know() -> None:
    with pytest.raises(CalendarMissing, match="2012年") as error:
        add_working_days(date(2011, 12, 30), 1, NATIONAL_DAY)
    assert error.value.year == 2012
    with pytest.raises(CalendarMissing, match="2010年"):
        is_working_day(date(2010, 10, 1), NATIONAL_DAY)
    with pytest.raises(CalendarMissing, match="2010年"):
        working_days_between(date(2010, 12, 31), date(2012, 1, 1), NATIONAL_DAY)
    assert add_working_days(date(2010, 12, 31), 1, NATIONAL_DAY) == date(2011, 1, 3)


def test_negative_count() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        add_working_days(date(2011, 10, 1), -1, CALENDAR)


def test_end_of_time() -> None:
    with pytest.raises(ValueError, match="日期范围"):
        add_working_days(date(9999, 12, 30), 5, {date(9999, 1, 1): False})


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2011, 10, 7), False),
        (date(2011, 10, 8), True),
        (date(2011, 10, 15), False),
        (date(2011, 10, 17), True),
    ],
)
def test_is_working_day(day: date, works: bool) -> None:
    assert is_working_day(day, CALENDAR) is works


days = st.dates(date(2011, 1, 1), date(2011, 12, 31))


@given(days, st.integers(1, 200))
def test_the_nth_day_is_the_nth(start: date, n: int) -> None:
    end = add_working_days(start, n, CALENDAR)
    assert is_working_day(end, CALENDAR)
    assert working_days_between(start + timedelta(days=1), end, CALENDAR) == n


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_counts_add_up(start: date, first: int, second: int) -> None:
    middle = add_working_days(start, first, CALENDAR)
    end = add_working_days(start, first + second, CALENDAR)
    assert add_working_days(middle, second, CALENDAR) == end


@given(days)
def test_nothing_between_reversed_days(day: date) -> None:
    assert working_days_between(day, day - timedelta(days=1), CALENDAR) == 0
