"""What a service file is made of: entries of a kind, of a day, at a unit; and what they come to."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

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


class Measure(NamedTuple):
    """One column of the sums: what it is called, its unit, the kind of entries it is made of."""

    name: str
    unit: str
    kind: EntryKind
    of: Callable[[Sums], Number | None]


def _count(name: str, beside: str = "") -> Callable[[Sums], Number | None]:
    """A number, none where nothing (of `beside`) was counted."""
    return lambda sums: getattr(sums, name) if getattr(sums, beside or name) else None


MEASURES: Final = (
    Measure("受检", "次", EntryKind.INSPECTION, _count("inspections")),
    Measure("失分", "项", EntryKind.INSPECTION, _count("lost", "inspections")),
    Measure("规范得分率", "%", EntryKind.INSPECTION, lambda sums: sums.standards),
    Measure("表扬", "次", EntryKind.PRAISE, _count("praise")),
    Measure("有效投诉", "次", EntryKind.COMPLAINT, _count("complaints")),
    Measure("知识", "分", EntryKind.QUIZ, lambda sums: sums.knowledge),
    Measure("技能", "分", EntryKind.SKILL, lambda sums: sums.skill),
    Measure("培训", "学时", EntryKind.TRAINING, _count("hours", "trainings")),
    Measure("使用率", "%", EntryKind.DEVICE, lambda sums: sums.usage),
    Measure("满意度", "%", EntryKind.DEVICE, lambda sums: sums.satisfaction),
    Measure("违规", "次", EntryKind.VIOLATION, _count("violations")),
    Measure("处罚", "次", EntryKind.PENALTY, _count("penalties")),
)


def cells(sums: Sums) -> list[tuple[str, str]]:
    """A kind and a text for every measure: whole numbers as they are, others with two places."""
    return [(each.kind.value, _shown(each.of(sums), each.unit)) for each in MEASURES]


def _shown(number: Number | None, unit: str) -> str:
    if number is None:
        return "—"
    if isinstance(number, int):
        return str(number)
    return f"{number:.1f}" if unit == "学时" else f"{number:.2f}"


def _share(part: Number, whole: Number, scale: int = 100) -> Decimal | None:
    return Decimal(scale) * part / Decimal(whole) if whole else None
