"""Extending a complaint's time: asked for by one, approved or refused by another, then told."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.deadlines import FURTHER, LEVEL_LABELS, Clock
from complaints.models import Letter, LetterEvent
from complaints.services.letters import letter_event_add
from complaints.services.occurrences import (
    check_in_time,
    check_since,
    clock_of,
    complaint_clock,
    happened_at,
)
from complaints.services.refusals import ActRefused
from complaints.services.relations import OPEN
from complaints.services.replies import MEANS
from complaints.services.states import letter_lock, recusal_check, told

_E = LetterEvent.Kind


@transaction.atomic
def extension_ask(*, letter: Letter, level: str, reason: str, actor: User) -> Letter:
    """Ask for more time: COMPLEX first, FURTHER after that.

    ActRefused for what is no complaint, once the deadline has passed, while another request waits,
    or when there is no more time to be had.
    """
    letter = letter_lock(letter=letter, states=OPEN, act="申请延期")
    recusal_check(letter=letter, actor=actor)
    clock = complaint_clock(letter=letter, act="申请延期")
    check_in_time(clock=clock, day=timezone.localdate(), act="再延期")
    _check_level(clock, level)
    letter_event_add(
        letter=letter,
        kind=_E.EXTENSION_ASKED,
        actor=actor,
        level=level,
        reason=_reason(letter, reason),
        user=actor.pk,
    )
    _audit("letter.extension_ask", letter, actor, level)
    return letter


def _check_level(clock: Clock, level: str) -> None:
    if clock.asked is not None:
        raise ActRefused("已有延期申请等待审批")
    following = clock.next_level
    if not following:
        raise ActRefused("已延长到最长期限，不能再延")
    if level != following:
        raise ValidationError({"level": f"现在只能申请“{LEVEL_LABELS[following]}”的延期"})


@transaction.atomic
def extension_approve(*, letter: Letter, actor: User, authority: str = "") -> Letter:
    """Approve the request that waits; FURTHER names the superior that consented (`authority`).

    ActRefused for the one who asked, without a request, or once the deadline has passed.
    """
    letter, asked = _decide(letter, actor, "批准延期")
    clock = complaint_clock(letter=letter, act="批准延期")
    check_in_time(clock=clock, day=timezone.localdate(), act="再批准延期")
    authority = told(letter, authority)
    if asked["level"] == FURTHER and not authority:
        raise ValidationError(
            {"authority": "情况特别复杂的延期须经上级机构批准，请写明批准机构和文号"}
        )
    letter_event_add(
        letter=letter, kind=_E.EXTENDED, actor=actor, level=asked["level"], authority=authority
    )
    _audit("letter.extension_approve", letter, actor, asked["level"])
    return letter


@transaction.atomic
def extension_refuse(*, letter: Letter, reason: str, actor: User) -> Letter:
    """Refuse the request that waits, with a reason."""
    letter, asked = _decide(letter, actor, "不予延期")
    reason = _reason(letter, reason)
    letter_event_add(
        letter=letter, kind=_E.EXTENSION_REFUSED, actor=actor, level=asked["level"], reason=reason
    )
    _audit("letter.extension_refuse", letter, actor, asked["level"])
    return letter


@transaction.atomic
def extension_notify(*, letter: Letter, means: str, actor: User, on: date | None = None) -> Letter:
    """Record that the complainant was told of the further extension; from then on it counts.

    ActRefused when nothing is to be told, or when it was told after the deadline.
    """
    letter = letter_lock(letter=letter, states=OPEN, act="告知延期")
    recusal_check(letter=letter, actor=actor)
    clock = complaint_clock(letter=letter, act="告知延期")
    if not clock.to_notify:
        raise ActRefused("没有已批准、尚待告知的延期")
    at = happened_at(letter=letter, on=on)
    approved = letter.events.filter(kind=_E.EXTENDED, detail__level=FURTHER).latest("at").at
    if timezone.localdate(at) < timezone.localdate(approved):
        raise ValidationError({"on": f"日期不能早于批准延期的{timezone.localdate(approved)}"})
    check_since(clock=clock, day=timezone.localdate(at))
    check_in_time(clock=clock, day=timezone.localdate(at), act="再延长")
    letter_event_add(
        letter=letter,
        kind=_E.EXTENSION_NOTIFIED,
        actor=actor,
        at=at,
        level=FURTHER,
        means=check_means(means),
    )
    _audit("letter.extension_notify", letter, actor, FURTHER)
    return letter


def check_means(means: str) -> str:
    """A way to tell a complainant; ValidationError, keyed `means`, for any other."""
    if means not in MEANS:
        raise ValidationError({"means": f"告知方式只能是{'、'.join(MEANS)}"})
    return means


def _decide(letter: Letter, actor: User, act: str) -> tuple[Letter, dict[str, object]]:
    """The letter, locked, and the request that waits; ActRefused for the one who asked."""
    letter = letter_lock(letter=letter, states=OPEN, act=act)
    recusal_check(letter=letter, actor=actor)
    asked = clock_of(letter).asked
    if asked is None:
        raise ActRefused("没有等待审批的延期申请")
    if asked.detail.get("user") == actor.pk:
        raise ActRefused("延期须由另一人审批，申请人不能自己审批")
    return letter, dict(asked.detail)


def _reason(letter: Letter, reason: str) -> str:
    reason = told(letter, reason)
    if not reason:
        raise ValidationError({"reason": "请写明原因"})
    return reason


def _audit(event: str, letter: Letter, actor: User, level: object) -> None:
    label = LEVEL_LABELS.get(str(level), "")
    audit_add(event=event, actor=actor, subject=letter.reference, kind=label)
