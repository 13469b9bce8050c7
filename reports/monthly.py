"""A month's figures for an outlet and for an institution. Source: docs/rules.md R3 and R5."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, localcontext
from typing import Final, NamedTuple

from inspections.scoring import EXACT, stored
from reports.scheme import (
    CAUSE_LABELS,
    COMPLAINT,
    COMPONENTS,
    COVERT,
    DEVICE,
    OPEN,
    QUIZ,
    SPECIAL,
    ZERO,
    SchemeRules,
)

Key = int | str
Scored = tuple[Key, Decimal | None]

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_NO_POINTS: Final = Decimal("0.00")
_ID_WIDTH: Final = 40
# Evaluations, transactions and the satisfied in the arithmetic of `_device`.
_COUNTED: Final = re.compile(r"min\(1,(\d+)/(\d+)/[^)]+\)\+[\d.]+×(?:(\d+)/|0\))")


class InvalidFacts(ValueError):
    """Facts no month can contain; the text is Chinese."""


class Cause(NamedTuple):
    """One reason to add or deduct: its kind, the row it comes from, its date, how many times."""

    kind: str
    id: Key
    day: date
    times: int = 1


class Line(NamedTuple):
    """How one figure came about; a JSON column stores it as a list of four."""

    rule: str
    ids: tuple[Key, ...]
    text: str
    value: str | None


@dataclass(frozen=True, slots=True)
class DeviceSums:
    """Sums over the outlet's tellers; `satisfied` takes in 非常满意 and 满意."""

    transactions: int
    evaluations: int
    satisfied: int
    ids: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        if self.transactions < 0 or not 0 <= self.satisfied <= self.evaluations:
            raise InvalidFacts("评价数据有误：笔数不能为负，满意笔数不能超过评价笔数")


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """What a month holds for one unit: (id, score) per channel and quiz, the rest as named.

    `liabilities` count for an institution alone, whether or not it serves customers (R5).
    """

    open: Sequence[Scored] = ()
    covert: Sequence[Scored] = ()
    special: Sequence[Scored] = ()
    quiz: Sequence[Scored] = ()
    device: DeviceSums | None = None
    causes: Sequence[Cause] = ()
    liabilities: Sequence[Cause] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One outlet of an institution with its stored figures; `total` None when 未参评."""

    id: Key
    windows: int
    total: Decimal | None
    components: Mapping[str, Decimal] = field(default_factory=dict)
    complaints: int = 0


class Adjustment(NamedTuple):
    """One addition or deduction that counted, in points, after its cap."""

    kind: str
    id: Key
    day: date
    times: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of one unit, everything in stored form; `base` and `total` None when 未参评."""

    components: Mapping[str, Decimal]
    base: Decimal | None
    adjustments: tuple[Adjustment, ...]
    complaints: int
    total: Decimal | None
    lines: list[Line]

    @property
    def adjustment(self) -> Decimal:
        """加减分: the sum of all adjustments, before the bounds of the total."""
        return sum((each.value for each in self.adjustments), _NO_POINTS)


class _Part(NamedTuple):
    """A component kept as numerator and denominator, so that only the base is divided."""

    name: str
    numerator: Decimal
    denominator: Decimal
    shown: Decimal
    ids: tuple[Key, ...]
    text: str


def outlet_month(rules: SchemeRules, facts: OutletFacts) -> MonthFigures:
    """An outlet's components, adjustments and total of one month. R3."""
    with localcontext(EXACT):
        parts = [part for part in _parts(rules, facts) if part]
        components = {part.name: part.shown for part in parts}
        lines = [Line(f"R3.{part.name}", part.ids, part.text, str(part.shown)) for part in parts]
        base = _base(rules, parts, lines)
        return _figures("R3", rules, components, base, facts.causes, lines)


def institution_month(
    rules: SchemeRules, members: Iterable[Member], causes: Sequence[Cause] = ()
) -> MonthFigures:
    """An institution's figures from its outlets' stored ones, and its own adjustments. R5."""
    members = list(members)
    with localcontext(EXACT):
        components: dict[str, Decimal] = {}
        lines: list[Line] = []
        for name in COMPONENTS:
            held = [(m, m.components[name]) for m in members if name in m.components]
            if held:
                components[name] = _by_windows(f"R5.{name}", rules, held, lines)
        ranked = [(m, m.total) for m in members if m.total is not None]
        base = _by_windows("R5.base", rules, ranked, lines) if ranked else None
        if base is None:
            lines.append(Line("R5.base", (), "没有参评网点，未参评", None))
        figures = _figures("R5", rules, components, base, causes, lines)
    complaints = sum(member.complaints for member in members)
    return replace(figures, complaints=figures.complaints + complaints)


def _parts(rules: SchemeRules, facts: OutletFacts) -> tuple[_Part | None, ...]:
    return (
        _device(rules, facts.device),
        _mean(COVERT, facts.covert),
        _mean(OPEN, facts.open),
        _mean(SPECIAL, facts.special),
        _mean(QUIZ, facts.quiz),
    )


def _mean(name: str, scored: Sequence[Scored]) -> _Part | None:
    held = [(key, score) for key, score in scored if score is not None]
    if not held:
        return None
    total = sum((score for _, score in held), _ZERO)
    count = Decimal(len(held))
    shown = stored(total, count)
    text = "+".join([str(score) for _, score in held])
    if len(held) > 1:
        text = f"({text})/{count}{_sign(shown * count, total)}{shown}"
    return _Part(name, total, count, shown, tuple([key for key, _ in held]), text)


def _device(rules: SchemeRules, sums: DeviceSums | None) -> _Part | None:
    """100·(usage_share·min(1, U/usage_target) + satisfaction_share·S) over one denominator."""
    if sums is None or not sums.transactions:
        return None
    answered = Decimal(sums.evaluations)
    wanted = sums.transactions * rules.usage_target
    asked = max(answered, _ONE)
    usage = rules.usage_share * min(answered, wanted) * asked
    total = 100 * (usage + rules.satisfaction_share * sums.satisfied * wanted)
    shown = stored(total, wanted * asked)
    text = (
        f"100×({rules.usage_share}×min(1,{answered}/{sums.transactions}/{rules.usage_target})"
        f"+{rules.satisfaction_share}×{f'{sums.satisfied}/{answered}' if answered else 0})"
        f"{_sign(shown * wanted * asked, total)}{shown}"
    )
    return _Part(DEVICE, total, wanted * asked, shown, sums.ids, text)


def device_sums(line: Line) -> DeviceSums:
    """The sums that the line of a device component was made of, read from its arithmetic."""
    found = _COUNTED.search(line.text)
    if found is None:
        raise InvalidFacts(f"无法识别的算式“{line.text}”")
    evaluations, transactions, satisfied = (int(each or 0) for each in found.groups())
    return DeviceSums(transactions, evaluations, satisfied, tuple(line.ids))


def _base(rules: SchemeRules, parts: Sequence[_Part], lines: list[Line]) -> Decimal | None:
    names = {part.name for part in parts}
    if names.isdisjoint((OPEN, COVERT)):
        lines.append(Line("R3.base", (), "本月无明查、暗访成绩，未参评", None))
        return None
    numerator, denominator, weights, checked = _ZERO, _ONE, _ZERO, _ZERO
    terms: list[str] = []
    for part in (*parts, *_zeroed(rules, names)):
        weight = rules.weights[part.name]
        numerator = numerator * part.denominator + weight * part.numerator * denominator
        denominator *= part.denominator
        weights += weight
        checked += weight * part.shown
        terms.append(f"{weight}×{part.shown}")
    if not weights:
        lines.append(Line("R3.base", (), "已有成绩的权重均为0，未参评", None))
        return None
    base = stored(numerator, denominator * weights)
    text = f"({'+'.join(terms)})/{weights}{_sign(base * weights, checked)}{base}"
    lines.append(Line("R3.base", (), text, str(base)))
    return base


def _zeroed(rules: SchemeRules, present: set[str]) -> Iterator[_Part]:
    for name in COMPONENTS:
        if name not in present and rules.missing[name] == ZERO:
            yield _Part(name, _ZERO, _ONE, _NO_POINTS, (), "")


def _by_windows(
    rule: str, rules: SchemeRules, held: Sequence[tuple[Member, Decimal]], lines: list[Line]
) -> Decimal:
    weighted = [(max(rules.least_windows, member.windows), value) for member, value in held]
    windows = Decimal(sum(count for count, _ in weighted))
    total = sum((count * value for count, value in weighted), _ZERO)
    mean = stored(total, windows)
    terms = "+".join(f"{count}×{value}" for count, value in weighted)
    text = f"({terms})/{windows}{_sign(mean * windows, total)}{mean}"
    lines.append(Line(rule, tuple(member.id for member, _ in held), text, str(mean)))
    return mean


def _figures(
    prefix: str,
    rules: SchemeRules,
    components: Mapping[str, Decimal],
    base: Decimal | None,
    causes: Sequence[Cause],
    lines: list[Line],
) -> MonthFigures:
    adjustments = tuple(_adjust(prefix, rules, causes, lines)) if causes else ()
    change = sum((each.value for each in adjustments), _NO_POINTS)
    total = None if base is None else _total(prefix, rules, base, change, lines)
    complaints = sum(each.times for each in adjustments if each.kind == COMPLAINT)
    return MonthFigures(components, base, adjustments, complaints, total, lines)


def _adjust(
    prefix: str, rules: SchemeRules, causes: Sequence[Cause], lines: list[Line]
) -> Iterator[Adjustment]:
    """One adjustment per cause by date; what exceeds the cap of its kind counts 0."""
    used: dict[str, Decimal] = {}
    for cause in sorted(causes, key=_by_date):
        asked = _asked(rules, cause)
        room = rules.caps.get(cause.kind, abs(asked) + used.get(cause.kind, _ZERO))
        size = min(abs(asked), room - used.get(cause.kind, _ZERO))
        used[cause.kind] = used.get(cause.kind, _ZERO) + size
        value = stored(size).copy_sign(asked)
        text = f"{cause.day} {CAUSE_LABELS[cause.kind]} {_times(rules, cause)}"
        if size != abs(asked):
            text += f"，本月合计限{room}，计{value:+}"
        lines.append(Line(f"{prefix}.{cause.kind}", (cause.id,), text, str(value)))
        yield Adjustment(*cause, value)


def _by_date(cause: Cause) -> tuple[date, str, str]:
    return cause.day, cause.kind, str(cause.id).rjust(_ID_WIDTH)


def _asked(rules: SchemeRules, cause: Cause) -> Decimal:
    if cause.kind not in rules.values:
        raise InvalidFacts(f"未知的加减分事由“{cause.kind}”")
    if cause.times < 1:
        raise InvalidFacts("加减分事由的次数至少为1")
    return rules.values[cause.kind] * cause.times


def _times(rules: SchemeRules, cause: Cause) -> str:
    each = rules.values[cause.kind]
    return f"{each:+}" if cause.times == 1 else f"{cause.times}×({each:+})={cause.times * each:+}"


def _total(
    prefix: str, rules: SchemeRules, base: Decimal, change: Decimal, lines: list[Line]
) -> Decimal:
    """The bounded total; rounding the base first gives the same, as adjustments are whole cents."""
    summed = base + change
    total = stored(min(rules.ceiling, max(rules.floor, summed)))
    text = f"{base}{change:+}" if change else str(base)
    if summed < rules.floor:
        text = f"max({rules.floor},{text})"
    elif summed > rules.ceiling:
        text = f"min({rules.ceiling},{text})"
    text = text if text == str(total) else f"{text}={total}"
    lines.append(Line(f"{prefix}.total", (), text, str(total)))
    return total


def _sign(shown: Decimal, exact: Decimal) -> str:
    return "=" if shown == exact else "≈"
