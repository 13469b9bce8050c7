"""The statistics somebody asked for, by page or API."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import User
from reports.forms.letters import PeriodForm
from reports.letters.page import (
    LetterStatistics,
    known_days,
    known_holidays,
    letter_statistics,
    years_of,
)

Known = tuple[date, date] | None


def period_asked(user: User, data: Mapping[str, Any], today: date) -> tuple[PeriodForm, Known]:
    """The form filled in, with the days there are letters of; three queries."""
    known = known_days(user)
    form = PeriodForm(
        data or None,
        years=years_of(known, today),
        latest=min(known[1], today).year if known else today.year,
        holidays=known_holidays(),
        today=today,
    )
    return form, known


def statistics_asked(
    user: User, data: Mapping[str, Any], today: date
) -> tuple[PeriodForm, LetterStatistics]:
    """The statistics of the period asked for; of the latest year when it cannot be."""
    form, known = period_asked(user, data, today)
    return form, letter_statistics(user, form.period, known, today)
