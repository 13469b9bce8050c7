"""Handling a letter: what is found out and said about it, closing, opening again, recusal."""

from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Kind, Letter, LetterEvent, LetterNote
from complaints.services.letters import letter_event_add
from complaints.services.refusals import ActRefused
from complaints.services.states import letter_lock, letter_move, recusal_check, told

State = Letter.State
Note = LetterNote.Kind

# A praise needs no reply: it is closed when it has been passed on.
CLOSES_UNANSWERED: Final = frozenset({Kind.PRAISE})
HANDLED: Final = (State.ASSIGNED, State.ANSWERED)
SETTLED: Final = (State.ANSWERED, State.CLOSED)


@transaction.atomic
def note_add(*, letter: Letter, kind: str, body: str, actor: User) -> LetterNote:
    """Add an investigation record, the unit's statement or a remark.

    Statements are the named unit's own: its head does not recuse from those. LetterMoved unless the
    letter is being handled (remarks: while it is not merged into another).
    """
    states = tuple(State) if kind == Note.REMARK else HANDLED
    letter_lock(letter=letter, states=states, act=f"再写{Note(kind).label}")
    if kind != Note.STATEMENT:
        recusal_check(letter=letter, actor=actor)
    return _note(letter, kind, body, actor)


@transaction.atomic
def letter_call_back(*, letter: Letter, body: str, satisfied: bool, actor: User) -> LetterNote:
    """Record that the customer was called back, and whether they are satisfied."""
    letter_lock(letter=letter, states=SETTLED, act="记录回访")
    recusal_check(letter=letter, actor=actor)
    note = _note(letter, Note.CALL_BACK, body, actor, satisfied=satisfied)
    letter_event_add(
        letter=letter, kind=LetterEvent.Kind.CALLED_BACK, actor=actor, satisfied=satisfied
    )
    return note


def _note(
    letter: Letter, kind: str, body: str, actor: User, *, satisfied: bool | None = None
) -> LetterNote:
    body = body.strip()
    if not body:
        raise ValidationError({"body": "请写明内容"})
    return LetterNote.objects.create(
        letter=letter, kind=kind, body=body, author=actor, satisfied=satisfied
    )


@transaction.atomic
def letter_close(
    *, letter: Letter, outcome: str, actor: User, at: datetime | None = None
) -> Letter:
    """Close an answered letter (a praise also unanswered) with its outcome in words.

    The outcome stands in the clear, so what names the customer in it is masked.
    """
    recusal_check(letter=letter, actor=actor)
    outcome = told(letter, outcome)
    if not outcome:
        raise ValidationError({"outcome": "请写明处理结果"})
    states = HANDLED if letter.kind in CLOSES_UNANSWERED else (State.ANSWERED,)
    at = at or timezone.now()
    letter_move(
        letter=letter,
        states=states,
        state=State.CLOSED,
        act="办结：须先答复客户" if letter.state == State.ASSIGNED else "办结",
        outcome=outcome,
        closed_at=at,
    )
    letter_event_add(letter=letter, kind=LetterEvent.Kind.CLOSED, actor=actor, at=at)
    audit_add(event="letter.close", actor=actor, subject=letter.reference)
    return letter


@transaction.atomic
def letter_reopen(*, letter: Letter, reason: str, actor: User) -> Letter:
    """Handle an answered or closed letter again; without a handler it waits for triage."""
    recusal_check(letter=letter, actor=actor)
    reason = _reason(letter, reason)
    state = State.ASSIGNED if letter.handler_id else State.RECEIVED
    letter_move(letter=letter, states=SETTLED, state=state, act="重新办理", closed_at=None)
    letter_event_add(letter=letter, kind=LetterEvent.Kind.REOPENED, actor=actor, reason=reason)
    audit_add(event="letter.reopen", actor=actor, subject=letter.reference, reason=reason)
    return letter


@transaction.atomic
def letter_recuse(*, letter: Letter, reason: str, actor: User) -> Letter:
    """Step back from a letter for good; the handler's goes back to triage.

    ActRefused when the actor has stepped back before. Afterwards they cannot be given it again.
    """
    letter = letter_lock(letter=letter, states=(State.RECEIVED, *HANDLED), act="申请回避")
    asked = LetterEvent.objects.filter(letter=letter, kind=LetterEvent.Kind.RECUSED, actor=actor)
    if asked.exists():
        raise ActRefused(f"您已对来信{letter.reference}申请过回避")
    reason = _reason(letter, reason)
    if letter.handler_id == actor.pk and letter.state == State.ASSIGNED:
        letter_move(
            letter=letter,
            states=(State.ASSIGNED,),
            state=State.RECEIVED,
            act="申请回避",
            handler=None,
        )
    letter_event_add(letter=letter, kind=LetterEvent.Kind.RECUSED, actor=actor, reason=reason)
    audit_add(event="letter.recuse", actor=actor, subject=letter.reference, reason=reason)
    return letter


def _reason(letter: Letter, reason: str) -> str:
    reason = told(letter, reason)
    if not reason:
        raise ValidationError({"reason": "请写明原因"})
    return reason
