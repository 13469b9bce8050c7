"""The statistics of letters of one period, gathered for a reader: by a constant number of statements."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from accounts.models import User
from accounts.roles import Capability
from complaints.selectors.letters import letters_visible_to
from outlets.charts import Chart
from outlets.models import CalendarDay
from outlets.months import Month
from outlets.selectors import staff_visible_to
from reports.letters import drawings, tables
from reports.letters.scope import COMPLAINT, FINDINGS, NOBODY, Scope, Table
from reports.letters.words import lead, risk_lead
from reports.periods import Period, Span, holidays
from reports.selectors.letters import (
    NOW,
    TREND,
    YEAR,
    complaint_rates,
    letter_counts,
    letters_since,
    risky_inquiries,
)
from reports.selectors.letters.counts import MONTH, STAFF, spans_of

OVERVIEW: Final = "overview"
VIEWS: Final = {
    OVERVIEW: "总览",
    "units": "机构",
    "topics": "业务与原因",
    "staff": "员工",
    "risk": "投诉风险",
    "rates": "投诉率",
}
TREND_MONTHS: Final = 12
MOST_MONTHS: Final = 24
MOST_BARS: Final = 15


@dataclass(frozen=True, slots=True)
class LetterStatistics:
    """Everything the page shows."""

    period: Period
    lead: str
    risk_lead: str
    summary: Table
    months: Table
    institutions: Table
    units: Table
    staff: Table | None
    topics: list[Table]
    responsibility: Table
    risks: Table
    rates: Table
    charts: dict[str, Chart]

    def tables_of(self, view: str) -> list[Table]:
        """Those of one way of looking at them."""
        people = [self.staff] if self.staff else []
        return {
            OVERVIEW: [self.summary, self.months],
            "units": [self.institutions, self.responsibility, self.units],
            "topics": self.topics,
            "staff": people,
            "risk": [self.risks],
            "rates": [self.rates],
        }[view]

    @property
    def tables(self) -> list[Table]:
        """All of them, in order."""
        return [table for view in VIEWS for table in self.tables_of(view)]


def letter_statistics(user: User, period: Period, known: tuple[date, date] | None, today: date) -> LetterStatistics:  # fmt: skip
    """What the letters a user may see come to, as it is known today."""
    letters = letters_visible_to(user)
    counts = letter_counts(letters, spans_of(period, trend_of(period)), today)
    scope = Scope(period, counts, known[0] if known else None)
    risks = risky_inquiries(letters, period.now, today)
    return LetterStatistics(
        period=period,
        lead=lead(scope),
        risk_lead=risk_lead(risks),
        summary=tables.summary(scope),
        months=tables.months(scope),
        institutions=tables.institutions(scope),
        units=tables.units(scope),
        staff=_staff(user, scope),
        topics=tables.topics(scope),
        responsibility=tables.responsibility(scope),
        risks=tables.risks(risks),
        rates=tables.rates(complaint_rates(user, period.now)),
        charts=charts_of(scope),
    )


def known_days(user: User) -> tuple[date, date] | None:
    """The days of the first and the last letter a user sees."""
    return letters_since(letters_visible_to(user))


def years_of(known: tuple[date, date] | None, today: date) -> list[int]:
    """The years that may be asked for, the latest first."""
    first = min(known[0], today).year if known else today.year
    return list(range(today.year, first - 1, -1))


def known_holidays() -> dict[tuple[str, int], Span]:
    """The holidays of the working calendar, by name and year."""
    days = CalendarDay.objects.filter(is_working=False).exclude(name="")
    return dict(holidays(days.values_list("date", "name")))


def trend_of(period: Period) -> Span:
    """The months of the trend: a year up to the period's end, or all of a longer period."""
    last = Month.of(period.now.last)
    asked = len(Month.of(period.now.first).range_to(last))
    first = last + (1 - min(max(asked, TREND_MONTHS), MOST_MONTHS))
    return Span(first.first, period.now.last)


def charts_of(scope: Scope) -> dict[str, Chart]:
    """The charts there is anything to show in."""
    found = {
        "months": _by_month(scope),
        "year": _by_year(scope),
        "responsibility": _by_finding(scope),
    }
    return {name: chart for name, chart in found.items() if chart}


def _staff(user: User, scope: Scope) -> Table | None:
    """By employee, for those who may see people."""
    ids = {key for span in (NOW, YEAR) for key in scope.counts.column(span, STAFF) if key}
    people = staff_visible_to(user).filter(pk__in=ids).values_list("pk", "name", "number")
    if not user.can(Capability.STAFF_READ):
        return None
    return tables.staff(scope, {pk: f"{name}（{number}）" for pk, name, number in people})


def _by_month(scope: Scope) -> Chart | None:
    days, column = scope.counts.spans[TREND], scope.counts.column(TREND, MONTH)
    months = Month.of(days.first).range_to(Month.of(days.last))
    numbers = {
        kind: [
            column[month.first][kind].letters if kind in column.get(month.first, {}) else 0
            for month in months
        ]
        for kind in scope.kinds
    }
    return drawings.by_month([month_name(each, months[0]) for each in months], scope.kinds, numbers)


def month_name(month: Month, first: Month) -> str:
    """4月, with the year below where one begins."""
    named = month.month == 1 or month == first
    return f"{month.month}月\n{month.year}" if named else f"{month.month}月"


def _by_year(scope: Scope) -> Chart | None:
    if not scope.compares(YEAR):
        return None
    then, now = (
        [scope.counts.total(span, kind).letters for kind in scope.kinds] for span in (YEAR, NOW)
    )
    return drawings.by_year(scope.kinds, ("上年同期", then), ("本期", now))


def _by_finding(scope: Scope) -> Chart | None:
    names = scope.counts.institution_of
    cells = {
        names[key] if key else tables.NO_INSTITUTION: kinds[COMPLAINT]
        for key, kinds in scope.counts.institutions(NOW).items()
        if COMPLAINT in kinds
    }
    ordered = sorted(cells, key=lambda name: (-cells[name].letters, name))[:MOST_BARS]
    parts = [*FINDINGS, "undecided"]
    labels = [label for _, label in (*FINDINGS.values(), NOBODY)]
    numbers = [[getattr(cells[name], part) for name in ordered] for part in parts]
    return drawings.by_finding(ordered, labels, numbers)
