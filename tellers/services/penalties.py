"""Penalties: proposed by one, approved by another, told, perhaps appealed (S17)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.redaction import redact
from outlets.models import Post, Staff, Unit
from outlets.selectors import paths_on
from outlets.selectors.staff import on_day
from tellers.models import Penalty, Violation
from tellers.services.changes import RecordChange, records_announce
from tellers.services.refusals import RecordRefused

Kind, Ground, State = Penalty.Kind, Penalty.Ground, Penalty.State
LOST_RIGHTS: Final = (Kind.NO_STAR, Kind.NO_PACESETTER)
OVER: Final = (State.REFUSED, State.REVOKED)
# What may be made known: what holds and is not being disputed.
TO_CIRCULATE: Final = (State.APPROVED, State.NOTIFIED, State.UPHELD)
REPEATED: Final = 2  # so many violations make somebody a repeat violator


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyFacts:
    """What is proposed for whom, on which violations; `amount` in yuan only where it is economic."""

    staff: Staff
    kind: str
    ground: str
    reason: str
    violations: Collection[Violation]
    amount: Decimal | None = None
    year: int | None = None


@transaction.atomic
def penalty_propose(
    *, facts: PenaltyFacts, actor: User | None, today: date | None = None
) -> Penalty:
    """Propose a penalty, for another to approve; ValidationError names what is missing.

    It belongs to the unit of the latest violation, a leader's to the institution they led that day.
    RecordRefused when the same is proposed or in force already on one of these violations.
    """
    # Held, so that none of them is taken back at the same time.
    ids = {one.pk for one in facts.violations}
    held = Violation.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
    violations = list(held.filter(pk__in=ids).order_by("-day", "-pk"))
    _check(facts, violations)
    _check_new(facts, ids)
    penalty = Penalty.objects.create(
        branch_id=facts.staff.branch_id,
        staff=facts.staff,
        unit=_unit(facts, violations[0]),
        kind=facts.kind,
        ground=facts.ground,
        amount=facts.amount,
        year=facts.year,
        reason=redact(facts.reason.strip()),
        proposed_by=actor,
        proposed_on=today or timezone.localdate(),
    )
    penalty.violations.set(violations)
    _audit("penalty.propose", penalty, actor)
    return penalty


@transaction.atomic
def penalties_propose(*, facts: Iterable[PenaltyFacts], actor: User | None) -> list[Penalty]:
    """Propose several penalties, all or none; see `penalty_propose`."""
    return [penalty_propose(facts=one, actor=actor) for one in facts]


@transaction.atomic
def penalty_decide(
    *, penalty: Penalty, agreed: bool, actor: User, reason: str = "", today: date | None = None
) -> Penalty:
    """Approve or refuse (with a reason) a penalty; RecordRefused for who proposed it, or the person.

    A leader's penalty counts for the institution's month (R5) on the day it is approved.
    """
    if actor.pk == penalty.proposed_by_id:
        raise RecordRefused("处罚须由提出人以外的人审批")
    if actor.staff_id is not None and actor.staff_id == penalty.staff_id:
        raise RecordRefused("本人的处罚须由他人审批")
    if not agreed and not reason.strip():
        raise ValidationError({"reason": "请写明不批准的理由"})
    day = today or timezone.localdate()
    fields: dict[str, Any] = (
        {"approved_by": actor, "approved_on": day} if agreed else _decision(reason, actor, day)
    )
    state = State.APPROVED if agreed else State.REFUSED
    _move(penalty, (State.PROPOSED,), state, "审批", **fields)
    if agreed:
        _announce(penalty)
    _audit("penalty.approve" if agreed else "penalty.refuse", penalty, actor)
    return penalty


@transaction.atomic
def penalty_notify(*, penalty: Penalty, actor: User, today: date | None = None) -> Penalty:
    """Note that the person was told."""
    day = today or timezone.localdate()
    _move(penalty, (State.APPROVED,), State.NOTIFIED, "告知", notified_on=day)
    _audit("penalty.notify", penalty, actor)
    return penalty


@transaction.atomic
def penalties_approve(*, penalties: Iterable[Penalty], actor: User) -> int:
    """Approve several, all or none; how many. See `penalty_decide`."""
    return len([penalty_decide(penalty=one, agreed=True, actor=actor) for one in penalties])


@transaction.atomic
def penalties_notify(*, penalties: Iterable[Penalty], actor: User) -> int:
    """Note that several people were told, all or none; how many."""
    return len([penalty_notify(penalty=one, actor=actor) for one in penalties])


@transaction.atomic
def penalty_appeal(
    *, penalty: Penalty, text: str, actor: User, today: date | None = None
) -> Penalty:
    """The person disputes the penalty; once."""
    if actor.staff_id is None or actor.staff_id != penalty.staff_id:
        raise RecordRefused("只能对本人的处罚提出申诉")
    if not text.strip():
        raise ValidationError({"text": "请写明申诉的内容和理由"})
    day = today or timezone.localdate()
    fields = {"appeal": redact(text.strip()), "appealed_on": day}
    _move(penalty, (State.APPROVED, State.NOTIFIED), State.APPEALED, "申诉", **fields)
    _audit("penalty.appeal", penalty, actor)
    return penalty


@transaction.atomic
def penalty_appeal_decide(
    *, penalty: Penalty, upheld: bool, reason: str, actor: User, today: date | None = None
) -> Penalty:
    """Decide an appeal: the penalty stays (upheld False) or is taken back (upheld True)."""
    if actor.pk == penalty.proposed_by_id or actor.staff_id == penalty.staff_id:
        raise RecordRefused("申诉须由提出人和本人以外的人处理")
    if not reason.strip():
        raise ValidationError({"reason": "请写明决定的理由"})
    state = State.REVOKED if upheld else State.UPHELD
    fields = _decision(reason, actor, today or timezone.localdate())
    _move(penalty, (State.APPEALED,), state, "处理申诉", **fields)
    if upheld:
        _announce(penalty)
    _audit("penalty.appeal_decide", penalty, actor)
    return penalty


@transaction.atomic
def penalties_circulate(*, penalties: Collection[Penalty], year: int, number: int) -> None:
    """Note in which circular these are made known; RecordRefused unless all of them can be."""
    ids = {one.pk for one in penalties}
    free = Penalty.objects.filter(pk__in=ids, state__in=TO_CIRCULATE, circular_number=None)
    if free.update(circular_year=year, circular_number=number) != len(ids):
        raise RecordRefused("所选处罚中有的已经通报过，或正在申诉、已不再有效，请重新选择")


def _decision(reason: str, actor: User, day: date) -> dict[str, Any]:
    return {"decision": redact(reason.strip()), "decided_by": actor, "decided_on": day}


def _announce(penalty: Penalty) -> None:
    """A leader's penalty counts in the month it was approved (R5), or no longer does."""
    if penalty.ground == Ground.LEADER and penalty.approved_on is not None:
        change = RecordChange(penalty.branch_id, penalty.unit_id, penalty.approved_on, opens=False)
        records_announce([change])


def _unit(facts: PenaltyFacts, latest: Violation) -> Unit:
    if facts.ground != Ground.LEADER:
        return latest.unit
    led = facts.staff.postings.filter(on_day(latest.day), post=Post.LEADER).select_related("unit")
    posting = led.first()
    return _answering(posting.unit, latest.day) if posting else latest.unit


def _answering(unit: Unit, day: date) -> Unit:
    """The institution a unit belonged to on a day (itself, or the nearest above), which R5 holds to account."""
    codes = paths_on([(unit, day)])[unit.pk, day].split("/")
    rows = Unit.objects.filter(branch_id=unit.branch_id, kind=Unit.Kind.INSTITUTION, code__in=codes)
    return max(rows, key=lambda one: codes.index(one.code), default=unit)


def _check(facts: PenaltyFacts, violations: Sequence[Violation]) -> None:
    problems = _check_kind(facts)
    if not violations:
        problems["violations"] = "请选择所依据的违规"
    elif any(one.state != Violation.State.RECORDED for one in violations):
        problems["violations"] = "所依据的违规已经撤销"
    else:
        problems |= _check_people(facts, violations)
    if problems:
        raise ValidationError(problems)


def _check_kind(facts: PenaltyFacts) -> dict[str, str]:
    problems: dict[str, str] = {}
    if (facts.kind == Kind.ECONOMIC) != (facts.amount is not None and facts.amount > 0):
        problems["amount"] = "经济处罚须写明大于0的金额，其他处罚没有金额"
    if (facts.kind in LOST_RIGHTS) != (facts.year is not None):
        problems["year"] = "取消资格须写明年度，其他处罚没有年度"
    if not facts.reason.strip():
        problems["reason"] = "请写明处罚的理由"
    return problems


def _check_people(facts: PenaltyFacts, violations: Sequence[Violation]) -> dict[str, str]:
    """Offenders for their own violations, leaders for those of the units they led."""
    leads = facts.ground == Ground.LEADER
    people = {one.leader_id if leads else one.staff_id for one in violations}
    if people != {facts.staff.pk}:
        whose = "由其主管的违规" if leads else "其本人的违规"
        return {"violations": f"对{facts.staff.name}的处罚只能依据{whose}"}
    if facts.ground == Ground.REPEAT and len(violations) < REPEATED:
        return {"violations": f"多次违规须依据{REPEATED}项以上的违规"}
    return {}


def _check_new(facts: PenaltyFacts, violation_ids: Collection[int]) -> None:
    same = Penalty.objects.filter(
        staff=facts.staff, kind=facts.kind, ground=facts.ground, violations__in=violation_ids
    )
    if same.exclude(state__in=OVER).exists():
        raise RecordRefused(f"依据其中的违规，已对{facts.staff.name}提出过{Kind(facts.kind).label}")


def _move(penalty: Penalty, states: Collection[str], state: str, act: str, **fields: Any) -> None:
    moved = Penalty.objects.filter(pk=penalty.pk, state__in=states).update(state=state, **fields)
    penalty.refresh_from_db()
    if not moved:
        raise RecordRefused(f"这项处罚{penalty.get_state_display()}，不能{act}")


def _audit(event: str, penalty: Penalty, actor: User | None) -> None:
    audit_add(
        event=event, actor=actor, subject=penalty.staff.number, kind=penalty.get_kind_display()
    )
