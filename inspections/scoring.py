"""What an answered item and a whole inspection are worth. Source: docs/rules.md R1 and R2."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, localcontext
from typing import Final

ALL_OR_NOTHING: Final = "ALL_OR_NOTHING"
DEDUCT: Final = "DEDUCT"
GRADED: Final = "GRADED"
MEASURED: Final = "MEASURED"
MODES: Final = (ALL_OR_NOTHING, DEDUCT, GRADED, MEASURED)

NO: Final = "NO"
SECTION: Final = "SECTION"
SHEET: Final = "SHEET"
RED_LINES: Final = (NO, SECTION, SHEET)

POINTS: Final = "POINTS"
WEIGHTED: Final = "WEIGHTED"
SCORINGS: Final = (POINTS, WEIGHTED)

PASSED: Final = "pass"
FAILED: Final = "fail"
NA: Final = "na"
RESULT_WORDS: Final[Mapping[str, str]] = {PASSED: "合格", FAILED: "不合格", NA: "不适用"}

MAX_POINTS: Final = Decimal(10_000)
MAX_FAULTS: Final = Decimal(9_999)

EXACT: Final = Context(prec=2_000, traps=[DivisionByZero, Inexact, InvalidOperation])
"""Sums and products made under this context are exact, or raise: figures are divided once, last."""

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_RESULTS: Final = {word: value for value, word in RESULT_WORDS.items()} | {
    value: value for value in RESULT_WORDS
}
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?")
_LIMIT: Final = re.compile(r"(<=|>=)\s*(.*)")
_HALF_WIDTH: Final = {
    **dict(zip(map(ord, "０１２３４５６７８９．；＝＜＞＋－−"), "0123456789.;=<>+--", strict=True)),
    ord("≤"): "<=",
    ord("≥"): ">=",
}
_QUOTED: Final = 20


class ScoringError(ValueError):
    """A rule or an answer that cannot be scored; the text is Chinese and names the reason."""


class InvalidRule(ScoringError):
    """An item's points, mode or parameters make no sense."""


class InvalidAnswer(ScoringError):
    """An answer's value does not fit its item."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a mode needs besides the points; what the mode does not use stays empty."""

    step: Decimal | None = None
    grades: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    limit_min: Decimal | None = None
    limit_max: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ItemRule:
    """How one item is scored; InvalidRule when its parts contradict each other. R1."""

    points: Decimal
    mode: str
    step: Decimal | None = None
    grades: Mapping[str, Decimal] = field(default_factory=dict, hash=False)
    limit_min: Decimal | None = None
    limit_max: Decimal | None = None
    allows_na: bool = False
    red_line: str = NO

    def __post_init__(self) -> None:
        if self.red_line not in RED_LINES:
            raise InvalidRule(f"未知的一票否决方式“{_quote(self.red_line)}”")
        if not (_has_places(self.points, 2) and _ZERO < self.points <= MAX_POINTS):
            raise InvalidRule(f"分值应大于0、不超过{MAX_POINTS}，至多2位小数")
        _check(self.mode, self.parameters)

    @property
    def parameters(self) -> Parameters:
        return Parameters(self.step, self.grades, self.limit_min, self.limit_max)


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


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One item's mark with what a red line needs to know of it."""

    code: str
    mark: Mark
    red_line: str = NO


@dataclass(frozen=True, slots=True)
class ScoredSection:
    """The answered items of one section; the weight counts on WEIGHTED checklists only."""

    name: str
    items: Sequence[ScoredItem]
    weight: Decimal = _ONE


@dataclass(frozen=True, slots=True)
class SectionTotal:
    """A section's points: as answered (`given`), and after its red line (`earned`)."""

    name: str
    weight: Decimal
    possible: Decimal
    given: Decimal
    earned: Decimal
    zeroed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """An inspection's score (0..100, two places, None when nothing applied) and its parts.

    `zeroed_by` names the SHEET red-line items that made score and earned 0; the sections keep
    their own figures.
    """

    score: Decimal | None
    possible: Decimal
    given: Decimal
    earned: Decimal
    sections: tuple[SectionTotal, ...]
    zeroed_by: tuple[str, ...]


def stored(numerator: Decimal, denominator: Decimal = _ONE) -> Decimal:
    """The figure as it is stored or shown: two places, ROUND_HALF_UP of the exact quotient.

    For numerator >= 0 and denominator > 0, which are all the figures there are.
    """
    halves = EXACT.divide_int(EXACT.multiply(numerator, Decimal(200)), denominator)
    return EXACT.scaleb(EXACT.divide_int(EXACT.add(halves, _ONE), Decimal(2)), -2)


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no trailing zeros, no minus before 0."""
    return format(number.normalize(EXACT), "f") if number else "0"


def read_decimal(text: str, error: type[ScoringError] = ScoringError) -> Decimal:
    """A decimal from ASCII text; NaN, exponents, separators and absurd lengths raise the error."""
    if not _NUMBER.fullmatch(text):
        raise error(f"“{_quote(text)}”不是有效的数字（至多12位整数、6位小数，不带单位和千分号）")
    return Decimal(text)


def read(rule: ItemRule, text: str) -> Given:
    """An answer from its text, canonical or as people write it (合格, 不适用, full-width digits).

    InvalidAnswer says in Chinese why it does not fit. R1.
    """
    text = text.strip().translate(_HALF_WIDTH)
    if _RESULTS.get(text) == NA:
        if not rule.allows_na:
            raise InvalidAnswer("该项目不允许填“不适用”")
        return Given(NA, Mark(_ZERO, _ZERO))
    value, earned = _READERS[rule.mode](rule, text)
    return Given(value, Mark(rule.points, earned))


def mark(rule: ItemRule, value: str) -> Mark:
    """What an answer earns; InvalidAnswer as in `read`. R1."""
    return read(rule, value).mark


def ratio(marks: Iterable[Mark]) -> Decimal | None:
    """Share of the points earned, 0..1, unrounded; None when nothing applied."""
    possible, earned = _sums(marks)
    return earned / possible if possible else None


def score(scoring: str, sections: Iterable[ScoredSection]) -> Result:
    """An inspection's score, stored form, with the effect of every red line. R2."""
    if scoring not in SCORINGS:
        raise InvalidRule(f"未知的计分方式“{_quote(scoring)}”")
    sections = tuple(sections)
    totals = tuple(map(_section_total, sections))
    zeroed_by = tuple(item.code for section in sections for item in _crossed(section, SHEET))
    with localcontext(EXACT):
        return Result(
            score=_ZERO.scaleb(-2) if zeroed_by else _score(scoring, totals),
            possible=sum((total.possible for total in totals), _ZERO),
            given=sum((total.given for total in totals), _ZERO),
            earned=_ZERO if zeroed_by else sum((total.earned for total in totals), _ZERO),
            sections=totals,
            zeroed_by=zeroed_by,
        )


def parse_parameters(mode: str, text: str) -> Parameters:
    """The 参数 column of a checklist file: `0.5`, `优=1;良=0.8`, `<=300000`, `>=2;<=5` or empty.

    InvalidRule says in Chinese what is wrong with it.
    """
    _check_mode(mode)
    parameters = _PARSERS[mode](text.strip().translate(_HALF_WIDTH))
    _check(mode, parameters)
    return parameters


def format_parameters(mode: str, parameters: Parameters) -> str:
    """The inverse of `parse_parameters`."""
    if mode == DEDUCT and parameters.step is not None:
        return plain(parameters.step)
    if mode == GRADED:
        return ";".join(f"{name}={plain(share)}" for name, share in parameters.grades.items())
    if mode == MEASURED:
        limits = ((">=", parameters.limit_min), ("<=", parameters.limit_max))
        return ";".join(f"{sign}{plain(limit)}" for sign, limit in limits if limit is not None)
    return ""


def _quote(text: str) -> str:
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _has_places(number: Decimal, places: int) -> bool:
    if not number.is_finite():
        return False
    exponent = number.normalize(EXACT).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -places


def _read_pass(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    value = _RESULTS.get(text)
    if value is None:
        raise InvalidAnswer(f"结果应为“合格”或“不合格”，不能是“{_quote(text)}”")
    return value, rule.points if value == PASSED else _ZERO


def _read_faults(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    faults = read_decimal(text, InvalidAnswer)
    if faults < 0 or faults % 1:
        raise InvalidAnswer(f"差错次数应为非负整数，不能是“{_quote(text)}”")
    if faults > MAX_FAULTS:
        raise InvalidAnswer(f"差错次数不能超过{MAX_FAULTS}次")
    return plain(faults), max(_ZERO, rule.points - faults * (rule.step or _ZERO))


def _read_grade(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    if text not in rule.grades:
        raise InvalidAnswer(f"没有“{_quote(text)}”这一档，可选：{'、'.join(rule.grades)}")
    return text, rule.grades[text] * rule.points


def _read_measure(rule: ItemRule, text: str) -> tuple[str, Decimal]:
    number = read_decimal(text, InvalidAnswer)
    above = rule.limit_min is None or number >= rule.limit_min
    below = rule.limit_max is None or number <= rule.limit_max
    return plain(number), rule.points if above and below else _ZERO


_READERS: Final[Mapping[str, Callable[[ItemRule, str], tuple[str, Decimal]]]] = {
    ALL_OR_NOTHING: _read_pass,
    DEDUCT: _read_faults,
    GRADED: _read_grade,
    MEASURED: _read_measure,
}


def _parse_nothing(text: str) -> Parameters:
    if text:
        raise InvalidRule(f"“全扣”项目不需要参数，却填了“{_quote(text)}”")
    return Parameters()


def _parse_step(text: str) -> Parameters:
    if not text:
        raise InvalidRule("“次扣”项目的参数应为每次扣分，如“0.5”，不能为空")
    return Parameters(step=read_decimal(text, InvalidRule))


def _parse_grades(text: str) -> Parameters:
    grades: dict[str, Decimal] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, share = map(str.strip, part.partition("="))
        if not (name and equals):
            raise InvalidRule(f"“{_quote(part)}”不是“档名=系数”，应如“优=1;良=0.8;中=0.6;差=0”")
        if name in grades:
            raise InvalidRule(f"档名“{_quote(name)}”重复")
        grades[name] = read_decimal(share, InvalidRule)
    return Parameters(grades=grades)


def _parse_limits(text: str) -> Parameters:
    limits: dict[str, Decimal] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        found = _LIMIT.fullmatch(part)
        if found is None:
            raise InvalidRule(f"“{_quote(part)}”不是限值，应如“<=300000”或“>=2”")
        if found[1] in limits:
            raise InvalidRule(f"限值“{found[1]}”重复")
        limits[found[1]] = read_decimal(found[2], InvalidRule)
    return Parameters(limit_min=limits.get(">="), limit_max=limits.get("<="))


_PARSERS: Final[Mapping[str, Callable[[str], Parameters]]] = {
    ALL_OR_NOTHING: _parse_nothing,
    DEDUCT: _parse_step,
    GRADED: _parse_grades,
    MEASURED: _parse_limits,
}


def _check_mode(mode: str) -> None:
    if mode not in MODES:
        raise InvalidRule(f"未知的计分方式“{_quote(mode)}”")


def _check(mode: str, parameters: Parameters) -> None:
    _check_mode(mode)
    if mode == DEDUCT:
        _check_step(parameters.step)
    elif mode == GRADED:
        _check_grades(parameters.grades)
    elif mode == MEASURED:
        _check_limits(parameters.limit_min, parameters.limit_max)


def _check_step(step: Decimal | None) -> None:
    if step is None or not (_has_places(step, 2) and _ZERO < step <= MAX_POINTS):
        raise InvalidRule(f"每次扣分应大于0、不超过{MAX_POINTS}，至多2位小数")


def _check_grades(grades: Mapping[str, Decimal]) -> None:
    if not grades:
        raise InvalidRule("“分档”项目的参数应如“优=1;良=0.8;中=0.6;差=0”，不能为空")
    for name, share in grades.items():
        if _RESULTS.get(name) == NA:
            raise InvalidRule(f"“{name}”表示不适用，不能用作档名")
        if not (_has_places(share, 4) and _ZERO <= share <= _ONE):
            raise InvalidRule(f"档“{_quote(name)}”的系数应在0与1之间，至多4位小数")


def _check_limits(limit_min: Decimal | None, limit_max: Decimal | None) -> None:
    limits = [limit for limit in (limit_min, limit_max) if limit is not None]
    if not limits:
        raise InvalidRule("“实测”项目的参数应为限值，如“<=300000”或“>=2”，不能为空")
    if not all(_has_places(limit, 6) for limit in limits):
        raise InvalidRule("限值应为有限的数字，至多6位小数")
    if limits[0] > limits[-1]:
        raise InvalidRule("下限不能大于上限")


def _sums(marks: Iterable[Mark]) -> tuple[Decimal, Decimal]:
    marks = list(marks)
    possible = sum((m.possible for m in marks), _ZERO)
    return possible, sum((m.earned for m in marks), _ZERO)


def _crossed(section: ScoredSection, red_line: str) -> list[ScoredItem]:
    return [
        item
        for item in section.items
        if item.red_line == red_line and item.mark.earned < item.mark.possible
    ]


def _section_total(section: ScoredSection) -> SectionTotal:
    if not (section.weight.is_finite() and section.weight >= 0):
        raise InvalidRule(f"模块“{_quote(section.name)}”的权重不能为负")
    possible, given = _sums(item.mark for item in section.items)
    zeroed_by = tuple(item.code for item in _crossed(section, SECTION))
    earned = _ZERO if zeroed_by else given
    return SectionTotal(section.name, section.weight, possible, given, earned, zeroed_by)


def _score(scoring: str, totals: Iterable[SectionTotal]) -> Decimal | None:
    applied = [total for total in totals if total.possible]
    earned, possible = _points(applied) if scoring == POINTS else _weighted(applied)
    return stored(100 * earned, possible) if possible else None


def _points(totals: Sequence[SectionTotal]) -> tuple[Decimal, Decimal]:
    earned = sum((total.earned for total in totals), _ZERO)
    return earned, sum((total.possible for total in totals), _ZERO)


def _weighted(totals: Sequence[SectionTotal]) -> tuple[Decimal, Decimal]:
    """Numerator and denominator of the weighted mean, so that it is divided only once."""
    earned, possible = _ZERO, _ONE
    for total in totals:
        earned = earned * total.possible + total.weight * total.earned * possible
        possible *= total.possible
    return earned, possible * sum((total.weight for total in totals), _ZERO)
