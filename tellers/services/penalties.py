"""Penalties: proposed by one, approved by another, told, perhaps appealed (S17)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from outlets.models import Staff, Unit
from tellers.models import Penalty, Violation
from tellers.services.changes import RecordChange, records_announce
from tellers.services.refusals import RecordRefused

Kind, Ground, State = Penalty.Kind, Penalty.Ground, Penalty.State
_LOST_RIGHTS = (Kind.NO_STAR, Kind.NO_PACESETTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyFacts:
    """What is proposed for whom, on which violations; `amount` in yuan only where it is economic."""

    staff: Staff
    unit: Unit
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
    """Propose a penalty, for another to approve; ValidationError names what is missing."""
    _check(facts)
    penalty = Penalty.objects.create(
        branch_id=facts.staff.branch_id,
        staff=facts.staff,
        unit=facts.unit,
        kind=facts.kind,
        ground=facts.ground,
        amount=facts.amount,
        year=facts.year,
        reason=facts.reason.strip(),
        proposed_by=actor,
        proposed_on=today or timezone.localdate(),
    )
    penalty.violations.set(facts.violations)
    _audit("penalty.propose", penalty, actor)
    return penalty


@transaction.atomic
def penalty_decide(
    *, penalty: Penalty, agreed: bool, actor: User, today: date | None = None
) -> Penalty:
    """Approve or refuse a penalty; RecordRefused for who proposed it, or whom it is about.

    A leader's penalty counts for the institution's month (R5) on the day it is approved.
    """
    if actor.pk == penalty.proposed_by_id:
        raise RecordRefused("处罚须由提出人以外的人审批")
    if actor.staff_id is not None and actor.staff_id == penalty.staff_id:
        raise RecordRefused("本人的处罚须由他人审批")
    day = today or timezone.localdate()
    fields: dict[str, Any] = {"approved_by": actor, "approved_on": day} if agreed else {}
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
def penalty_appeal(
    *, penalty: Penalty, text: str, actor: User, today: date | None = None
) -> Penalty:
    """The person disputes the penalty; once."""
    if actor.staff_id is None or actor.staff_id != penalty.staff_id:
        raise RecordRefused("只能对本人的处罚提出申诉")
    if not text.strip():
        raise ValidationError({"text": "请写明申诉的内容和理由"})
    day = today or timezone.localdate()
    fields = {"appeal": text.strip(), "appealed_on": day}
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
    fields = {
        "decision": reason.strip(),
        "decided_by": actor,
        "decided_on": today or timezone.localdate(),
    }
    _move(penalty, (State.APPEALED,), state, "处理申诉", **fields)
    if upheld:
        _announce(penalty)
    _audit("penalty.appeal_decide", penalty, actor)
    return penalty


def _announce(penalty: Penalty) -> None:
    """A leader's penalty counts in the month it was approved (R5), or no longer does."""
    if penalty.ground == Ground.LEADER and penalty.approved_on is not None:
        change = RecordChange(penalty.branch_id, penalty.unit_id, penalty.approved_on)
        records_announce([change])


def _check(facts: PenaltyFacts) -> None:
    problems: dict[str, str] = {}
    if not facts.violations:
        problems["violations"] = "请选择所依据的违规"
    if any(one.state != Violation.State.RECORDED for one in facts.violations):
        problems["violations"] = "所依据的违规已经撤销"
    if (facts.kind == Kind.ECONOMIC) != (facts.amount is not None and facts.amount > 0):
        problems["amount"] = "经济处罚须写明大于0的金额，其他处罚没有金额"
    if (facts.kind in _LOST_RIGHTS) != (facts.year is not None):
        problems["year"] = "取消资格须写明年度，其他处罚没有年度"
    problems |= _check_people(facts)
    if not facts.reason.strip():
        problems["reason"] = "请写明处罚的理由"
    if problems:
        raise ValidationError(problems)


def _check_people(facts: PenaltyFacts) -> dict[str, str]:
    """Offenders for their own violations, leaders for those of the units they led."""
    leads = facts.ground == Ground.LEADER
    people = {one.leader_id if leads else one.staff_id for one in facts.violations}
    if facts.violations and people != {facts.staff.pk}:
        whose = "由其主管的违规" if leads else "其本人的违规"
        return {"violations": f"对{facts.staff.name}的处罚只能依据{whose}"}
    return {}


def _move(penalty: Penalty, states: Collection[str], state: str, act: str, **fields: Any) -> None:
    moved = Penalty.objects.filter(pk=penalty.pk, state__in=states).update(state=state, **fields)
    penalty.refresh_from_db()
    if not moved:
        raise RecordRefused(f"这项处罚{penalty.get_state_display()}，不能{act}")


def _audit(event: str, penalty: Penalty, actor: User | None) -> None:
    audit_add(event=event, actor=actor, subject=penalty.staff.number, kind=penalty.kind)
