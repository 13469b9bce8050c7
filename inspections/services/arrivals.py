"""Inspections that come in from files: submitted and released at once, without a visit."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused
from inspections.models import Channel, Inspection, Visit, Wave
from inspections.services.records import Record, records_insert
from inspections.services.releases import Released, release_announce
from inspections.services.visits import OPEN_STATES, wave_lock
from outlets.months import Month


class WaveUnderWay(Refused):
    """Covert visits of the month are still planned or waiting."""


@transaction.atomic
def wave_for_arrivals(*, branch_id: int, month: Month) -> int:
    """The id of the month's wave, released, for covert results from a file.

    WaveUnderWay while it has visits that are not released: results must not come out one by one.
    """
    wave, _ = Wave.objects.get_or_create(
        branch_id=branch_id, month=month.first, channel=Channel.COVERT
    )
    wave = wave_lock(wave.pk)
    waiting = Q(state__in=[*OPEN_STATES, Visit.State.SUBMITTED])
    if wave.released_at is None:
        if Visit.objects.filter(waiting, wave=wave).exists():
            raise WaveUnderWay(f"{month.label}的暗访批次还在进行，发布之后才能导入该月的暗访结果")
        Wave.objects.filter(pk=wave.pk).update(released_at=Now())
    return int(wave.pk)


@transaction.atomic
def arrivals_insert(*, records: Sequence[Record], actor: User | None) -> None:
    """Store inspections as released, all answers by one statement, and tell the listeners once.

    IntegrityError when a number is there already.
    """
    released = {
        "state": Inspection.State.RELEASED,
        "released_at": timezone.now(),
        "released_by": actor,
    }
    inspections = records_insert([replace(one, facts={**one.facts, **released}) for one in records])
    if inspections:
        release_announce(
            sorted({Released(one.branch_id, one.unit_id, one.date) for one in inspections})
        )
