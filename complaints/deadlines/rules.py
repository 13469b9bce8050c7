"""Deadlines as data of a version, in force from a day on. Pure. Source: docs/rules.md, 来信期限."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self

from complaints.deadlines.events import COMPLEX, FURTHER, INQUIRY, PRAISE, SUGGESTION
from outlets.ruledata import InvalidRules, rules_from_json, rules_to_json

DECISION: Final = "decision"
EXTENSION: Final = "extension"
APPRAISAL: Final = "appraisal"
REPEAT: Final = "repeat"
FACTS: Final = "facts"
WITHDRAWAL: Final = "withdrawal"
REVIEW: Final = "review"
ARTICLE_LABELS: Final[Mapping[str, str]] = {
    DECISION: "作出处理决定",
    EXTENSION: "延长期限",
    APPRAISAL: "扣除鉴定时间",
    REPEAT: "合并处理",
    FACTS: "重新计算",
    WITHDRAWAL: "撤回终止",
    REVIEW: "核查",
}
COUNTING: Final = "《民法典》第二百零一条"
INTERNAL: Final = "分行内部办理时限"
_LONGEST: Final = 366

_Check = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class ClockRules:
    """Deadlines from a day on; InvalidRules when they contradict themselves.

    Calendar days for complaints, `working_days` for the internal targets of the other kinds.
    `articles` are the numbers in the regulation, by what they settle; one left empty is cited by
    the regulation alone.
    """

    effective_on: date
    complaint_days: int = 15
    complex_days: int = 30
    further_days: int = 30
    most_days: int = 60
    review_ask_days: int = 30
    review_days: int = 30
    working_days: Mapping[str, int] = field(
        default_factory=lambda: {INQUIRY: 3, PRAISE: 5, SUGGESTION: 10}
    )
    remind_before: int = 3  # days before the deadline on which the handler is reminded
    escalate_after: int = 5  # days after it on which leadership is told
    regulation: str = "银行业保险业消费投诉处理管理办法"
    articles: Mapping[str, str] = field(
        default_factory=lambda: dict.fromkeys(ARTICLE_LABELS, "") | {WITHDRAWAL: "第十五条"}
    )

    def __post_init__(self) -> None:
        for holds, reason in _checks(self):
            if not holds:
                raise InvalidRules(reason)

    def allowance(self, level: str) -> int:
        """How many days a complaint has, appraisal apart: as it came, COMPLEX, or FURTHER."""
        days = {
            COMPLEX: self.complex_days,
            FURTHER: self.complex_days + self.further_days,
        }.get(level, self.complaint_days)
        return min(days, self.most_days)

    def cite(self, what: str) -> str:
        """The regulation, and its article where the number is known."""
        return f"《{self.regulation}》{self.articles[what]}"

    def to_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return rules_to_json(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse; InvalidRules for a missing, unknown or malformed entry."""
        return rules_from_json(cls, data)


def _checks(rules: ClockRules) -> Iterator[_Check]:
    days = (
        rules.complaint_days, rules.complex_days, rules.further_days, rules.most_days,
        rules.review_ask_days, rules.review_days, rules.escalate_after,
        *rules.working_days.values(),
    )  # fmt: skip
    yield all(1 <= each <= _LONGEST for each in days), f"天数应在1至{_LONGEST}之间"
    yield 0 <= rules.remind_before <= _LONGEST, f"提前提醒的天数应在0至{_LONGEST}之间"
    yield rules.complaint_days <= rules.complex_days, "情况复杂的期限不能短于一般期限"
    yield rules.complex_days <= rules.most_days, "最长期限不能短于情况复杂的期限"
    kinds = {INQUIRY, PRAISE, SUGGESTION}
    yield set(rules.working_days) == kinds, "协查、表扬、建议都应有内部时限，且不能有其他类型"
    yield bool(rules.regulation.strip()), "应写明所依据的规定"
    yield set(rules.articles) == set(ARTICLE_LABELS), "条款只能对应已有的事项，且不能缺少"


DEFAULT_RULES: Final = ClockRules(effective_on=date(1900, 1, 1))
"""The numbers that ship; every later version is data."""


def rules_on(day: date, rules: Iterable[ClockRules]) -> ClockRules:
    """The rules in force on a day: the latest that took effect by then, else those that ship."""
    begun = [one for one in rules if one.effective_on <= day]
    return max(begun, key=lambda one: one.effective_on, default=DEFAULT_RULES)
