"""How one item is scored: its points, mode and parameters. Source: docs/rules.md R1."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from inspections.scoring.figures import (
    ONE,
    ZERO,
    InvalidRule,
    half_width,
    has_places,
    plain,
    quote,
    read_decimal,
)

ALL_OR_NOTHING: Final = "ALL_OR_NOTHING"
DEDUCT: Final = "DEDUCT"
GRADED: Final = "GRADED"
MEASURED: Final = "MEASURED"
MODES: Final = (ALL_OR_NOTHING, DEDUCT, GRADED, MEASURED)

NO: Final = "NO"
SECTION: Final = "SECTION"
SHEET: Final = "SHEET"
RED_LINES: Final = (NO, SECTION, SHEET)

PASSED: Final = "pass"
FAILED: Final = "fail"
NA: Final = "na"
RESULT_WORDS: Final[Mapping[str, str]] = {PASSED: "合格", FAILED: "不合格", NA: "不适用"}

MAX_POINTS: Final = Decimal(10_000)
RESULTS: Final = {word: value for value, word in RESULT_WORDS.items()} | {
    value: value for value in RESULT_WORDS
}
_LIMIT: Final = re.compile(r"(<=|>=)\s*(.*)")


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
            raise InvalidRule(f"未知的一票否决方式“{quote(self.red_line)}”")
        if not (has_places(self.points, 2) and ZERO < self.points <= MAX_POINTS):
            raise InvalidRule(f"分值应大于0、不超过{MAX_POINTS}，至多2位小数")
        _check(self.mode, self.parameters)

    @property
    def parameters(self) -> Parameters:
        return Parameters(self.step, self.grades, self.limit_min, self.limit_max)


def parse_parameters(mode: str, text: str) -> Parameters:
    """The 参数 column of a checklist file: `0.5`, `优=1;良=0.8`, `<=300000`, `>=2;<=5` or empty.

    InvalidRule says in Chinese what is wrong with it.
    """
    _check_mode(mode)
    parameters = _PARSERS[mode](half_width(text))
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


def _parse_nothing(text: str) -> Parameters:
    if text:
        raise InvalidRule(f"“全扣”项目不需要参数，却填了“{quote(text)}”")
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
            raise InvalidRule(f"“{quote(part)}”不是“档名=系数”，应如“优=1;良=0.8;中=0.6;差=0”")
        if name in grades:
            raise InvalidRule(f"档名“{quote(name)}”重复")
        grades[name] = read_decimal(share, InvalidRule)
    return Parameters(grades=grades)


def _parse_limits(text: str) -> Parameters:
    limits: dict[str, Decimal] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        found = _LIMIT.fullmatch(part)
        if found is None:
            raise InvalidRule(f"“{quote(part)}”不是限值，应如“<=300000”或“>=2”")
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
        raise InvalidRule(f"未知的计分方式“{quote(mode)}”")


def _check(mode: str, parameters: Parameters) -> None:
    _check_mode(mode)
    if mode == DEDUCT:
        _check_step(parameters.step)
    elif mode == GRADED:
        _check_grades(parameters.grades)
    elif mode == MEASURED:
        _check_limits(parameters.limit_min, parameters.limit_max)


def _check_step(step: Decimal | None) -> None:
    if step is None or not (has_places(step, 2) and ZERO < step <= MAX_POINTS):
        raise InvalidRule(f"每次扣分应大于0、不超过{MAX_POINTS}，至多2位小数")


def _check_grades(grades: Mapping[str, Decimal]) -> None:
    if not grades:
        raise InvalidRule("“分档”项目的参数应如“优=1;良=0.8;中=0.6;差=0”，不能为空")
    for name, share in grades.items():
        if RESULTS.get(name) == NA:
            raise InvalidRule(f"“{name}”表示不适用，不能用作档名")
        if not (has_places(share, 4) and ZERO <= share <= ONE):
            raise InvalidRule(f"档“{quote(name)}”的系数应在0与1之间，至多4位小数")


def _check_limits(limit_min: Decimal | None, limit_max: Decimal | None) -> None:
    limits = [limit for limit in (limit_min, limit_max) if limit is not None]
    if not limits:
        raise InvalidRule("“实测”项目的参数应为限值，如“<=300000”或“>=2”，不能为空")
    if not all(has_places(limit, 6) for limit in limits):
        raise InvalidRule("限值应为有限的数字，至多6位小数")
    if limits[0] > limits[-1]:
        raise InvalidRule("下限不能大于上限")
