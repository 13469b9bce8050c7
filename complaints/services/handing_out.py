"""Letters handed out as files, on the record: those sought, and what is kept of one person."""

from datetime import date
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.refusals import Refused
from accounts.services import audit_add
from complaints.exports import letters_file
from complaints.redaction import normalised, redact
from complaints.selectors.search import LetterSought, letters_sought
from complaints.subjects import held_of, subject_file

# What can be written while somebody waits; a month at a time the command writes any number.
MAX_LETTERS: Final = 20_000


class TooManyLetters(Refused):
    """More letters than can be written at once."""


class NothingHeld(Refused):
    """No letter carries the number."""

    field = "number"


@transaction.atomic
def letters_export(*, actor: User, sought: LetterSought, today: date, name: str) -> bytes:
    """The letters sought as .xlsx or .csv, by the ending of the name, customers masked."""
    letters = letters_sought(actor, sought, today)
    number = letters.order_by()[: MAX_LETTERS + 1].count()
    if number > MAX_LETTERS:
        raise TooManyLetters(f"超过{MAX_LETTERS:,}封，请先缩小日期或其他条件再导出")
    audit_add(event="letter.export", actor=actor, subject=f"{number} 封来信")
    return letters_file(letters, name)


@transaction.atomic
def subject_export(*, actor: User, number: str, name: str, reason: str) -> bytes:
    """The workbook of what is kept of one person (个人信息保护法 第四十五条).

    NothingHeld when no letter carries the number, SeveralPeople when it is several customers' and no
    name is given.
    """
    held = held_of(actor, normalised(number), name)
    if not held:
        raise NothingHeld("没有找到这个号码的来信")
    audit_add(
        event="letter.subject_export",
        actor=actor,
        subject=f"{len(held)} 封来信",
        reason=redact(reason, name),
        letters=[one.letter.reference for one in held],
    )
    return subject_file(held, actor.unit.branch_id if actor.unit else 0)
