"""What stops, restarts or ends a letter's clock: appraisal, new facts, withdrawal."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Letter, LetterEvent
from complaints.services.extensions import check_means
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
from complaints.services.states import letter_lock, letter_move, recusal_check, told

_E = LetterEvent.Kind


@transaction.atomic
def appraisal_start(
    *, letter: Letter, matter: str, means: str, actor: User, on: date | None = None
) -> Letter:
    """Stop the clock for an appraisal by somebody outside, of which the complainant was told.

    ActRefused for what is no complaint, while one is under way, or after the deadline.
    """
    letter = letter_lock(letter=letter, states=OPEN, act="开始鉴定")
    recusal_check(letter=letter, actor=actor)
    clock = complaint_clock(letter=letter, act="扣除鉴定时间")
    if clock.stopped_on:
        raise ActRefused(f"{clock.stopped_on}开始的鉴定还没有结束")
    at = happened_at(letter=letter, on=on)
    check_since(clock=clock, day=timezone.localdate(at))
    check_in_time(clock=clock, day=timezone.localdate(at), act="再扣除鉴定时间")
    matter = _required(letter, "matter", matter, "请写明委托谁鉴定什么")
    letter_event_add(
        letter=letter,
        kind=_E.APPRAISAL_STARTED,
        actor=actor,
        at=at,
        means=check_means(means),
        reason=matter,
    )
    _audit("letter.appraisal_start", letter, actor)
    return letter


@transaction.atomic
def appraisal_end(*, letter: Letter, actor: User, on: date | None = None) -> Letter:
    """The appraisal is back: the clock goes on, its days are excluded."""
    letter = letter_lock(letter=letter, states=OPEN, act="结束鉴定")
    recusal_check(letter=letter, actor=actor)
    stopped = complaint_clock(letter=letter, act="结束鉴定").stopped_on
    if stopped is None:
        raise ActRefused("没有正在进行的鉴定")
    at = happened_at(letter=letter, on=on)
    if timezone.localdate(at) < stopped:
        raise ValidationError({"on": f"日期不能早于鉴定开始的{stopped}"})
    letter_event_add(letter=letter, kind=_E.APPRAISAL_ENDED, actor=actor, at=at)
    _audit("letter.appraisal_end", letter, actor)
    return letter


@transaction.atomic
def new_facts_add(*, letter: Letter, reason: str, actor: User, on: date | None = None) -> Letter:
    """The customer brings new facts: the clock starts anew from the day they were received.

    ActRefused once the deadline has passed: that is a letter of its own.
    """
    letter = letter_lock(letter=letter, states=OPEN, act="登记新事实")
    recusal_check(letter=letter, actor=actor)
    clock = clock_of(letter)
    at = happened_at(letter=letter, on=on)
    check_since(clock=clock, day=timezone.localdate(at))
    check_in_time(clock=clock, day=timezone.localdate(at), act="重新计算，请登记为新的来信")
    reason = _required(letter, "reason", reason, "请写明是什么新的事实或理由")
    letter_event_add(letter=letter, kind=_E.NEW_FACTS, actor=actor, at=at, reason=reason)
    _audit("letter.new_facts", letter, actor)
    return letter


@transaction.atomic
def letter_withdraw(*, letter: Letter, reason: str, actor: User, on: date | None = None) -> Letter:
    """The customer withdraws the letter: it ends that day."""
    letter = letter_lock(letter=letter, states=OPEN, act="撤回")
    recusal_check(letter=letter, actor=actor)
    at = happened_at(letter=letter, on=on)
    check_since(clock=clock_of(letter), day=timezone.localdate(at))
    reason = _required(letter, "reason", reason, "请写明客户怎样撤回")
    letter_move(letter=letter, states=OPEN, state=Letter.State.WITHDRAWN, act="撤回")
    letter_event_add(letter=letter, kind=_E.WITHDRAWN, actor=actor, at=at, reason=reason)
    _audit("letter.withdraw", letter, actor)
    return letter


def _required(letter: Letter, name: str, text: str, problem: str) -> str:
    text = told(letter, text)
    if not text:
        raise ValidationError({name: problem})
    return text


def _audit(event: str, letter: Letter, actor: User) -> None:
    audit_add(event=event, actor=actor, subject=letter.reference)
