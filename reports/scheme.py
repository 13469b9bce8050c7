"""The numbers of a competition scheme, as data of a version. Source: docs/rules.md R3 to R6."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Self

from outlets.ruledata import InvalidRules, rules_from_json, rules_to_json

DEVICE: Final = "device"
COVERT: Final = "covert"
OPEN: Final = "open"
SPECIAL: Final = "special"
QUIZ: Final = "quiz"
COMPONENT_LABELS: Final[Mapping[str, str]] = {
    DEVICE: "星级柜员牌",
    COVERT: "暗访",
    OPEN: "明查",
    SPECIAL: "专项",
    QUIZ: "业务知识",
}
COMPONENTS: Final = tuple(COMPONENT_LABELS)

REWEIGHT: Final = "REWEIGHT"
ZERO: Final = "ZERO"

COMPLAINT: Final = "COMPLAINT"
PRAISE: Final = "PRAISE"
LATE: Final = "LATE"
OVERDUE: Final = "OVERDUE"
VIOLATION_MINOR: Final = "VIOLATION_MINOR"
VIOLATION_SERIOUS: Final = "VIOLATION_SERIOUS"
VIOLATION_GRAVE: Final = "VIOLATION_GRAVE"
LEADER_LIABILITY: Final = "LEADER_LIABILITY"
CAUSE_LABELS: Final[Mapping[str, str]] = {
    COMPLAINT: "有效投诉",
    PRAISE: "表扬",
    LATE: "逾期答复",
    OVERDUE: "逾期未整改",
    VIOLATION_MINOR: "轻微违规",
    VIOLATION_SERIOUS: "较重违规",
    VIOLATION_GRAVE: "严重违规",
    LEADER_LIABILITY: "领导责任",
}

COMPLAINTS: Final = "complaints"
TIE_BREAKERS: Final = (*COMPONENTS, COMPLAINTS)


_Check = tuple[bool, str]


class InvalidScheme(ValueError):
    """A scheme's numbers cannot be used; the text is Chinese and names the place."""


@dataclass(frozen=True, slots=True)
class SchemeRules:
    """Everything R3 to R6 count with; InvalidScheme when it contradicts itself.

    `values` are what each cause adds, signed; `caps` limit a cause's sum in a month, unsigned.
    `absence_limit` (1, 3) means: absent in more than 1/3 of the closed months is 未参评.
    """

    weights: Mapping[str, Decimal]
    missing: Mapping[str, str]
    usage_target: Decimal
    usage_share: Decimal
    satisfaction_share: Decimal
    values: Mapping[str, Decimal]
    caps: Mapping[str, Decimal]
    floor: Decimal
    ceiling: Decimal
    tie_break: tuple[str, ...]
    least_windows: int
    absence_limit: tuple[int, int]
    rewarded: int
    named: int

    def __post_init__(self) -> None:
        for checks in _CHECKS:
            for holds, reason in checks(self):
                if not holds:
                    raise InvalidScheme(reason)

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return rules_to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse; InvalidScheme for a missing, unknown or malformed entry."""
        try:
            return rules_from_json(cls, data)
        except InvalidRules as error:
            raise InvalidScheme(f"办法{error}") from error


def _in_cents(number: Decimal) -> bool:
    return number.is_finite() and number == round(number, 2)


def _component_checks(rules: SchemeRules) -> Iterator[_Check]:
    names = set(COMPONENTS)
    weights = rules.weights.values()
    yield set(rules.weights) == names, "每个评分项都应有权重，且不能有其他权重"
    yield set(rules.missing) == names, "每个评分项都应说明缺项时如何处理"
    yield all(each.is_finite() and each >= 0 for each in weights), "权重不能为负"
    yield any(weights), "权重不能全为0"
    yield set(rules.missing.values()) <= {REWEIGHT, ZERO}, "缺项只能按权重折算或按0分计"


def _device_checks(rules: SchemeRules) -> Iterator[_Check]:
    shares = (rules.usage_share, rules.satisfaction_share)
    yield 0 < rules.usage_target <= 1, "评价率目标应大于0、不超过1"
    yield min(shares) >= 0 and sum(shares) == 1, "评价率与满意率所占份额之和应为1"


def _adjustment_checks(rules: SchemeRules) -> Iterator[_Check]:
    numbers = [*rules.values.values(), *rules.caps.values(), rules.floor, rules.ceiling]
    yield set(rules.values) == set(CAUSE_LABELS), "每种加减分都应有分值，且不能有其他分值"
    yield set(rules.caps) <= set(CAUSE_LABELS), "加减分限额只能用于已有的加减分"
    yield all(map(_in_cents, numbers)), "加减分、限额和上下限至多2位小数"
    yield all(each >= 0 for each in rules.caps.values()), "加减分限额不能为负"
    yield 0 <= rules.floor <= rules.ceiling, "总分下限不能为负，也不能大于上限"


def _ranking_checks(rules: SchemeRules) -> Iterator[_Check]:
    yield set(rules.tie_break) <= set(TIE_BREAKERS), "同分比较只能用评分项和有效投诉数"
    yield len(set(rules.tie_break)) == len(rules.tie_break), "同分比较的项目不能重复"
    yield rules.least_windows >= 1, "窗口数至少按1计"


def _season_checks(rules: SchemeRules) -> Iterator[_Check]:
    absent, months = rules.absence_limit
    yield 0 <= absent <= months != 0, "缺评限度应为0与1之间的分数"
    yield rules.rewarded >= 0 and rules.named >= 0, "表彰和点名的个数不能为负"


_CHECKS: Final = (
    _component_checks,
    _device_checks,
    _adjustment_checks,
    _ranking_checks,
    _season_checks,
)

DEFAULT_SCHEME: Final = SchemeRules(
    weights={
        DEVICE: Decimal(35),
        COVERT: Decimal(25),
        OPEN: Decimal(25),
        SPECIAL: Decimal(10),
        QUIZ: Decimal(5),
    },
    missing=dict.fromkeys(COMPONENTS, REWEIGHT),
    usage_target=Decimal("0.80"),
    usage_share=Decimal("0.6"),
    satisfaction_share=Decimal("0.4"),
    values={
        COMPLAINT: Decimal("-2.00"),
        PRAISE: Decimal("0.50"),
        LATE: Decimal("-0.50"),
        OVERDUE: Decimal("-1.00"),
        VIOLATION_MINOR: Decimal("-0.50"),
        VIOLATION_SERIOUS: Decimal("-2.00"),
        VIOLATION_GRAVE: Decimal("-5.00"),
        LEADER_LIABILITY: Decimal("0.00"),
    },
    caps={PRAISE: Decimal("2.00")},
    floor=Decimal(0),
    ceiling=Decimal(110),
    tie_break=(COVERT, COMPLAINTS, OPEN),
    least_windows=1,
    absence_limit=(1, 3),
    rewarded=3,
    named=2,
)
"""The numbers that ship; every later version of a scheme is data."""
