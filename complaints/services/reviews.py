"""Review of a decision (核查): asked for by the complainant, decided by another than the handler."""

from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Letter, LetterEvent, LetterNote
from complaints.services.handling import SETTLED
from complaints.services.letters import letter_event_add
from complaints.services.occurrences import clock_of, happened_at
from complaints.services.refusals import ActRefused
from complaints.services.states import letter_lock, recusal_check, told

UPHELD: Final = "维持原处理决定"
CHANGED: Final = "变更原处理决定"
RESULTS: Final = (UPHELD, CHANGED)

_E = LetterEvent.Kind


@transaction.atomic
def review_ask(*, letter: Letter, reason: str, actor: User, on: date | None = None) -> Letter:
    """The complainant asks for a review; ActRefused past the time for it, or asked already."""
    letter = letter_lock(letter=letter, states=SETTLED, act="申请核查")
    recusal_check(letter=letter, actor=actor)
    clock = clock_of(letter)
    review = clock.review
    if review is None:
        raise ActRefused("只有已告知处理决定的投诉才能申请核查")
    if review.asked_on:
        raise ActRefused(f"{review.asked_on}已申请过核查")
    at = happened_at(letter=letter, on=on)
    day = timezone.localdate(at)
    if clock.answered_on and day < clock.answered_on:
        raise ValidationError({"on": f"日期不能早于告知处理决定的{clock.answered_on}"})
    if day > review.ask_by:
        raise ActRefused(f"申请核查的期限{review.ask_by}已过")
    reason = told(letter, reason)
    if not reason:
        raise ValidationError({"reason": "请写明申请核查的理由"})
    letter_event_add(letter=letter, kind=_E.REVIEW_ASKED, actor=actor, at=at, reason=reason)
    audit_add(event="letter.review_ask", actor=actor, subject=letter.reference)
    return letter


@transaction.atomic
def review_decide(
    *, letter: Letter, result: str, opinion: str, actor: User, on: date | None = None
) -> Letter:
    """Decide the review, with an opinion that stays with the letter.

    ActRefused for the letter's handler and while no review waits. A decision that is changed is
    carried out by handling the letter again.
    """
    letter = letter_lock(letter=letter, states=SETTLED, act="作出核查决定")
    recusal_check(letter=letter, actor=actor)
    review = clock_of(letter).review
    if review is None or not review.is_open or review.asked_on is None:
        raise ActRefused("没有等待决定的核查申请")
    if letter.handler_id == actor.pk:
        raise ActRefused("核查须由承办人以外的人作出")
    at = happened_at(letter=letter, on=on)
    _check_decision(result, opinion, timezone.localdate(at), review.asked_on)
    LetterNote.objects.create(
        letter=letter, kind=LetterNote.Kind.REVIEW, body=opinion.strip(), author=actor
    )
    letter_event_add(letter=letter, kind=_E.REVIEW_DECIDED, actor=actor, at=at, result=result)
    audit_add(event="letter.review_decide", actor=actor, subject=letter.reference, result=result)
    return letter


def _check_decision(result: str, opinion: str, day: date, asked_on: date) -> None:
    if result not in RESULTS:
        raise ValidationError({"result": f"核查决定只能是{'或'.join(RESULTS)}"})
    if not opinion.strip():
        raise ValidationError({"opinion": "请写明核查意见"})
    if day < asked_on:
        raise ValidationError({"on": f"日期不能早于申请核查的{asked_on}"})
