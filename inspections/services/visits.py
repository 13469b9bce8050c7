"""Planning: visits given out, changed, given to others, cancelled. State moves by conditional UPDATE.

What cannot be done raises Django's ValidationError with a Chinese text, keyed by the field at fault.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import cycle, islice
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.services import audit_add
from inspections.models import Channel, ChecklistVersion, Draft, Evidence, Item, Visit, Wave
from inspections.selectors.checklists import version_for
from outlets.models import Unit
from outlets.months import Month

# Who makes inspections of a channel.
ROLE_OF: Final[Mapping[str, Role]] = {
    Channel.OPEN: Role.INSPECTOR,
    Channel.SPECIAL: Role.INSPECTOR,
    Channel.COVERT: Role.SHOPPER,
}
OPEN_STATES: Final = (Visit.State.PLANNED, Visit.State.RETURNED)
NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPlan:
    """Visits to give out: one to each unit, the inspectors in turn. Without a version the one in

    force on `not_before` is used; without inspectors the visits wait to be assigned.
    """

    units: Sequence[Unit]
    channel: str
    not_before: date
    not_after: date
    inspectors: Sequence[User] = ()
    version: ChecklistVersion | None = None
    note: str = ""


class VisitNotOpen(Refused):
    """The visit is over, cancelled or somebody else's."""

    code = "visit_not_open"


@transaction.atomic
def visits_create(*, plan: VisitPlan, actor: User | None) -> list[Visit]:
    """Give out the visits of a plan, all or none. Covert ones join their month's wave."""
    branch = _branch_of(plan)
    _check_window(plan.channel, plan.not_before, plan.not_after)
    _check_units(plan.units, plan.not_before)
    for inspector in plan.inspectors:
        _check_inspector(inspector, plan.channel, branch)
    _check_doubles(plan)
    version = _version(plan, branch)
    wave = _wave(branch, plan) if plan.channel == Channel.COVERT else None
    turns = cycle(plan.inspectors or [None])
    visits = Visit.objects.bulk_create(
        Visit(
            branch=branch,
            unit=unit,
            channel=plan.channel,
            version=version,
            wave=wave,
            inspector=inspector,
            not_before=plan.not_before,
            not_after=plan.not_after,
            note=plan.note.strip(),
            assigned_by=actor,
        )
        for unit, inspector in zip(plan.units, islice(turns, len(plan.units)), strict=True)
    )
    audit_add(
        event="visit.create", actor=actor, subject=f"{len(visits)}项任务", visits=_ids(visits)
    )
    return visits


def visit_create(*, plan: VisitPlan, actor: User | None) -> Visit:
    """Give out the one visit of a plan for one unit."""
    (visit,) = visits_create(plan=plan, actor=actor)
    return visit


@transaction.atomic
def visit_update(
    *, visit: Visit, not_before: date, not_after: date, note: str, actor: User
) -> Visit:
    """Move the window or change the hint; VisitNotOpen once submitted or cancelled."""
    _check_window(visit.channel, not_before, not_after)
    _check_units([visit.unit], not_before)
    if visit.wave is not None and Month.of(not_before).first != visit.wave.month:
        raise ValidationError({"not_before": "暗访任务不能移到别的月份，请取消后重新派发"})
    changed = Visit.objects.filter(pk=visit.pk, state__in=OPEN_STATES).update(
        not_before=not_before, not_after=not_after, note=note.strip()
    )
    if not changed:
        raise _not_open(visit)
    audit_add(event="visit.update", actor=actor, subject=f"任务{visit.pk}")
    visit.refresh_from_db()
    return visit


@transaction.atomic
def visits_assign(*, visits: Sequence[Visit], inspector: User, actor: User) -> int:
    """Give open visits to somebody else, who starts from an empty form; how many changed hands.

    VisitNotOpen when one of them is over.
    """
    for visit in visits:
        _check_inspector(inspector, visit.channel, visit.branch)
    ids = _ids(visits)
    states = Visit.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    for visit in states.select_related("unit"):
        if visit.state not in OPEN_STATES:
            raise _not_open(visit)
    others = Q(inspector=None) | ~Q(inspector=inspector)
    moved = list(Visit.objects.filter(others, pk__in=ids).values_list("pk", flat=True))
    Draft.objects.filter(visit__in=moved).delete()
    Evidence.objects.filter(visit__in=moved, removed_at=None, inspection=None).update(
        removed_at=Now()
    )
    Visit.objects.filter(pk__in=moved).update(inspector=inspector)
    if moved:
        audit_add(event="visit.assign", actor=actor, subject=f"{len(moved)}项任务", visits=moved)
    return len(moved)


@transaction.atomic
def visits_cancel(*, visits: Sequence[Visit], actor: User) -> int:
    """Take visits back; how many. VisitNotOpen when one is submitted; cancelled ones stay so."""
    ids = _ids(visits)
    cancelled = Visit.objects.filter(pk__in=ids, state__in=OPEN_STATES).update(
        state=Visit.State.CANCELLED
    )
    over = Visit.objects.filter(pk__in=ids).exclude(state=Visit.State.CANCELLED)
    if left := over.select_related("unit").first():
        raise _not_open(left)
    if cancelled:
        audit_add(event="visit.cancel", actor=actor, subject=f"{cancelled}项任务", visits=ids)
    return cancelled


def _ids(visits: Iterable[Visit]) -> list[int]:
    """What the audit trail names visits by, alike for every channel: no covert one stands out."""
    return [visit.pk for visit in visits]


def _not_open(visit: Visit) -> VisitNotOpen:
    return VisitNotOpen(
        f"“{visit.unit.short_name}”的{visit.get_channel_display()}任务"
        f"{visit.get_state_display()}，不能再改动"
    )


def _branch_of(plan: VisitPlan) -> Unit:
    branches = {unit.branch_id for unit in plan.units}
    if not branches:
        raise ValidationError({"units": "请至少选择一家网点"})
    if len(branches) > 1:
        raise ValidationError({"units": "所选网点不属于同一家分行"})
    return plan.units[0].branch


def _check_window(channel: str, not_before: date, not_after: date) -> None:
    if not_after < not_before:
        raise ValidationError({"not_after": "最迟日期早于最早日期"})
    same_month = Month.of(not_before) == Month.of(not_after)
    if channel == Channel.COVERT and not same_month:
        raise ValidationError({"not_after": "暗访的最早、最迟日期须在同一个月内"})


def _check_units(units: Sequence[Unit], day: date) -> None:
    idle = [unit.short_name for unit in units if not unit.serves_customers]
    if idle:
        raise ValidationError({"units": f"{_names(idle)}不对外营业，不能检查"})
    gone = [unit.short_name for unit in units if not is_open_on(unit, day)]
    if gone:
        raise ValidationError({"units": f"{_names(gone)}在{day}未开业或已撤并"})


def is_open_on(unit: Unit, day: date) -> bool:
    """Whether the unit serves customers on that day; from the closing day on it does not."""
    opened = unit.opened_on is None or unit.opened_on <= day
    return opened and (unit.closed_on is None or day < unit.closed_on)


def _names(names: Sequence[str]) -> str:
    more = f"等{len(names)}家" if len(names) > NAMED else ""
    return f"“{'”“'.join(names[:NAMED])}”{more}"


def _check_inspector(inspector: User, channel: str, branch: Unit) -> None:
    role = ROLE_OF.get(channel)
    if role is None:
        raise ValidationError({"channel": f"{Channel(channel).label}不由派发产生"})
    if inspector.role != role or not inspector.is_active:
        raise ValidationError(
            {
                "inspector": f"{inspector.name}不是在用的{role.label}账号，不能承担{Channel(channel).label}"
            }
        )
    if inspector.unit is None or inspector.unit.branch_id != branch.pk:
        raise ValidationError({"inspector": f"{inspector.name}不属于本分行"})


def _check_doubles(plan: VisitPlan) -> None:
    """The same unit, channel and inspector in overlapping windows is a slip of the hand."""
    if not plan.inspectors:
        return
    overlapping = Visit.objects.filter(
        unit__in=plan.units,
        channel=plan.channel,
        inspector__in=plan.inspectors,
        state__in=OPEN_STATES,
        not_before__lte=plan.not_after,
        not_after__gte=plan.not_before,
    )
    doubled = list(overlapping.values_list("unit__short_name", flat=True).distinct())
    if doubled:
        raise ValidationError({"units": f"{_names(doubled)}已有同一检查人在这段时间的任务"})


def _version(plan: VisitPlan, branch: Unit) -> ChecklistVersion:
    version = plan.version or version_for(branch=branch, channel=plan.channel, on=plan.not_before)
    label = Channel(plan.channel).label
    if version is None:
        raise ValidationError({"version": f"{plan.not_before}没有适用于{label}的已发布标准"})
    if not version.is_published or version.checklist.branch_id != branch.pk:
        raise ValidationError({"version": "只能使用本分行已发布的标准"})
    if not Item.objects.filter(version=version, channels__contains=[plan.channel]).exists():
        raise ValidationError({"version": f"该标准没有适用于{label}的项目"})
    return version


def wave_lock(pk: int) -> Wave:
    """The wave, which nobody releases or adds to until the transaction ends."""
    return Wave.objects.select_for_update(of=("self",)).get(pk=pk)


def _wave(branch: Unit, plan: VisitPlan) -> Wave:
    """The month's wave, locked, so that it is not released meanwhile."""
    month = Month.of(plan.not_before).first
    wave, _ = Wave.objects.get_or_create(branch=branch, month=month, channel=plan.channel)
    wave = wave_lock(wave.pk)
    if wave.released_at is not None:
        raise ValidationError({"not_before": f"{month:%Y年%m月}的暗访结果已发布，不能再派发"})
    return wave
