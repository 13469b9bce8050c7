"""The working calendar, as the rules of R10 take it."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet

from outlets.models import CalendarDay

# The State Council announces a year's holidays in the November before.
_ANNOUNCED_FROM: Final = 11


def working_calendar(*years: int) -> dict[date, bool]:
    """The exceptional days for `outlets.workdays`: day → works; all years known unless named."""
    days = CalendarDay.objects.all()
    if years:
        days = days.filter(date__year__in=years)
    return dict(days.values_list("date", "is_working"))


def calendar_days(year: int) -> QuerySet[CalendarDay]:
    """One year's exceptional days, by date."""
    return CalendarDay.objects.filter(date__year=year)


def calendar_years() -> list[int]:
    """The years the calendar knows, latest first."""
    return [day.year for day in CalendarDay.objects.dates("date", "year", order="DESC")]


def calendar_warning(today: date) -> str | None:
    """What to tell the service office when this year, or from November the next, is missing."""
    needed = [today.year] + ([today.year + 1] if today.month >= _ANNOUNCED_FROM else [])
    known = set(
        CalendarDay.objects.filter(date__year__in=needed).values_list("date__year", flat=True)
    )
    missing = [f"{year}年" for year in needed if year not in known]
    if not missing:
        return None
    return f"工作日历缺少{'、'.join(missing)}的节假日安排，涉及的办理期限将无法推算，请尽快维护。"


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of the year view; `kind` is work, weekend, off (a holiday) or extra (a weekend worked)."""

    date: date
    kind: str
    name: str = ""


Week = list[DayCell | None]


def year_view(year: int, days: Iterable[CalendarDay]) -> list[tuple[int, list[Week]]]:
    """Twelve months as weeks from Monday to Sunday, with gaps before the 1st and after the last."""
    exceptional = {day.date: day for day in days}
    months = calendar.Calendar()
    return [
        (
            month,
            [
                [_cell(day, exceptional) if day.month == month else None for day in week]
                for week in months.monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def _cell(day: date, exceptional: dict[date, CalendarDay]) -> DayCell:
    weekend = day.weekday() >= calendar.SATURDAY
    known = exceptional.get(day)
    if known is None:
        return DayCell(day, "weekend" if weekend else "work")
    return DayCell(day, "extra" if known.is_working else "off", known.name)
