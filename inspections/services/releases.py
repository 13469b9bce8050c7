"""Releasing: from then on an inspection counts and the line may read it.

Whoever computes with released inspections registers a listener in `AppConfig.ready`:

    @on_release
    def moved(changes: Sequence[Released]) -> None: ...

It runs in the same transaction, once for however many inspections were released together.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from accounts.refusals import Refused
from accounts.services import audit_add
from inspections.models import Channel, Inspection, Visit, Wave
from inspections.services.visits import OPEN_STATES, wave_lock

NAMED: Final = 5


class Released(NamedTuple):
    """Where a released inspection changes figures: its unit, on its day."""

    branch_id: int
    unit_id: int
    day: date


class NotReleasable(Refused):
    """Some of it cannot be released, so nothing was."""

    code = "not_releasable"


Listener = Callable[[Sequence[Released]], None]
_LISTENERS: Final[list[Listener]] = []

_RELEASE: Final = """
UPDATE inspections_inspection SET
    state = 'RELEASED', released_at = now(), released_by_id = %(actor)s
WHERE id = ANY(%(ids)s) AND state = 'SUBMITTED'
RETURNING id, visit_id, branch_id, unit_id, date
"""


def on_release(listener: Listener) -> Listener:
    """Have a function told of what was released, in the same transaction."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


@transaction.atomic
def inspections_release(*, inspection_ids: Collection[int], actor: User | None) -> int:
    """Release submitted inspections, all or none; how many were new. Released ones stay so.

    NotReleasable for returned ones, and for covert ones: those are released by wave.
    """
    chosen = Inspection.objects.filter(pk__in=inspection_ids)
    _refuse(chosen.filter(channel=Channel.COVERT), "是暗访，只能随批次一起发布")
    released = _release(inspection_ids, actor)
    _refuse(chosen.exclude(state=Inspection.State.RELEASED), "已退回，不能发布")
    if released:
        audit_add(
            event="inspection.release",
            actor=actor,
            subject=f"{len(released)}次检查",
            inspections=_named(released),
        )
    return len(released)


@transaction.atomic
def wave_release(*, wave: Wave, actor: User | None) -> int:
    """Release a month's covert inspections together; how many. Again: none, and no error.

    NotReleasable while a visit is still under way, or when there is nothing to release.
    """
    wave = wave_lock(wave.pk)
    if wave.released_at is not None:
        return 0
    counts = wave_counts(wave)
    if counts["open"]:
        raise NotReleasable(f"{wave}还有{counts['open']}项任务没有提交，请等待提交，或取消后再发布")
    submitted = Inspection.objects.filter(wave=wave, state=Inspection.State.SUBMITTED)
    released = _release(list(submitted.values_list("pk", flat=True)), actor)
    if not released:
        raise NotReleasable(f"{wave}没有可以发布的检查")
    Wave.objects.filter(pk=wave.pk).update(released_at=Now(), released_by=actor)
    audit_add(event="wave.release", actor=actor, subject=str(wave), inspections=_named(released))
    return len(released)


def _named(released: Collection[int]) -> list[str]:
    """The inspections as the audit trail names them: what everybody may know once they are out."""
    rows = Inspection.objects.filter(pk__in=released).order_by("number")
    return [f"{number} {unit}" for number, unit in rows.values_list("number", "unit__short_name")]


def wave_counts(wave: Wave) -> dict[str, int]:
    """How many of the wave's visits are still open, and how many submitted."""
    still_open = Q(state__in=OPEN_STATES)
    counts: dict[str, int] = Visit.objects.filter(wave=wave).aggregate(
        open=Count("pk", filter=still_open),
        submitted=Count("pk", filter=Q(state=Visit.State.SUBMITTED)),
    )
    return counts


def release_announce(changes: Sequence[Released]) -> None:
    """Tell every listener, once; for the writers of inspections that are released as they come."""
    for listener in _LISTENERS:
        listener(changes)


def _refuse(wrong: QuerySet[Inspection], reason: str) -> None:
    numbers = list(wrong.values_list("number", flat=True)[: NAMED + 1])
    if numbers:
        more = "等" if len(numbers) > NAMED else ""
        raise NotReleasable(f"检查{'、'.join(numbers[:NAMED])}{more}{reason}")


def _release(ids: Collection[int], actor: User | None) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, {"ids": list(ids), "actor": actor.pk if actor else None})
        rows = cursor.fetchall()
    Visit.objects.filter(pk__in=[row[1] for row in rows if row[1]]).update(
        state=Visit.State.RELEASED
    )
    if rows:
        release_announce(sorted({Released(*row[2:]) for row in rows}))
    return {row[0] for row in rows}
