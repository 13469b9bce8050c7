"""When a letter must be answered, and why. Source: docs/rules.md, 来信期限.

A deadline is a function of the letter's events, the rules in force, and the working calendar; today
is passed in. Every deadline explains itself in steps.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from outlets.workdays import add_working_days

INQUIRY: Final = "INQUIRY"
PRAISE: Final = "PRAISE"
SUGGESTION: Final = "SUGGESTION"
COMPLAINT: Final = "COMPLAINT"


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """An event as the clock takes it: `kind` as in LetterEvent.Kind, the local day, its details."""

    kind: str
    day: date
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockRules:
    """Deadlines from a day on."""

    effective_on: date
    complaint_days: int = 15
    complex_days: int = 30
    further_days: int = 30
    working_days: Mapping[str, int] = field(
        default_factory=lambda: {INQUIRY: 3, PRAISE: 5, SUGGESTION: 10}
    )


DEFAULT_RULES: Final = ClockRules(effective_on=date(1900, 1, 1))


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation: the day and event, the article, the arithmetic, the result."""

    day: date
    event: str
    article: str
    arithmetic: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Clock:
    """What the events come to: `due` None while nothing runs (not triaged, or ended early)."""

    due: date | None
    answered_on: date | None
    ended: bool
    steps: tuple[Step, ...]

    @property
    def is_late(self) -> bool:
        """Answered after the deadline. R3."""
        return bool(self.due and self.answered_on and self.answered_on > self.due)

    def overdue(self, today: date) -> bool:
        """Not answered though the deadline has passed."""
        return bool(self.due and not self.answered_on and not self.ended and today > self.due)


def clock(
    events: Iterable[ClockEvent], rules: Sequence[ClockRules], calendar: Mapping[date, bool]
) -> Clock:
    """The deadline that the events come to, in whatever order they are given."""
    ordered = sorted(events, key=lambda one: (one.day, one.kind))
    received = next((one.day for one in ordered if one.kind == "RECEIVED"), None)
    kind = next(
        (str(one.detail["kind"]) for one in reversed(ordered) if one.detail.get("kind")), ""
    )
    answered = next((one.day for one in ordered if one.kind == "ANSWERED"), None)
    if received is None or not kind:
        return Clock(None, answered, ended=False, steps=())
    held = max((one for one in rules if one.effective_on <= received), key=lambda r: r.effective_on)
    if kind == COMPLAINT:
        due = received + timedelta(days=held.complaint_days)
        text = f"{received}+{held.complaint_days}日={due}"
    else:
        days = held.working_days[kind]
        due = add_working_days(received, days, calendar)
        text = f"{received}起{days}个工作日={due}"
    return Clock(due, answered, ended=False, steps=(Step(received, "收到", "", text, due),))
