"""Taking letters in, and writing down what happens to them: the only writer of `LetterEvent`.

Whoever computes with letters registers a listener in `AppConfig.ready`:

    @on_letters
    def moved(changes: Sequence[LetterChange]) -> None: ...

It runs in the same transaction.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from complaints.models import Kind, Letter, LetterEvent, LetterNumber, Severity
from complaints.redaction import CARD, IDENTITY, PHONE, normalised, numbers, redact
from complaints.sealing import blind_index
from complaints.selectors.clocks import clocks_of
from outlets.models import Staff, Unit
from outlets.selectors import paths_on

BATCH: Final = 2_000
_DEADLINES: Final = """
UPDATE complaints_letter l
SET due_on = v.due_on, answered_on = v.answered_on, is_late = v.is_late
FROM unnest(%s::bigint[], %s::date[], %s::date[], %s::boolean[])
    AS v(id, due_on, answered_on, is_late)
WHERE l.id = v.id
"""


class LetterChange(NamedTuple):
    """Where a letter changes figures: its unit, on the day that counts (R3)."""

    branch_id: int
    unit_id: int
    day: date


Listener = Callable[[Sequence[LetterChange]], None]
_LISTENERS: Final[list[Listener]] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """A letter as it comes in; `reference` empty: one is made. `kind` empty: triage decides.

    With `closed_at` (and a kind) it was handled elsewhere: answered and closed at that time, with
    `outcome` as its result. `fingerprint` tells the same letter sent twice from another one.
    """

    channel: str
    source: str
    received_at: datetime
    body: str
    reference: str = ""
    kind: str = ""
    severity: str = Severity.NORMAL
    unit: Unit | None = None
    staff: Staff | None = None
    business: str = ""
    cause: str = ""
    customer_name: str = ""
    customer_phone: str = ""
    customer_card: str = ""
    customer_identity: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    fingerprint: str = ""


def on_letters(listener: Listener) -> Listener:
    """Have a function told of letters that move figures, in the same transaction."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def letters_announce(changes: Iterable[LetterChange]) -> None:
    """Tell every listener, once."""
    told = sorted(set(changes))
    for listener in _LISTENERS:
        if told:
            listener(told)


def letter_receive(*, branch: Unit, facts: LetterFacts, actor: User | None) -> Letter:
    """Take one letter in; ValidationError when its reference is known already."""
    return letters_receive(branch=branch, facts=[facts], actor=actor)[0]


@transaction.atomic
def letters_receive(
    *, branch: Unit, facts: Sequence[LetterFacts], actor: User | None
) -> list[Letter]:
    """Take letters in by a constant number of statements, each with its RECEIVED event and numbers.

    ValidationError, keyed `reference`, names references that are known already.
    """
    _check_new(branch, facts)
    made = [_letter(branch, one) for one in facts]
    letters_place(made)
    letters = Letter.objects.bulk_create(made, batch_size=BATCH)
    LetterNumber.objects.bulk_create(
        (number for letter in letters for number in _numbers(letter)), batch_size=BATCH
    )
    pairs = zip(letters, facts, strict=True)
    events = [event for letter, one in pairs for event in _arrived(letter, one.fingerprint)]
    events_add(events, actor=actor)
    return letters


class NewEvent(NamedTuple):
    """An event to be written down."""

    letter: Letter
    kind: str
    at: datetime
    detail: Mapping[str, Any] = {}


def letter_event_add(
    *,
    letter: Letter,
    kind: str,
    actor: User | None,
    at: datetime | None = None,
    **detail: Any,
) -> LetterEvent:
    """Write down one event and bring the letter's deadline up to date, in the caller's transaction."""
    return events_add([NewEvent(letter, kind, at or timezone.now(), detail)], actor=actor)[0]


@transaction.atomic
def events_add(events: Sequence[NewEvent], *, actor: User | None) -> list[LetterEvent]:
    """Write down events of letters and bring their deadlines up to date, set-based."""
    written = LetterEvent.objects.bulk_create(
        (
            LetterEvent(
                branch_id=one.letter.branch_id,
                letter=one.letter,
                kind=one.kind,
                at=one.at,
                actor=actor,
                detail=dict(one.detail),
            )
            for one in events
        ),
        batch_size=BATCH,
    )
    letters_project({one.letter.pk: one.letter for one in events}.values())
    return written


def letters_project(letters: Collection[Letter]) -> None:
    """Store what the events say of these letters' deadlines, and announce figures that move."""
    clocks = clocks_of(letters)
    changes: list[LetterChange] = []
    moved = []
    for letter in letters:
        clock = clocks[letter.pk]
        before = (letter.due_on, letter.answered_on, letter.is_late)
        after = (clock.due, clock.counts_on, clock.is_late)
        if before != after:
            changes += _late_changes(letter, before) + _late_changes(letter, after)
            letter.due_on, letter.answered_on, letter.is_late = after
            moved.append(letter)
    _store_deadlines(moved)
    letters_announce(changes)


def _store_deadlines(letters: Sequence[Letter]) -> None:
    """By one statement: a bulk_update takes time by the square of its batch."""
    if not letters:
        return
    names = ("pk", "due_on", "answered_on", "is_late")
    columns = [[getattr(letter, name) for letter in letters] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(_DEADLINES, columns)


def letters_place(letters: Collection[Letter]) -> None:
    """Set where the letters' units stood when the letters came (`unit_path`), stored or not."""
    days = [(one, one.unit, timezone.localdate(one.received_at)) for one in letters]
    paths = paths_on([(unit, day) for _, unit, day in days if unit])
    for letter, unit, day in days:
        letter.unit_path = paths[unit.pk, day] if unit else ""


def _late_changes(
    letter: Letter, figures: tuple[date | None, date | None, bool]
) -> list[LetterChange]:
    _, answered_on, is_late = figures
    counts = letter.kind in {Kind.INQUIRY, Kind.COMPLAINT}
    if not (is_late and answered_on and counts and letter.unit_id):
        return []
    return [LetterChange(letter.branch_id, letter.unit_id, answered_on)]


def _check_new(branch: Unit, facts: Sequence[LetterFacts]) -> None:
    wanted = [one.reference for one in facts if one.reference]
    known = Letter.objects.filter(branch=branch, reference__in=wanted)
    found = sorted(known.values_list("reference", flat=True))
    if found:
        raise ValidationError({"reference": f"工单号{'、'.join(found[:5])}已经登记过"})


def _letter(branch: Unit, facts: LetterFacts) -> Letter:
    return Letter(
        branch=branch,
        reference=facts.reference or _reference(facts),
        channel=facts.channel,
        source=facts.source,
        kind=facts.kind,
        first_kind=facts.kind,
        severity=facts.severity,
        received_at=facts.received_at,
        unit=facts.unit,
        staff=facts.staff,
        business=facts.business,
        cause=facts.cause,
        body=facts.body,
        text=redact(facts.body, facts.customer_name),
        customer_name=facts.customer_name,
        customer_phone=facts.customer_phone,
        customer_card=facts.customer_card,
        customer_identity=facts.customer_identity,
        state=Letter.State.CLOSED if facts.closed_at else Letter.State.RECEIVED,
        closed_at=facts.closed_at,
        outcome=redact(facts.outcome, facts.customer_name),
    )


def _reference(facts: LetterFacts) -> str:
    day = timezone.localtime(facts.received_at)
    return f"LX{day:%Y%m%d}{token_hex(3).upper()}"


def number_digests(branch: Unit, facts: LetterFacts) -> list[bytes]:
    """The blind indexes of the numbers a letter would hold; it is not written."""
    return [bytes(one.digest) for one in _numbers(_letter(branch, facts))]


def _numbers(letter: Letter) -> list[LetterNumber]:
    held = {(found.kind, found.number) for found in numbers(letter.body)}
    fields = {
        PHONE: letter.customer_phone,
        CARD: letter.customer_card,
        IDENTITY: letter.customer_identity,
    }
    held |= {(kind, normalised(value)) for kind, value in fields.items() if value}
    return [
        LetterNumber(letter=letter, kind=kind, digest=blind_index("NUMBER", number))
        for kind, number in sorted(held)
    ]


def _arrived(letter: Letter, fingerprint: str) -> list[NewEvent]:
    told = {"kind": letter.kind, "fingerprint": fingerprint}
    detail = {key: value for key, value in told.items() if value}
    events = [NewEvent(letter, LetterEvent.Kind.RECEIVED, letter.received_at, detail)]
    return events + (closing_events(letter) if letter.closed_at else [])


def closing_events(letter: Letter) -> list[NewEvent]:
    """What is written down of a letter that was answered and closed elsewhere."""
    assert letter.closed_at is not None  # noqa: S101  (the caller has looked)
    kinds = (LetterEvent.Kind.ANSWERED, LetterEvent.Kind.CLOSED)
    return [NewEvent(letter, kind, letter.closed_at) for kind in kinds]
