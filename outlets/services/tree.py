"""The tree: moves with their day, and the paths that follow from them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from outlets.models import Unit, UnitMove
from outlets.selectors.placements import PLACEMENTS_SQL, placements

# A unit whose opening day nobody knows has stood where it stands since ever.
SINCE_EVER: Final = date(1900, 1, 1)
MAX_PATH: Final = 300
TOO_DEEP: Final = "机构层级过深"

_REFRESH: Final = f"""
WITH RECURSIVE {PLACEMENTS_SQL}
UPDATE outlets_unit u SET parent_id = p.parent_id, path = p.path
FROM placement p
WHERE p.unit_id = u.id AND (u.parent_id IS DISTINCT FROM p.parent_id OR u.path <> p.path)
"""  # noqa: S608  (no value of a user is part of the text)

_FOUNDING: Final = """
UPDATE outlets_unitmove m SET effective_on = founded.day
FROM (
    SELECT DISTINCT ON (u.id) first.id, coalesce(u.opened_on, %(since_ever)s) AS day, u.id AS unit_id
    FROM outlets_unit u JOIN outlets_unitmove first ON first.unit_id = u.id
    WHERE u.id = ANY(%(units)s)
    ORDER BY u.id, first.effective_on
) founded
WHERE m.id = founded.id AND m.effective_on <> founded.day AND NOT EXISTS (
    SELECT FROM outlets_unitmove later
    WHERE later.unit_id = founded.unit_id AND later.id <> founded.id
        AND later.effective_on <= founded.day
)
"""


def branches_lock(branch_ids: Iterable[int]) -> None:
    """Let nobody else change these trees until the transaction ends."""
    locked = (
        Unit.objects.select_for_update(no_key=True).filter(pk__in=set(branch_ids)).order_by("pk")
    )
    list(locked.values_list("pk", flat=True))


def tree_refresh(branch_ids: Sequence[int], today: date | None = None) -> int:
    """Bring parent and path of every unit to what holds today; how many changed. One statement."""
    day = today or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, {"branches": list(branch_ids), "as_of": day})
        return int(cursor.rowcount)


def founding_refresh(unit_ids: Sequence[int]) -> None:
    """Let the founding moves follow corrected opening days, unless a later move is in the way."""
    with connection.cursor() as cursor:
        cursor.execute(_FOUNDING, {"units": list(unit_ids), "since_ever": SINCE_EVER})


@transaction.atomic
def unit_move(*, unit: Unit, parent: Unit, effective_on: date) -> UnitMove:
    """Put the unit, with all below it, under another parent from a day on.

    Past days correct history, future ones wait for `units_apply_moves`. ValidationError for a
    parent of another branch, a cycle on that or any later day, or a day not after the founding.
    """
    branches_lock([unit.branch_id])
    unit.refresh_from_db()
    if unit.parent_id is None:
        raise ValidationError({"parent": "分行是机构树的根，不能调整上级"})
    if parent.branch_id != unit.branch_id:
        raise ValidationError({"parent": f"“{parent.short_name}”属于其他分行"})
    founded = founding_days([unit.pk])[unit.pk]
    if effective_on <= founded:
        raise ValidationError(
            {"effective_on": f"该机构自{founded}设立，调整上级的日期应晚于这一天"}
        )
    move, _ = UnitMove.objects.update_or_create(
        unit=unit, effective_on=effective_on, defaults={"parent": parent}
    )
    tree_check(unit.branch_id, effective_on)
    tree_refresh([unit.branch_id])
    unit.refresh_from_db()
    return move


def founding_days(unit_ids: Iterable[int]) -> dict[int, date]:
    """Unit id → the day of its first move, from when on it stands in the tree."""
    moves = UnitMove.objects.filter(unit_id__in=list(unit_ids)).order_by("unit_id", "effective_on")
    return dict(moves.distinct("unit_id").values_list("unit_id", "effective_on"))


def tree_check(branch_id: int, since: date) -> None:
    """ValidationError naming the codes when from that day on some move closes a cycle."""
    planned = UnitMove.objects.filter(unit__branch_id=branch_id, effective_on__gt=since)
    parents = dict(Unit.objects.filter(branch_id=branch_id).values_list("code", "parent__code"))
    for day in sorted({since, *planned.values_list("effective_on", flat=True)}):
        placed = {place.code: place.path for place in placements([branch_id], day)}
        if any(len(path) > MAX_PATH for path in placed.values()):
            raise ValidationError({"parent": TOO_DEEP})
        if lost := parents.keys() - placed.keys():
            names = "、".join(_cycle_on(lost, day))
            raise ValidationError({"parent": f"自{day}起上级关系成环：{names}"})


def _cycle_on(codes: Iterable[str], day: date) -> list[str]:
    """The codes of one cycle among units that no longer hang below the root on that day."""
    moves = UnitMove.objects.filter(unit__code__in=set(codes))
    rows = list(moves.values_list("unit__code", "parent__code", "effective_on"))
    # The last one wins: what holds on the day, or else the move closest after it.
    rows.sort(key=lambda row: (row[2] <= day, -abs((row[2] - day).days)))
    above = {code: parent for code, parent, _ in rows}
    return find_cycle(above, min(above))


def find_cycle(above: Mapping[str, str | None], start: str) -> list[str]:
    """Follow parents from a code until one repeats; the cycle, or nothing if a root is reached."""
    trail: list[str] = []
    code: str | None = start
    while code is not None and code not in trail:
        trail.append(code)
        code = above.get(code)
    return trail[trail.index(code) :] if code is not None else []


@transaction.atomic
def units_apply_moves(*, today: date | None = None) -> int:
    """Let moves that have become due take effect in every branch; how many units changed place."""
    ids = list(Unit.objects.filter(kind=Unit.Kind.BRANCH).values_list("pk", flat=True))
    branches_lock(ids)
    return tree_refresh(ids, today)
