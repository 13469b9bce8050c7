"""Who may be a pacesetter (服务标兵) of a year, and why not. Source: docs/rules.md R8."""

from collections.abc import Sequence
from dataclasses import dataclass

from tellers.rating import Offence
from tellers.stars import SEVERITY_LABELS, STAR_LABELS, StarRules


@dataclass(frozen=True, slots=True)
class Year:
    """What a year holds for one person: the star (None: not rated), violations, lost rights."""

    star: int | None
    offences: Sequence[Offence] = ()
    barred: bool = False  # a penalty in force takes the right of that year away


def obstacles(rules: StarRules, year: Year) -> list[str]:
    """What takes the right to be a pacesetter away, the penalty first; nothing: a clean year."""
    found = ["受处罚取消标兵评选资格"] if year.barred else []
    found += [
        f"{one.day}{SEVERITY_LABELS[one.severity]}违规“{one.kind}”"
        for one in sorted(year.offences, key=lambda one: (one.day, str(one.id)))
        if one.severity in rules.pacesetter_barring
    ]
    return found


def lacks(rules: StarRules, year: Year) -> str:
    """What is missing to the star a pacesetter holds, or nothing."""
    if year.star is None:
        return "没有评定星级"
    if year.star < rules.pacesetter_star:
        return f"{STAR_LABELS[year.star]}，至少{STAR_LABELS[rules.pacesetter_star]}"
    return ""


def is_candidate(rules: StarRules, year: Year) -> bool:
    """Whether the person may be chosen."""
    return not lacks(rules, year) and not obstacles(rules, year)
