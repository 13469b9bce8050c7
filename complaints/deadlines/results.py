"""What a letter's events come to: deadlines, and the steps that lead to them. Pure."""

from dataclasses import dataclass
from datetime import date

from complaints.deadlines.events import COMPLEX, FURTHER, ClockEvent


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation: the day and event, the article, the arithmetic, the result."""

    day: date
    event: str
    article: str
    arithmetic: str
    due: date | None


@dataclass(frozen=True, slots=True)
class Review:
    """The review of a decision (核查): until when it may be asked for, and is to be decided."""

    ask_by: date
    asked_on: date | None = None
    due: date | None = None
    decided_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Asked for and not decided."""
        return self.asked_on is not None and self.decided_on is None


@dataclass(frozen=True, slots=True)
class Clock:
    """What the events come to.

    `due` is None while nothing runs: not triaged, stopped for an appraisal, ended early, or the
    calendar is missing. `answered_on` is the answer to the matter as it stands, None once it is
    handled again; `late_on` the day of the first answer that came after its deadline, for good.
    """

    due: date | None
    answered_on: date | None
    ended: bool
    steps: tuple[Step, ...]
    kind: str = ""
    started_on: date | None = None
    level: str = ""
    stopped_on: date | None = None
    asked: ClockEvent | None = None  # an extension that waits for approval
    to_notify: bool = False  # approved, and without effect until the complainant is told
    late_on: date | None = None
    review: Review | None = None

    @property
    def is_late(self) -> bool:
        """Answered after the deadline. R3."""
        return self.late_on is not None

    @property
    def counts_on(self) -> date | None:
        """The day of the answer that counts in R3: the first late one, else the one that stands."""
        return self.late_on or self.answered_on

    @property
    def next_level(self) -> str:
        """The extension that may be asked for next; empty when there is none left."""
        if self.level == FURTHER or self.to_notify:
            return ""
        return FURTHER if self.level == COMPLEX else COMPLEX

    @property
    def running(self) -> bool:
        """Whether somebody still has to answer."""
        return self.started_on is not None and not self.answered_on and not self.ended

    def overdue(self, today: date) -> bool:
        """Not answered though the deadline has passed."""
        return bool(self.due and self.running and today > self.due)

    def days_left(self, today: date) -> int | None:
        """Days until the deadline, negative once it has passed; None when no deadline runs."""
        return (self.due - today).days if self.due and self.running else None
