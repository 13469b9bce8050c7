"""Complaints per 10,000 transactions, by unit, drawn towards the branch's rate (R9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db import connection

from accounts.models import User
from outlets.months import Month
from outlets.selectors import units_visible_to
from reports.periods import Span
from reports.selectors.letters.counts import received_in
from reports.shrinkage import Count, Shrunk, TooLittle, prior_of, shrunk

PER: Final = 10_000


class UnitRate(NamedTuple):
    """A unit's transactions and complaints in the months there are data for, and its rate."""

    unit_id: int
    name: str
    transactions: int
    complaints: int
    months: tuple[Month, ...]
    rate: Shrunk


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of the units a user sees, highest first; or why there are none."""

    rows: Sequence[UnitRate] = ()
    branch: str = ""  # the branch's rate
    units: int = 0  # how many units of the branch it was fitted on
    why_not: str = ""


def complaint_rates(user: User, span: Span) -> Rates:
    """Rates over the whole months of a span for which the evaluation device counted transactions.

    The prior is fitted on the whole branch, whoever looks; of other units nothing else is told.
    Two statements.
    """
    months = whole_months(span)
    if user.unit is None or not months:
        return Rates(why_not="本期不含完整的月份，业务量按月统计，不计算投诉率。")
    rows = _counted(user.unit.branch_id, months)
    if not rows:
        return Rates(why_not="本期没有业务量数据（星级柜员牌），不计算投诉率。")
    try:
        prior = prior_of([_count(row) for row in rows])
    except TooLittle as error:
        return Rates(why_not=f"{error}。")
    ids = [row[0] for row in rows]
    names = dict(units_visible_to(user).filter(pk__in=ids).values_list("pk", "short_name"))
    seen = [
        UnitRate(
            unit_id=row[0],
            name=names[row[0]],
            transactions=row[1],
            complaints=row[2],
            months=tuple(Month.of(day) for day in row[3]),
            rate=shrunk(_count(row), prior),
        )
        for row in rows
        if row[0] in names
    ]
    ordered = sorted(seen, key=lambda one: (-one.rate.mean, -one.rate.plain, one.name))
    return Rates(ordered, f"{prior.mean:.3f}", len(rows))


def whole_months(span: Span) -> list[Month]:
    """The calendar months that lie wholly within a span."""
    months = Month.of(span.first).range_to(Month.of(span.last))
    return [each for each in months if each.first >= span.first and each.last <= span.last]


_Row = tuple[int, int, int, list[Any]]


def _count(row: _Row) -> Count:
    return Count(events=row[2], exposure=row[1] / PER)


def _counted(branch_id: int, months: Sequence[Month]) -> list[_Row]:
    """By unit: transactions, complaints, and the months that have both counted."""
    held = received_in(Span(months[0].first, months[-1].last))
    scope = {
        "branch": branch_id,
        "first": months[0].first,
        "last": months[-1].last,
        "from": held["received_at__gte"],
        "to": held["received_at__lt"],
        "zone": str(held["received_at__gte"].tzinfo),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RATED, scope)
        rows: list[_Row] = cursor.fetchall()
    return rows


# A teller belongs to the unit of the posting on the month's last day, else the last in it (R3).
# A unit's complaints count in the months only for which its transactions are known.
_RATED: Final = """
WITH exposure AS (
    SELECT p.unit_id, d.month, sum(d.transactions) AS transactions
    FROM tellers_devicemonth d
    JOIN LATERAL (
        SELECT posting.unit_id FROM outlets_posting posting
        WHERE posting.staff_id = d.staff_id
            AND posting.start < d.month + interval '1 month'
            AND (posting."end" IS NULL OR posting."end" >= d.month)
        ORDER BY posting.start DESC
        LIMIT 1
    ) p ON true
    WHERE d.branch_id = %(branch)s AND d.month BETWEEN %(first)s AND %(last)s
    GROUP BY p.unit_id, d.month
    HAVING sum(d.transactions) > 0
),
complaint AS (
    SELECT l.unit_id, date_trunc('month', l.received_at AT TIME ZONE %(zone)s)::date AS month,
        count(*) AS letters
    FROM complaints_letter l
    WHERE l.branch_id = %(branch)s AND l.kind = 'COMPLAINT'
        AND l.received_at >= %(from)s AND l.received_at < %(to)s
    GROUP BY 1, 2
)
SELECT e.unit_id, sum(e.transactions)::bigint, coalesce(sum(c.letters), 0)::bigint,
    array_agg(e.month ORDER BY e.month)
FROM exposure e LEFT JOIN complaint c USING (unit_id, month)
GROUP BY e.unit_id
ORDER BY e.unit_id
"""
