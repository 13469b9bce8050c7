"""What a circular says: one JSON document, and all that its pages are drawn from (S17, S22)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from outlets.models import Unit
from outlets.selectors import paths_on
from tellers.models import Penalty, Severity, Violation

FORMAT: Final = 1
MASTHEAD: Final = "处罚通报"
DEFAULT_TITLE: Final = "关于违反服务工作规定人员的处罚通报"
DEFAULT_DEMAND: Final = (
    "各机构要引以为戒，组织员工认真学习服务规范，举一反三，查找不足；"
    "主管领导要切实负起管理责任，加强日常检查和教育，防止类似问题再次发生。"
)
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircularFacts:
    """What is made known, on which day, in whose words."""

    penalties: Sequence[Penalty]
    issued_on: date
    title: str = DEFAULT_TITLE
    demand: str = DEFAULT_DEMAND


def circular_figures(*, branch: Unit, facts: CircularFacts, number: int) -> Figures:
    """Everything the circular says, names as they are today; a constant number of statements."""
    violations = _violations(facts.penalties)
    names = _unit_names(branch, violations)
    return {
        "format": FORMAT,
        "branch": {"code": branch.code, "name": branch.name, "short_name": branch.short_name},
        "masthead": _masthead(branch, facts.issued_on, number),
        "distribution": {
            "report": f"{branch.name}领导。",
            "send": "分行各部门，分行工会。",
            "issue": "各经营机构，各营业网点。",
        },
        "title": facts.title,
        "demand": facts.demand,
        "penalties": [one.pk for one in facts.penalties],
        "violations": [_violation(one, names) for one in violations],
        "counts": _counts(facts.penalties),
        "people": [_person(held) for held in _by_person(facts.penalties, leaders=False)],
        "leaders": [_person(held) for held in _by_person(facts.penalties, leaders=True)],
    }


def _masthead(branch: Unit, issued_on: date, number: int) -> Figures:
    return {
        "title": MASTHEAD,
        "year": issued_on.year,
        "number": number,
        "issuer": f"{branch.name}服务办公室",
        "issued_on": issued_on.isoformat(),
    }


def _violations(penalties: Iterable[Penalty]) -> list[Violation]:
    """What the penalties stand on, once each, by day."""
    held = Violation.objects.filter(penalties__in=[one.pk for one in penalties]).distinct()
    return list(held.select_related("staff", "unit", "kind").order_by("day", "pk"))


def _unit_names(branch: Unit, violations: Sequence[Violation]) -> dict[int, str]:
    """The institution's and the unit's name at that time, by violation: 甲支行甲一网点."""
    paths = paths_on([(one.unit, one.day) for one in violations])
    institutions = dict(
        Unit.objects.filter(branch=branch, kind=Unit.Kind.INSTITUTION).values_list(
            "code", "short_name"
        )
    )
    names = {}
    for one in violations:
        *above, own = paths[one.unit_id, one.day].strip("/").split("/")
        over = next((institutions[code] for code in reversed(above) if code in institutions), "")
        names[one.pk] = (
            f"{over}{one.unit.short_name}" if own not in institutions else one.unit.short_name
        )
    return names


def _violation(one: Violation, names: dict[int, str]) -> Figures:
    return {
        "day": one.day.isoformat(),
        "staff": one.staff_id,
        "unit": names[one.pk],
        "name": one.staff.name,
        "kind": one.kind.name,
        "severity": str(Severity(one.severity).label),
    }


def _counts(penalties: Sequence[Penalty]) -> list[Figures]:
    """How many people got what, and yuan in all, in the order of the kinds."""
    found = []
    for kind in Penalty.Kind:
        held = [one for one in penalties if one.kind == kind]
        amount = sum((one.amount or Decimal(0) for one in held), Decimal(0))
        people = len({one.staff_id for one in held})
        if held:
            found.append({"label": str(kind.label), "people": people, "amount": _yuan(amount)})
    return found


def _by_person(penalties: Sequence[Penalty], *, leaders: bool) -> list[list[Penalty]]:
    """The penalties of each person, those who answer as leaders apart."""
    held: defaultdict[int, list[Penalty]] = defaultdict(list)
    for one in penalties:
        if (one.ground == Penalty.Ground.LEADER) == leaders:
            held[one.staff_id].append(one)
    return list(held.values())


def _person(held: Sequence[Penalty]) -> Figures:
    first = held[0]
    grounds = dict.fromkeys(str(Penalty.Ground(one.ground).label) for one in held)
    reasons = dict.fromkeys(one.reason for one in held)
    return {
        "name": first.staff.name,
        "unit": first.unit.short_name,
        "ground": "、".join(grounds),
        "reason": "；".join(reasons),
        "penalties": [_words(one) for one in held],
    }


def _words(one: Penalty) -> str:
    if one.kind == Penalty.Kind.ECONOMIC:
        return f"经济处罚{_yuan(one.amount or Decimal(0))}元"
    if one.kind == Penalty.Kind.NO_STAR:
        return f"取消{one.year}年度星级评定资格"
    if one.kind == Penalty.Kind.NO_PACESETTER:
        return f"取消{one.year}年度标兵评选资格"
    return str(Penalty.Kind(one.kind).label)


def _yuan(amount: Decimal) -> str:
    """Without a fraction where there is none: 200, 150.50."""
    return f"{amount:.0f}" if amount == amount.to_integral_value() else f"{amount:.2f}"
