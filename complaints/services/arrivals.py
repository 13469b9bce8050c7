"""Letters that come in many at once from a file, with what was found and done elsewhere."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from complaints.models import Kind, Letter, LetterEvent, Responsibility
from complaints.redaction import redact
from complaints.services.letters import (
    LetterChange,
    LetterFacts,
    NewEvent,
    closing_events,
    events_add,
    letters_announce,
    letters_place,
    letters_receive,
)
from complaints.services.responsibility import Taken, responsibilities_take
from outlets.models import Staff, Unit

Finding = Responsibility.Finding

_FILL: Final = """
UPDATE complaints_letter l
SET state = v.state, kind = v.kind, first_kind = v.first_kind, unit_id = v.unit_id,
    unit_path = v.unit_path, staff_id = v.staff_id, business = v.business,
    cause = v.cause, closed_at = v.closed_at, outcome = v.outcome
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[],
    %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::text[])
    AS v(id, state, kind, first_kind, unit_id, unit_path, staff_id, business, cause, closed_at,
        outcome)
WHERE l.id = v.id
"""
_FILLED: Final = (
    "pk", "state", "kind", "first_kind", "unit_id", "unit_path", "staff_id", "business", "cause",
    "closed_at", "outcome",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new letter of a file, and who was found responsible, if that was decided."""

    branch: Unit
    facts: LetterFacts
    finding: str = ""


@dataclass(slots=True)
class Filling:
    """What a file adds to a letter that is known: facts it lacked, its end, a finding."""

    letter: Letter
    kind: str = ""
    unit: Unit | None = None
    staff: Staff | None = None
    business: str = ""
    cause: str = ""
    closed_at: datetime | None = None
    outcome: str = ""
    finding: str = ""
    events: list[NewEvent] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything is added at all."""
        facts = (self.kind, self.unit, self.staff, self.business, self.cause)
        return any((*facts, self.closed_at, self.outcome, self.finding))


@transaction.atomic
def letters_arrive(*, arrivals: Sequence[Arrival], actor: User | None) -> list[Letter]:
    """Take new letters in by a number of statements that does not hang on how many they are.

    What was closed elsewhere is answered and closed at that time, and the finding is in force from
    that day: a praise that was closed is true.
    """
    by_branch: defaultdict[int, list[Arrival]] = defaultdict(list)
    for one in arrivals:
        by_branch[one.branch.pk].append(one)
    letters: list[Letter] = []
    taken: list[Taken] = []
    for held in by_branch.values():
        facts = [one.facts for one in held]
        came = letters_receive(branch=held[0].branch, facts=facts, actor=actor)
        letters += came
        taken += _taken(zip(came, [one.finding for one in held], strict=True))
    responsibilities_take(taken=taken, actor=actor)
    return letters


@transaction.atomic
def letters_fill(*, fillings: Sequence[Filling], actor: User | None) -> None:
    """Complete known letters by what a file brings; the caller has locked and checked them."""
    if not fillings:
        return
    changes = [change for one in fillings for change in _late_elsewhere(one)]
    for one in fillings:
        _fill(one)
    letters_place([one.letter for one in fillings if one.unit])
    columns = [[getattr(one.letter, name) for one in fillings] for name in _FILLED]
    with connection.cursor() as cursor:
        cursor.execute(_FILL, columns)
    events_add([event for one in fillings for event in one.events], actor=actor)
    letters_announce(changes)
    found = [(one.letter, one.finding) for one in fillings if one.finding or one.closed_at]
    responsibilities_take(taken=_taken(found), actor=actor)


def _late_elsewhere(filling: Filling) -> list[LetterChange]:
    """A letter that was late already moves the figures of the unit it now gets."""
    letter, unit = filling.letter, filling.unit
    if unit is None or not letter.is_late or letter.answered_on is None:
        return []
    return [LetterChange(letter.branch_id, unit.pk, letter.answered_on)]


def _fill(filling: Filling) -> None:
    letter = filling.letter
    if filling.kind:
        letter.kind = filling.kind
        letter.first_kind = letter.first_kind or filling.kind
        at = filling.closed_at or timezone.now()
        filling.events.append(
            NewEvent(letter, LetterEvent.Kind.CLASSIFIED, at, {"kind": filling.kind})
        )
    if filling.unit is not None:
        letter.unit = filling.unit
    letter.staff = filling.staff or letter.staff
    letter.business = filling.business or letter.business
    letter.cause = filling.cause or letter.cause
    letter.outcome = redact(filling.outcome, letter.customer_name) or letter.outcome
    if filling.closed_at:
        _close(filling, filling.closed_at)


def _close(filling: Filling, at: datetime) -> None:
    """Closed, and answered too unless that was done here before."""
    letter = filling.letter
    letter.state, letter.closed_at = Letter.State.CLOSED, at
    filling.events += [
        event
        for event in closing_events(letter)
        if event.kind == LetterEvent.Kind.CLOSED or letter.answered_on is None
    ]


def _taken(letters: Iterable[tuple[Letter, str]]) -> list[Taken]:
    return [one for letter, finding in letters for one in _found(letter, finding)]


def _found(letter: Letter, finding: str) -> list[Taken]:
    praised = letter.kind == Kind.PRAISE and letter.unit_id is not None
    finding = finding or (str(Finding.VERIFIED) if praised else "")
    if not finding or letter.closed_at is None:
        return []
    facts: dict[str, Any] = {"unit": letter.unit, "staff": letter.staff}
    return [
        Taken(
            letter=letter,
            finding=finding,
            decided_on=timezone.localdate(letter.closed_at),
            grounds=letter.outcome or "随来信文件导入",
            **facts,
        )
    ]
