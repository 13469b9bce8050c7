"""Working days of mainland China. Source: docs/rules.md R10."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from accounts.refusals import Refused

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class CalendarMissing(Refused):
    """The calendar holds no day of a year that is needed."""

    code = "calendar_missing"

    def __init__(self, year: int) -> None:
        super().__init__(f"工作日历中没有{year}年的节假日安排，请先维护工作日历")
        self.year = year


def is_working_day(day: date, calendar: Mapping[date, bool]) -> bool:
    """Whether people work on that day; weekends are off unless the calendar says otherwise."""
    _check_years({day.year}, calendar)
    return _works(day, calendar)


def add_working_days(start: date, n: int, calendar: Mapping[date, bool]) -> date:
    """The n-th working day after the start day, which itself never counts; 0 is the start day.

    CalendarMissing when a year that the count enters is unknown.
    """
    if n < 0:
        raise ValueError("工作日天数不能为负")
    if n == 0:
        return start
    for day in _working_days_after(start, calendar):
        n -= 1
        if n == 0:
            return day
    raise ValueError("工作日推算超出了日期范围")


def working_days_between(first: date, last: date, calendar: Mapping[date, bool]) -> int:
    """How many working days there are from first to last, both included."""
    days = [first + _DAY * n for n in range((last - first).days + 1)]
    _check_years({day.year for day in days}, calendar)
    return sum(_works(day, calendar) for day in days)


def _works(day: date, calendar: Mapping[date, bool]) -> bool:
    return calendar.get(day, day.weekday() < _SATURDAY)


def _check_years(needed: set[int], calendar: Mapping[date, bool]) -> None:
    unknown = needed.difference(day.year for day in calendar)
    if unknown:
        raise CalendarMissing(min(unknown))


def _working_days_after(start: date, calendar: Mapping[date, bool]) -> Iterator[date]:
    known = {day.year for day in calendar}
    day = start
    while day < date.max:
        day += _DAY
        if day.year not in known:
            raise CalendarMissing(day.year)
        if _works(day, calendar):
            yield day
