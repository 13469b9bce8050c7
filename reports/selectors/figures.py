"""The figures of a month: as stored, and as the facts would make them now."""

from collections.abc import Iterable
from typing import Final

from django.db.models import IntegerField, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from outlets.months import Month
from reports.models import Correction, MonthClose, MonthlyScore
from reports.monthly import Line
from reports.scheme import SchemeRules
from reports.selectors.facts import month_facts
from reports.tables import Row, branch_table


def scores_latest(branch_id: int) -> QuerySet[MonthlyScore]:
    """The stored rows of a branch in the latest edition of each month."""
    return MonthlyScore.objects.filter(branch_id=branch_id, edition=LATEST_EDITION)


def latest_edition(month_close: str) -> Coalesce:
    """The number of the last correction of a month's record (a path to its id), 0 without one."""
    return _last(Correction.objects.filter(month_close=OuterRef(month_close)))


def edition_of(record: MonthClose) -> int:
    """The latest edition of a record: as annotated, else looked up."""
    known: int | None = getattr(record, "edition", None)
    if known is not None:
        return known
    return Correction.objects.filter(month_close=record).aggregate(n=Max("number"))["n"] or 0


def tables_of(records: Iterable[MonthClose], month: Month) -> list[list[Row]]:
    """The tables as the facts stand now, by the schemes of the records; nothing is written."""
    records = list(records)
    facts = month_facts([record.branch_id for record in records], month)
    return [
        branch_table(
            SchemeRules.from_json(record.scheme.rules), record.branch_id, month.first, facts
        )
        for record in records
    ]


def lines_of(score: MonthlyScore) -> list[Line]:
    """How a stored row came about, as the rules wrote it down."""
    return [Line(rule, tuple(ids), text, value) for rule, ids, text, value in score.lines]


def _last(corrections: QuerySet[Correction]) -> Coalesce:
    numbers = Subquery(corrections.order_by("-number").values("number")[:1])
    return Coalesce(numbers, Value(0), output_field=IntegerField())


LATEST_EDITION: Final = _last(
    Correction.objects.filter(
        month_close__branch=OuterRef("branch"), month_close__month=OuterRef("month")
    )
)
