"""Which findings a letter may have, from which day they hold, and how long a unit may object. Pure.

Source: docs/rules.md, 来信的责任认定.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from outlets.workdays import add_working_days

# Working days from the day of the finding in which the unit may object.
OBJECTION_DAYS: Final = 5

FINDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "COMPLAINT": ("BANK", "CUSTOMER", "MIXED"),
    "PRAISE": ("VERIFIED", "UNFOUNDED"),
}
# Findings that name a unit, and those of them that move its figures (R3).
OF_A_UNIT: Final = frozenset({"BANK", "MIXED", "VERIFIED"})
COUNTING: Final = frozenset({"BANK", "VERIFIED"})


def objection_until(decided_on: date, calendar: Mapping[date, bool]) -> date:
    """The last day on which the unit may object; CalendarMissing when the year is unknown."""
    return add_working_days(decided_on, OBJECTION_DAYS, calendar)


def earliest_day(today: date, received: date, before: date | None) -> date:
    """The first day a finding made today may be dated.

    Not before this month, not before the letter came, not before the finding it supersedes: a past
    month never changes by dating back.
    """
    return max(day for day in (today.replace(day=1), received, before) if day is not None)


def day_problem(day: date, today: date, earliest: date) -> str:
    """Why a finding cannot be dated so, in Chinese; empty when it can."""
    if day > today:
        return "认定日期不能晚于今天"
    if day < earliest:
        return f"认定日期最早为{earliest}：只能在本月之内，且不早于来信受理和原认定的日期"
    return ""
