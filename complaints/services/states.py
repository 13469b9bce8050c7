"""Moving a letter from one state to another, and what every act on it checks first."""

from collections.abc import Collection
from typing import Any

from accounts.models import User
from complaints.models import Letter
from complaints.redaction import redact
from complaints.selectors.recusal import conflicts_of
from complaints.services.refusals import LetterMoved, MustRecuse


def letter_move(
    *, letter: Letter, states: Collection[str], state: str, act: str, **fields: Any
) -> None:
    """Bring the letter from one of these states into another; LetterMoved when it is in none.

    A conditional UPDATE: of two at once one finds no row. `act` completes “不能…”.
    """
    moved = Letter.objects.filter(pk=letter.pk, state__in=states).update(state=state, **fields)
    if not moved:
        letter.refresh_from_db(fields=["state"])
        raise LetterMoved(letter, act)
    letter.state = state
    for name, value in fields.items():
        setattr(letter, name, value)


def letter_lock(*, letter: Letter, states: Collection[str], act: str) -> Letter:
    """The letter's row, locked, in one of these states; LetterMoved otherwise."""
    locked = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if locked.state not in states:
        raise LetterMoved(locked, act)
    return locked


def recusal_check(*, letter: Letter, actor: User) -> None:
    """MustRecuse when the actor has an interest in the letter."""
    reasons = conflicts_of(actor, letter)
    if reasons:
        raise MustRecuse(f"您须回避这封来信：{'；'.join(reasons)}")


def told(letter: Letter, text: str) -> str:
    """A text written about the letter, fit to stand in the clear: masked, spaces trimmed."""
    return redact(text.strip(), letter.customer_name)
