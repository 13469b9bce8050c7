"""What people decide about stars: the committee's adjustments and the tellers' objections (S16)."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from tellers.models import Objection, StarAdjustment, StarPeriod, StarRating
from tellers.services.refusals import RecordRefused
from tellers.services.star_periods import period_lock
from tellers.stars import HIGHEST, STAR_LABELS

State = StarPeriod.State


@transaction.atomic
def star_adjust_propose(
    *, rating: StarRating, step: int, grounds: str, actor: User
) -> StarAdjustment:
    """Propose to move a star by one step, for another to confirm.

    RecordRefused for who is not rated, beyond none to five, a second adjustment, once shown, or for
    oneself.
    """
    period_lock(rating.period, (State.COMPUTED,), "调整星级")
    _check_other(rating, actor)
    _check_step(rating, step, grounds)
    try:
        with transaction.atomic():
            adjustment = StarAdjustment.objects.create(
                rating=rating, step=step, grounds=grounds.strip(), proposed_by=actor
            )
    except IntegrityError as error:
        raise RecordRefused("这名员工本周期已有一次调整") from error
    _audit("stars.adjust_propose", rating, actor)
    return adjustment


@transaction.atomic
def star_adjust_decide(*, adjustment: StarAdjustment, agreed: bool, actor: User) -> StarAdjustment:
    """Confirm or reject an adjustment; RecordRefused for who proposed it, or a second time."""
    rating = adjustment.rating
    period_lock(rating.period, (State.COMPUTED,), "复核调整")
    _check_other(rating, actor)
    if adjustment.proposed_by_id == actor.pk:
        raise RecordRefused("调整须由提出人以外的人复核")
    state = "CONFIRMED" if agreed else "REJECTED"
    waiting = StarAdjustment.objects.filter(pk=adjustment.pk, state="PROPOSED")
    if not waiting.update(state=state, confirmed_by=actor):
        raise RecordRefused("这次调整已经复核")
    if agreed:
        _set_star(rating, rating.star + adjustment.step)
    adjustment.refresh_from_db()
    _audit("stars.adjust_confirm" if agreed else "stars.adjust_reject", rating, actor)
    return adjustment


@transaction.atomic
def objection_raise(
    *, rating: StarRating, text: str, actor: User, today: date | None = None
) -> Objection:
    """Dispute the own rating while it is shown; RecordRefused for another's, too late, or twice."""
    period = period_lock(rating.period, (State.PUBLIC,), "提出异议")
    if actor.staff_id != rating.staff_id:
        raise RecordRefused("只能对本人的评定提出异议")
    day = today or timezone.localdate()
    if period.objections_until is not None and day > period.objections_until:
        raise RecordRefused(f"异议截止到{period.objections_until}，现已过期")
    if not text.strip():
        raise ValidationError({"text": "请写明异议的内容和理由"})
    try:
        with transaction.atomic():
            objection = Objection.objects.create(rating=rating, text=text.strip(), raised_by=actor)
    except IntegrityError as error:
        raise RecordRefused("您已提出异议，请等待处理") from error
    _audit("stars.object", rating, actor)
    return objection


@transaction.atomic
def objection_decide(
    *, objection: Objection, new_star: int | None, reason: str, actor: User
) -> Objection:
    """Decide an objection: upheld with the star it becomes, or dismissed (None); with the reason."""
    rating = objection.rating
    period_lock(rating.period, (State.PUBLIC,), "处理异议")
    if not reason.strip():
        raise ValidationError({"reason": "请写明决定的理由"})
    if new_star is not None and not 0 <= new_star <= HIGHEST:
        raise ValidationError({"new_star": f"星级应在0与{HIGHEST}之间"})
    _check_other(rating, actor)
    pending = Objection.objects.filter(pk=objection.pk, decision="PENDING")
    decided = pending.update(
        decision="DISMISSED" if new_star is None else "UPHELD",
        new_star=new_star,
        reason=reason.strip(),
        decided_by=actor,
        decided_at=timezone.now(),
    )
    if not decided:
        raise RecordRefused("这件异议已经处理")
    if new_star is not None:
        _set_star(rating, new_star)
    objection.refresh_from_db()
    _audit("stars.object_decide", rating, actor)
    return objection


def _check_other(rating: StarRating, actor: User) -> None:
    if actor.staff_id is not None and actor.staff_id == rating.staff_id:
        raise RecordRefused("本人的星级须由他人调整、复核和处理异议")


def _check_step(rating: StarRating, step: int, grounds: str) -> None:
    if not grounds.strip():
        raise ValidationError({"grounds": "请写明调整的依据"})
    if step not in {-1, 1}:
        raise ValidationError({"step": "只能上调或下调一星"})
    if rating.status != StarRating.Status.RATED:
        raise RecordRefused(f"这名员工{rating.get_status_display()}，不能调整星级")
    if not 0 <= rating.star + step <= HIGHEST:
        raise RecordRefused(f"已是{STAR_LABELS[rating.star]}，不能再调整")


def _set_star(rating: StarRating, star: int) -> None:
    """An upheld objection of somebody not rated makes them rated."""
    StarRating.objects.filter(pk=rating.pk).update(star=star, status=StarRating.Status.RATED)
    rating.refresh_from_db()


def _audit(event: str, rating: StarRating, actor: User) -> None:
    audit_add(event=event, actor=actor, subject=rating.staff.number, month=rating.period.label)
