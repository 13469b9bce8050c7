"""What a service file is made of: entries of a kind, of a day, at a unit; and what they come to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.urls import reverse

from tellers.models import FileComment

Number = Decimal | int


class EntryKind(models.TextChoices):
    """What an entry is about."""

    POSTING = "POSTING", "任职"
    INSPECTION = "INSPECTION", "检查"
    PRAISE = "PRAISE", "表扬"
    COMPLAINT = "COMPLAINT", "投诉"
    QUIZ = "QUIZ", "知识测试"
    SKILL = "SKILL", "技能测试"
    TRAINING = "TRAINING", "培训"
    DEVICE = "DEVICE", "评价器"
    VIOLATION = "VIOLATION", "违规"
    PENALTY = "PENALTY", "处罚"
    STAR = "STAR", "星级"


GOOD: Final = "good"
BAD: Final = "bad"
ICONS: Final[Mapping[str, str]] = {
    EntryKind.POSTING: "briefcase",
    EntryKind.INSPECTION: "clipboard-check",
    EntryKind.PRAISE: "thumb-up",
    EntryKind.COMPLAINT: "message-report",
    EntryKind.QUIZ: "book",
    EntryKind.SKILL: "keyboard",
    EntryKind.TRAINING: "school",
    EntryKind.DEVICE: "device-tablet",
    EntryKind.VIOLATION: "alert-triangle",
    EntryKind.PENALTY: "gavel",
    EntryKind.STAR: "star",
}


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry: `counts` are what it adds to a year's sums, `page` what it links to."""

    kind: EntryKind
    pk: int
    day: date
    unit: str = ""
    title: str
    text: str = ""
    details: tuple[str, ...] = ()
    tone: str = ""
    counts: Mapping[str, Number] = field(default_factory=dict)
    page: tuple[str, int] | None = None  # URL name and key, where the reader may open it
    comments: list[FileComment] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What comments name the entry by."""
        return f"{self.kind.value}:{self.pk}"

    @property
    def url(self) -> str:
        """Its page, where the reader may open it."""
        return reverse(self.page[0], args=[self.page[1]]) if self.page else ""

    @property
    def icon(self) -> str:
        """Its picture."""
        return ICONS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What entries come to; a share or a mean is None where nothing was counted."""

    inspections: int = 0
    items: int = 0
    lost: int = 0
    earned: Decimal = Decimal(0)
    possible: Decimal = Decimal(0)
    praise: int = 0
    complaints: int = 0  # valid ones
    quizzes: int = 0
    quiz_points: Decimal = Decimal(0)
    skills: int = 0
    skill_points: Decimal = Decimal(0)
    trainings: int = 0
    hours: Decimal = Decimal(0)
    violations: int = 0
    penalties: int = 0
    fines: Decimal = Decimal(0)
    transactions: int = 0
    evaluations: int = 0
    satisfied: int = 0

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Sums":
        """Added up."""
        counts: defaultdict[str, Any] = defaultdict(int)
        for entry in entries:
            for name, number in entry.counts.items():
                counts[name] += number
        return cls(**counts)

    @property
    def standards(self) -> Decimal | None:
        """Points earned of those possible in attributed items, in percent (R8)."""
        return _share(self.earned, self.possible)

    @property
    def knowledge(self) -> Decimal | None:
        """The mean of the quizzes."""
        return _share(self.quiz_points, self.quizzes, 1)

    @property
    def skill(self) -> Decimal | None:
        """The mean of the skill tests."""
        return _share(self.skill_points, self.skills, 1)

    @property
    def usage(self) -> Decimal | None:
        """Evaluations of transactions, in percent (R3)."""
        return _share(self.evaluations, self.transactions)

    @property
    def satisfaction(self) -> Decimal | None:
        """Satisfied answers of all, in percent (R3)."""
        return _share(self.satisfied, self.evaluations)


def _share(part: Number, whole: Number, scale: int = 100) -> Decimal | None:
    return Decimal(scale) * part / Decimal(whole) if whole else None
