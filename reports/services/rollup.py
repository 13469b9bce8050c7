"""The roll-up of months: whole (R3 to R5 for every unit), and the part a changed fact touches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models.functions import Now

from outlets.months import Month
from reports.closing import figures_move
from reports.models import MonthClose, MonthlyScore
from reports.monthly import outlet_month
from reports.scheme import SchemeRules
from reports.selectors.facts import NO_FACTS, places_on, unit_facts
from reports.selectors.figures import tables_of
from reports.selectors.waiting import waiting_count
from reports.services.figures import (
    previous_ranks_refresh,
    ranks_update,
    rows_prune,
    rows_upsert,
)
from reports.services.locks import branches_lock
from reports.services.schemes import schemes_in_force
from reports.tables import INSTITUTION, OUTLET, Row, institutions_fill, rank

_READ_BACK: Final = (
    "branch_id", "month", "kind", "unit_id", "unit_path", "institution_id", "peer_group",
    "windows", "open", "covert", "special", "device", "quiz", "base", "adjustment", "complaints",
    "total", "rank", "group_rank", "previous_rank",
)  # fmt: skip


class Change(NamedTuple):
    """A fact that came or changed: whose month it may move."""

    branch_id: int
    unit_id: int
    day: date


class RollUp(NamedTuple):
    """What a roll-up did: branches, outlets and institutions computed, rows that had to change."""

    branches: int
    outlets: int
    institutions: int
    written: int


@transaction.atomic
def months_roll_up(*, branch_ids: Collection[int], month: Month) -> RollUp:
    """Recompute a month of these branches; closed ones are left as they are. Safe to repeat."""
    records = months_locked(branch_ids, month)
    return figures_compute([each for each in records if figures_move(each.state)], month)


@transaction.atomic
def figures_refresh(changes: Iterable[Change], *, opens: bool = True) -> None:
    """Carry changed facts into the open months they belong to, the touched outlets only.

    `opens` False: only into months that are there; one that comes later counts them by itself.
    The result is that of a full roll-up. A closed month does not move: the fact waits (R7).
    """
    touched: defaultdict[tuple[int, Month], set[int]] = defaultdict(set)
    for change in changes:
        touched[change.branch_id, Month.of(change.day)].add(change.unit_id)
    branches_lock({branch_id for branch_id, _ in touched})
    there = None if opens else _months_there({branch_id for branch_id, _ in touched})
    for (branch_id, month), unit_ids in sorted(touched.items()):
        if there is not None and (branch_id, month.first) not in there:
            continue
        _refresh(branch_id, month, unit_ids)


def _months_there(branch_ids: Collection[int]) -> set[tuple[int, date]]:
    """The months these branches have a record of."""
    records = MonthClose.objects.filter(branch_id__in=branch_ids)
    return set(records.values_list("branch_id", "month"))


def months_locked(branch_ids: Collection[int], month: Month) -> list[MonthClose]:
    """The month's records of these branches, locked, opened where there was none, by branch."""
    branches_lock(branch_ids)
    records = (
        MonthClose.objects.select_for_update(of=("self",), no_key=True)
        .select_related("scheme", "branch")
        .filter(branch_id__in=branch_ids, month=month.first)
        .order_by("branch_id")
    )
    found = list(records)
    missing = set(branch_ids) - {record.branch_id for record in found}
    if not missing:
        return found
    schemes = schemes_in_force(missing, month)
    MonthClose.objects.bulk_create(
        MonthClose(branch_id=branch_id, month=month.first, scheme=schemes[branch_id])
        for branch_id in sorted(missing)
    )
    return list(records.all())


def figures_compute(records: Sequence[MonthClose], month: Month, *, freeze: bool = False) -> RollUp:
    """Compute and store whole tables of locked months; frozen ones cannot change any more."""
    branch_ids = [record.branch_id for record in records]
    schemes_renew(records, month)
    tables = tables_of(records, month)
    rows = [row for table in tables for row in table]
    for row in rows:
        row.frozen = freeze
    written = rows_upsert(rows) + rows_prune(branch_ids, month, rows)
    previous_ranks_refresh(branch_ids, month)
    MonthClose.objects.filter(pk__in=[each.pk for each in records]).update(rolled_up_at=Now())
    outlets = sum(row.kind == OUTLET for row in rows)
    return RollUp(len(records), outlets, len(rows) - outlets, written)


def schemes_renew(records: Iterable[MonthClose], month: Month) -> None:
    """An open month goes by the scheme in force now; from publication on it keeps its own."""
    still_open = [record for record in records if record.state == MonthClose.State.OPEN]
    schemes = schemes_in_force([record.branch_id for record in still_open], month)
    for record in still_open:
        if record.scheme_id != schemes[record.branch_id].pk:
            record.scheme = schemes[record.branch_id]
            MonthClose.objects.filter(pk=record.pk).update(scheme=record.scheme)


def _refresh(branch_id: int, month: Month, unit_ids: set[int]) -> None:
    (record,) = months_locked([branch_id], month)
    if not figures_move(record.state):
        waiting_store(record)
        return
    rows = _rows_of(branch_id, month)
    if record.rolled_up_at is None or _joined(branch_id, month, unit_ids, rows):
        figures_compute([record], month)
        return
    rules = SchemeRules.from_json(record.scheme.rules)
    _recompute(rules, month, unit_ids, rows)
    rows_upsert([row for row in rows if row.lines is not None])
    ranks_update([row for row in rows if row.lines is None])
    previous_ranks_refresh([branch_id], month)


def waiting_store(record: MonthClose) -> None:
    """Keep how many facts wait for a correction of a closed month."""
    MonthClose.objects.filter(pk=record.pk).update(waiting=waiting_count(record))


def _recompute(rules: SchemeRules, month: Month, unit_ids: set[int], rows: Sequence[Row]) -> None:
    """Bring a stored table up to date in memory, after the facts of some units changed."""
    outlets = [row for row in rows if row.kind == OUTLET]
    institutions = [row for row in rows if row.kind == INSTITUTION]
    touched = [row for row in outlets if row.unit_id in unit_ids]
    above = {row.institution_id for row in touched} | unit_ids
    heads = [row for row in institutions if row.unit_id in above]
    changed = [*touched, *heads]
    if not changed:
        return
    facts = unit_facts([changed[0].branch_id], month, {row.unit_id for row in changed})
    for row in touched:
        row.take(outlet_month(rules, facts.get(row.unit_id, NO_FACTS)))
    institutions_fill(rules, heads, outlets, facts)
    rank(rules, outlets)
    rank(rules, institutions)


def _rows_of(branch_id: int, month: Month) -> list[Row]:
    """The stored open table of a branch, without the lines."""
    stored = MonthlyScore.objects.filter(
        branch_id=branch_id, month=month.first, edition=0, frozen=False
    )
    return [Row(*values) for values in stored.order_by("unit_id").values_list(*_READ_BACK)]


def _joined(branch_id: int, month: Month, unit_ids: set[int], rows: Iterable[Row]) -> bool:
    """Whether any of the units takes part by now, though the stored table does not have it."""
    stored = {row.key for row in rows}
    if all((OUTLET, unit_id) in stored for unit_id in unit_ids):
        return False
    return any(
        (kind, place.unit_id) not in stored
        for place in places_on([branch_id], month.last)[branch_id]
        if place.unit_id in unit_ids
        for kind, takes_part in ((OUTLET, place.serves), (INSTITUTION, place.is_institution))
        if takes_part
    )
