"""The numbers of a star scheme, as data of a version. Source: docs/rules.md R8."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from outlets.months import Month
from outlets.ruledata import InvalidRules, rules_from_json, rules_to_json

SKILL: Final = "skill"
QUALITY: Final = "quality"
EFFICIENCY: Final = "efficiency"
STANDARDS: Final = "standards"
DISCIPLINE: Final = "discipline"
DIMENSION_LABELS: Final[Mapping[str, str]] = {
    SKILL: "服务技能",
    QUALITY: "服务质量",
    EFFICIENCY: "服务效率",
    STANDARDS: "服务规范",
    DISCIPLINE: "服务纪律",
}
DIMENSIONS: Final = tuple(DIMENSION_LABELS)

MINOR: Final = "MINOR"
SERIOUS: Final = "SERIOUS"
GRAVE: Final = "GRAVE"
SEVERITY_LABELS: Final[Mapping[str, str]] = {MINOR: "轻微", SERIOUS: "较重", GRAVE: "严重"}

HIGHEST: Final = 5
STAR_LABELS: Final = ("未达星级", "一星", "二星", "三星", "四星", "五星")
_STARS: Final = tuple(str(star) for star in range(1, HIGHEST + 1))

_PERIOD: Final = re.compile(r"([12][0-9]{3})(?:Q([1-4]))?")
_QUARTER: Final = 3

_Check = tuple[bool, str]


class InvalidPeriod(ValueError):
    """Not a rating period; the text is Chinese."""


def period_days(label: str) -> tuple[date, date]:
    """The first and last day of a rating period: a year (`2011`) or a quarter (`2011Q4`)."""
    found = _PERIOD.fullmatch(label.strip())
    if found is None:
        raise InvalidPeriod(f"“{label[:20]}”不是有效的评定周期，应如“2011”或“2011Q4”")
    year, quarter = int(found[1]), found[2]
    if quarter is None:
        return date(year, 1, 1), date(year, 12, 31)
    last = Month(year, int(quarter) * _QUARTER)
    return (last + (1 - _QUARTER)).first, last.last


def period_words(label: str) -> str:
    """A period as people say it: 2011年度, 2011年第4季度."""
    year, _, quarter = label.partition("Q")
    return f"{year}年第{quarter}季度" if quarter else f"{year}年度"


class InvalidStarScheme(ValueError):
    """A star scheme's numbers cannot be used; the text is Chinese and names the place."""


@dataclass(frozen=True, slots=True)
class StarRules:
    """Everything R8 counts with; InvalidStarScheme when it contradicts itself.

    `cuts` is the least total of each star ("1" to "5"); `quotas` the largest share of those rated
    that may hold a star; `targets` the transactions a working day expected in each post (posts
    without one are not rated); `allowances` yuan a month by star.
    """

    weights: Mapping[str, Decimal]
    cuts: Mapping[str, Decimal]
    floor: Decimal
    floor_cap: int
    quotas: Mapping[str, Decimal]
    satisfaction_share: Decimal
    complaint_points: Decimal
    praise_points: Decimal
    penalty_points: Mapping[str, Decimal]
    disqualifying: tuple[str, ...]
    repeats: int
    targets: Mapping[str, Decimal]
    least_device_months: int
    tie_break: tuple[str, ...]
    allowances: Mapping[str, Decimal]
    objection_days: int
    pacesetter_star: int
    pacesetter_barring: tuple[str, ...]

    def __post_init__(self) -> None:
        for checks in _CHECKS:
            for holds, reason in checks(self):
                if not holds:
                    raise InvalidStarScheme(reason)

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return rules_to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse; InvalidStarScheme for a missing, unknown or malformed entry."""
        try:
            return rules_from_json(cls, data)
        except InvalidRules as error:
            raise InvalidStarScheme(f"星级评定办法{error}") from error


def _dimension_checks(rules: StarRules) -> Iterator[_Check]:
    yield set(rules.weights) == set(DIMENSIONS), "每个维度都应有权重，且不能有其他权重"
    yield all(each >= 0 for each in rules.weights.values()), "权重不能为负"
    yield any(rules.weights.values()), "权重不能全为0"
    yield set(rules.tie_break) <= set(DIMENSIONS), "同分比较只能用各个维度"
    yield len(set(rules.tie_break)) == len(rules.tie_break), "同分比较的维度不能重复"
    yield 0 <= rules.satisfaction_share <= 1, "满意率所占份额应在0与1之间"


def _star_checks(rules: StarRules) -> Iterator[_Check]:
    yield set(rules.cuts) == set(_STARS), "一至五星都应有分数线"
    cuts = [rules.cuts[star] for star in _STARS]
    yield cuts == sorted(set(cuts)), "分数线应逐星升高"
    yield cuts[0] >= 0 and cuts[-1] <= 100, "分数线应在0与100之间"  # noqa: PLR2004
    yield set(rules.quotas) <= set(_STARS), "名额比例只能用于一至五星"
    yield all(0 < each <= 1 for each in rules.quotas.values()), "名额比例应大于0、不超过1"
    yield 0 <= rules.floor <= 100, "维度下限应在0与100之间"  # noqa: PLR2004
    yield 0 <= rules.floor_cap <= HIGHEST, "低于维度下限的最高星级应在0与5之间"


def _discipline_checks(rules: StarRules) -> Iterator[_Check]:
    points = [*rules.penalty_points.values(), rules.complaint_points, rules.praise_points]
    yield set(rules.penalty_points) == set(SEVERITY_LABELS), "每种违规程度都应有扣分"
    yield all(each >= 0 for each in points), "扣分、加分不能为负"
    yield set(rules.disqualifying) <= set(SEVERITY_LABELS), "不予评定的违规程度有误"
    yield rules.repeats >= 2, "同类轻微违规至少两次才不予评定"  # noqa: PLR2004
    yield 1 <= rules.pacesetter_star <= HIGHEST, "标兵候选人的星级应在1与5之间"
    yield set(rules.pacesetter_barring) <= set(SEVERITY_LABELS), "取消标兵资格的违规程度有误"


def _ground_checks(rules: StarRules) -> Iterator[_Check]:
    yield bool(rules.targets), "至少应有一个岗位的业务量目标"
    yield all(each > 0 for each in rules.targets.values()), "业务量目标应大于0"
    yield rules.least_device_months >= 1, "评价数据至少应有一个月"
    yield set(rules.allowances) == set(_STARS), "一至五星都应有津贴标准"
    yield all(each >= 0 for each in rules.allowances.values()), "津贴不能为负"
    yield rules.objection_days >= 1, "公示至少一个工作日"


_CHECKS: Final = (_dimension_checks, _star_checks, _discipline_checks, _ground_checks)

DEFAULT_STARS: Final = StarRules(
    weights=dict.fromkeys(DIMENSIONS, Decimal(20)),
    cuts={
        "1": Decimal(60),
        "2": Decimal(70),
        "3": Decimal(80),
        "4": Decimal(90),
        "5": Decimal(95),
    },
    floor=Decimal(60),
    floor_cap=2,
    quotas={"5": Decimal("0.05"), "4": Decimal("0.15")},
    satisfaction_share=Decimal("0.6"),
    complaint_points=Decimal(20),
    praise_points=Decimal(5),
    penalty_points={MINOR: Decimal(5), SERIOUS: Decimal(20), GRAVE: Decimal(60)},
    disqualifying=(SERIOUS, GRAVE),
    repeats=2,
    targets={"TELLER": Decimal(60)},
    least_device_months=3,
    tie_break=(DISCIPLINE, QUALITY, STANDARDS, SKILL, EFFICIENCY),
    allowances=dict.fromkeys(_STARS, Decimal("50.00")),
    objection_days=5,
    pacesetter_star=4,
    pacesetter_barring=(MINOR, SERIOUS, GRAVE),
)
"""The numbers that ship; every later version of a scheme is data."""
