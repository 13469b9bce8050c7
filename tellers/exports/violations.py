"""Violations as files, in the columns of FORMATS (S17)."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch, QuerySet

from outlets.months import Month
from outlets.spreadsheets import Column, SheetOut, Value, write_file
from tellers.models import Penalty, Violation
from tellers.selectors.discipline import IN_FORCE

VIOLATION_COLUMNS: Final = (
    Column("日期", kind="date", width=12),
    Column("员工号", width=12),
    Column("姓名", width=12),
    Column("机构号", width=18),
    Column("违规事项", width=30),
    Column("程度", width=8),
    Column("来源", width=8),
    Column("处罚", width=30),
    Column("金额", kind="decimal", width=12),
    Column("主管领导", width=12),
)


def violations_file(violations: QuerySet[Violation], name: str) -> bytes:
    """These violations as .xlsx or .csv, by the ending of the name."""
    return write_file(name, [SheetOut("违规记录", VIOLATION_COLUMNS, violation_rows(violations))])


def violations_of_month(branch_id: int, month: Month) -> Iterator[list[Value]]:
    """Rows of the branch's recorded violations that happened in a month, oldest first."""
    held = Violation.objects.filter(
        branch=branch_id,
        state=Violation.State.RECORDED,
        day__range=(month.first, month.last),
    )
    return violation_rows(held.order_by("day", "pk"))


def violation_rows(violations: QuerySet[Violation]) -> Iterator[list[Value]]:
    """Rows of VIOLATION_COLUMNS; the penalties in force that the offender got for it.

    A penalty for several violations stands in the row of each, with its whole amount.
    """
    penalties = Penalty.objects.filter(state__in=IN_FORCE).order_by("pk")
    rows = violations.select_related("staff", "unit", "kind", "leader").prefetch_related(None)
    yield from map(_row, rows.prefetch_related(Prefetch("penalties", penalties, to_attr="forced")))


def _row(violation: Violation) -> list[Value]:
    row: Any = violation
    own = [one for one in row.forced if one.staff_id == violation.staff_id]
    return [
        violation.day,
        violation.staff.number,
        violation.staff.name,
        violation.unit.code,
        violation.kind.name,
        violation.get_severity_display(),
        violation.get_source_display(),
        "、".join(_labels(own)),
        _amount(own),
        violation.leader.name if violation.leader else "",
    ]


def _labels(penalties: Iterable[Penalty]) -> list[str]:
    """Each kind once, in the order they are listed in."""
    held = {one.kind for one in penalties}
    return [str(kind.label) for kind in Penalty.Kind if kind in held]


def _amount(penalties: Iterable[Penalty]) -> Decimal | None:
    amounts = [one.amount for one in penalties if one.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None
