"""Corrections: new figures beside the closed ones, numbered, with what they change (R7)."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refused
from accounts.services import audit_add
from outlets.models import Unit
from outlets.months import Month
from reports.closing import CLOSED, RANK, Difference, Figure, differences
from reports.models import Correction, MonthClose, MonthlyScore
from reports.scheme import COMPLAINTS, COMPONENTS
from reports.selectors.figures import scores_latest, tables_of
from reports.services.figures import previous_ranks_refresh, rows_upsert
from reports.services.rollup import months_locked, waiting_store
from reports.tables import Row

COMPARED: Final = (*COMPONENTS, "base", "adjustment", COMPLAINTS, "total", RANK, "group_rank")


class CorrectionError(Refused):
    """A correction cannot be issued."""


@transaction.atomic
def correction_issue(*, branch: Unit, month: Month, reason: str, actor: User) -> Correction:
    """Store new figures beside a closed month's, numbered, with the differences.

    CorrectionError when the month is not closed, or the facts say what is stored already.
    """
    (record,) = months_locked([branch.pk], month)
    if record.state != CLOSED:
        raise CorrectionError(f"{month.label}尚未封账，重新汇总即可，不需要更正")
    rows, found, number = _compared(record, month)
    if not found:
        raise CorrectionError(f"{month.label}的数据与已保存的一致，没有需要更正的内容")
    correction = Correction.objects.create(
        month_close=record, number=number, reason=reason, differences=found, issued_by=actor
    )
    rows_upsert(rows)
    waiting_store(record)
    previous_ranks_refresh([branch.pk], month)
    audit_add(
        event="month.correct",
        actor=actor,
        subject=f"{branch.short_name} {month.label}第{number}号更正",
        branch=branch.code,
        month=str(month),
        reason=reason,
    )
    return correction


def _compared(record: MonthClose, month: Month) -> tuple[list[Row], list[dict[str, Any]], int]:
    """The rows of a new edition, what they change against the latest one, and its number."""
    stored = list(scores_latest(record.branch_id).filter(month=month.first))
    last = Correction.objects.filter(month_close=record).order_by("-number").first()
    number = last.number + 1 if last else 1
    (rows,) = tables_of([record], month)
    for row in rows:
        row.edition, row.frozen = number, True
    return rows, correction_differences(stored, rows), number


def correction_differences(
    stored: Sequence[MonthlyScore], rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """What new rows change, outlets then institutions, each by new rank, ready for JSON.

    A unit whose figures stay but rest on other facts is listed without changes.
    """
    found: list[dict[str, Any]] = []
    for kind in MonthlyScore.Kind.values:
        before = {row.unit_id: row for row in stored if row.kind == kind}
        after = {row.unit_id: row for row in rows if row.kind == kind}
        changed = differences(_figures(before), _figures(after))
        found += [_as_json(kind, each) for each in changed]
        named = {each.key for each in changed}
        found += [
            _as_json(kind, Difference(unit_id, (), 0))
            for unit_id, row in after.items()
            if unit_id not in named and _made_of(row) != _made_of(before[unit_id])
        ]
    return found


def _figures(
    rows: Mapping[int, Row] | Mapping[int, MonthlyScore],
) -> dict[int, dict[str, Figure]]:
    return {
        unit_id: {name: getattr(row, name) for name in COMPARED} for unit_id, row in rows.items()
    }


def _made_of(row: Row | MonthlyScore) -> list[Any]:
    """The lines as JSON keeps them."""
    lines: list[Any] = json.loads(json.dumps(row.lines))
    return lines


def _as_json(kind: str, each: Difference[int]) -> dict[str, Any]:
    return {
        "kind": kind,
        "unit": each.key,
        "changes": [[one.name, _plain(one.old), _plain(one.new)] for one in each.changes],
        "rank_change": each.rank_change,
    }


def _plain(value: Figure) -> str | int | None:
    return str(value) if isinstance(value, Decimal) else value
