"""Seeding and correcting the working calendar (R10)."""

from datetime import date
from typing import Final

from chinese_calendar import constants
from django.core.exceptions import ValidationError
from django.db import transaction

from outlets.models import CalendarDay

_NAMES: Final = {holiday.value: holiday.chinese for holiday in constants.Holiday}


@transaction.atomic
def calendar_seed(*, year: int) -> int:
    """Add the announced holidays and worked weekends of a year; how many days were new.

    Days already entered stay as they are. ValidationError for a year that is not announced yet or
    lies before 2004.
    """
    off = {day: name for day, name in constants.holidays.items() if day.year == year}
    worked = {day: name for day, name in constants.workdays.items() if day.year == year}
    if not off:
        known = sorted({day.year for day in constants.holidays})
        raise ValidationError(
            {
                "year": f"系统自带的节假日安排只有{known[0]}年至{known[-1]}年，"
                f"{year}年请按国务院公告逐日录入"
            }
        )
    days = [CalendarDay(date=day, is_working=False, name=_NAMES[name]) for day, name in off.items()]
    days += [
        CalendarDay(date=day, is_working=True, name=f"{_NAMES[name]}调休上班")
        for day, name in worked.items()
    ]
    before = CalendarDay.objects.filter(date__year=year).count()
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True)
    return CalendarDay.objects.filter(date__year=year).count() - before


@transaction.atomic
def calendar_day_set(*, day: date, is_working: bool | None, name: str = "") -> None:
    """Make a day a holiday or a working day; None: it is again what its weekday says."""
    if is_working is None:
        CalendarDay.objects.filter(date=day).delete()
        return
    CalendarDay.objects.update_or_create(
        date=day, defaults={"is_working": is_working, "name": name}
    )
