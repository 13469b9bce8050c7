"""What an answered item is worth. Source: docs/rules.md R1."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from inspections.scoring.figures import ZERO, InvalidAnswer, half_width, plain, quote, read_decimal
from inspections.scoring.items import (
    ALL_OR_NOTHING,
    DEDUCT,
    GRADED,
    MEASURED,
    NA,
    PASSED,
    RESULTS,
    ItemRule,
)

MAX_FAULTS: Final = Decimal(9_999)


@dataclass(frozen=True, slots=True)
class Mark:
    """One answered item, in points; both sides 0 when it does not apply. R1."""

    possible: Decimal
    earned: Decimal


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it is stored: its value in canonical text, and what that is worth.

    The value is `pass`/`fail`, a fault count, a grade's name, a decimal number, or `na`.
    """

    value: str
    mark: Mark


def read(rule: ItemRule, text: str) -> Given:
    """An answer from its text, canonical or as people write it (合格, 不适用, full-width digits).

    InvalidAnswer says in Chinese why it does not fit. R1.
    """
    text = half_width(text)
    if RESULTS.get(text) == NA:
        if not rule.allows_na:
            raise InvalidAnswer("该项目不允许填“不适用”")
        return Given(NA, Mark(ZERO, ZERO))
    value, earned = _READERS[rule.mode](rule, text)
    return Given(value, Mark(rule.points, earned))


def mark(rule: ItemRule, value: str) -> Mark:
    """What an answer earns; InvalidAnswer as in `read`. R1."""
    return read(rule, value).mark


def ratio(marks: Iterable[Mark]) -> Decimal | None:
    """Share of the points earned, 0..1, unrounded; None when nothing applied."""
    possible, earned = sums(marks)
    return earned / possible if possible else None


def _read_pass(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    value = RESULTS.get(text)
    if value is None:
        raise InvalidAnswer(f"结果应为“合格”或“不合格”，不能是“{quote(text)}”")
    return value, rule.points if value == PASSED else ZERO


def _read_faults(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    faults = read_decimal(text, InvalidAnswer)
    if faults < 0 or faults % 1:
        raise InvalidAnswer(f"差错次数应为非负整数，不能是“{quote(text)}”")
    if faults > MAX_FAULTS:
        raise InvalidAnswer(f"差错次数不能超过{MAX_FAULTS}次")
    return plain(faults), max(ZERO, rule.points - faults * (rule.step or ZERO))


def _read_grade(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    if text not in rule.grades:
        raise InvalidAnswer(f"没有“{quote(text)}”这一档，可选：{'、'.join(rule.grades)}")
    return text, rule.grades[text] * rule.points


def _read_measure(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    number = read_decimal(text, InvalidAnswer)
    above = rule.limit_min is None or number >= rule.limit_min
    below = rule.limit_max is None or number <= rule.limit_max
    return plain(number), rule.points if above and below else ZERO


_READERS: Final[Mapping[str, Callable[[ItemRule, str], tuple[str, Decimal]]]] = {
    ALL_OR_NOTHING: _read_pass,
    DEDUCT: _read_faults,
    GRADED: _read_grade,
    MEASURED: _read_measure,
}


def sums(marks: Iterable[Mark]) -> tuple[Decimal, Decimal]:
    """The points possible and earned."""
    marks = list(marks)
    possible = sum((m.possible for m in marks), ZERO)
    return possible, sum((m.earned for m in marks), ZERO)
