"""What the evaluation device says (S15): usage, satisfaction, and what jumps. Pure.

Usage is evaluations of transactions, satisfaction the satisfied answers of all evaluations (R3);
both here in percent, unrounded, and None where there is nothing to share.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

LOW_USAGE: Final = Decimal(40)  # below it somebody hardly uses the device
BEFORE: Final = 3  # months that a month is held against
# A jump: so many times the mean of before or less than that part of it; points of a share.
_TIMES: Final = 3
_USAGE_POINTS: Final = 30
_SATISFACTION_POINTS: Final = 20
# Fewer than these say nothing.
_MANY_TRANSACTIONS: Final = 100
_MANY_EVALUATIONS: Final = 30


@dataclass(frozen=True, slots=True)
class Counts:
    """What the device counted, of one person's month or of many."""

    transactions: int = 0
    evaluations: int = 0
    very_satisfied: int = 0
    satisfied: int = 0
    neutral: int = 0
    dissatisfied: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNTED))

    @property
    def pleased(self) -> int:
        """The satisfied answers of both kinds."""
        return self.very_satisfied + self.satisfied

    @property
    def usage(self) -> Decimal | None:
        """In percent."""
        return _percent(self.evaluations, self.transactions)

    @property
    def satisfaction(self) -> Decimal | None:
        """In percent."""
        return _percent(self.pleased, self.evaluations)


COUNTED: Final = tuple(each.name for each in fields(Counts))


def total(counts: Sequence[Counts]) -> Counts:
    """All together."""
    return sum(counts, Counts())


def jumps(now: Counts, before: Sequence[Counts]) -> tuple[str, ...]:
    """What of a person's month is far from the months before, in Chinese; empty: nothing.

    A jump is no error: the file is taken in, and somebody should look.
    """
    if not before:
        return ()
    then = total(before)
    enough = min(now.evaluations, then.evaluations) >= _MANY_EVALUATIONS
    found = (
        _volume(now.transactions, Decimal(then.transactions) / len(before), len(before)),
        _share("使用率", now.usage, then.usage, _USAGE_POINTS),
        _share("满意度", now.satisfaction, then.satisfaction, _SATISFACTION_POINTS)
        if enough
        else "",
    )
    return tuple(words for words in found if words)


def _volume(now: int, mean: Decimal, months: int) -> str:
    if max(Decimal(now), mean) < _MANY_TRANSACTIONS or mean / _TIMES < now < mean * _TIMES:
        return ""
    return f"业务笔数 {now}，前 {months} 个月平均 {mean:.0f}"


def _share(name: str, now: Decimal | None, then: Decimal | None, points: int) -> str:
    if now is None or then is None or abs(now - then) < points:
        return ""
    return f"{name} {now:.2f}%，此前 {then:.2f}%"


def _percent(part: int, whole: int) -> Decimal | None:
    return Decimal(100) * part / whole if whole else None
