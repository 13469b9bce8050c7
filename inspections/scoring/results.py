"""What a whole inspection is worth. Source: docs/rules.md R2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from inspections.scoring.answers import Mark, sums
from inspections.scoring.figures import EXACT, ONE, ZERO, InvalidRule, quote, stored
from inspections.scoring.items import NO, SECTION, SHEET

POINTS: Final = "POINTS"
WEIGHTED: Final = "WEIGHTED"
SCORINGS: Final = (POINTS, WEIGHTED)


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
    weight: Decimal = ONE


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


def score(scoring: str, sections: Iterable[ScoredSection]) -> Result:
    """An inspection's score, stored form, with the effect of every red line. R2."""
    if scoring not in SCORINGS:
        raise InvalidRule(f"未知的计分方式“{quote(scoring)}”")
    sections = tuple(sections)
    totals = tuple(map(_section_total, sections))
    zeroed_by = tuple(item.code for section in sections for item in _crossed(section, SHEET))
    with localcontext(EXACT):
        return Result(
            score=ZERO.scaleb(-2) if zeroed_by else _score(scoring, totals),
            possible=sum((total.possible for total in totals), ZERO),
            given=sum((total.given for total in totals), ZERO),
            earned=ZERO if zeroed_by else sum((total.earned for total in totals), ZERO),
            sections=totals,
            zeroed_by=zeroed_by,
        )


def _crossed(section: ScoredSection, red_line: str) -> list[ScoredItem]:
    return [
        item
        for item in section.items
        if item.red_line == red_line and item.mark.earned < item.mark.possible
    ]


def _section_total(section: ScoredSection) -> SectionTotal:
    if not (section.weight.is_finite() and section.weight >= 0):
        raise InvalidRule(f"模块“{quote(section.name)}”的权重不能为负")
    possible, given = sums(item.mark for item in section.items)
    zeroed_by = tuple(item.code for item in _crossed(section, SECTION))
    earned = ZERO if zeroed_by else given
    return SectionTotal(section.name, section.weight, possible, given, earned, zeroed_by)


def _score(scoring: str, totals: Iterable[SectionTotal]) -> Decimal | None:
    applied = [total for total in totals if total.possible]
    earned, possible = _points(applied) if scoring == POINTS else _weighted(applied)
    return stored(100 * earned, possible) if possible else None


def _points(totals: Sequence[SectionTotal]) -> tuple[Decimal, Decimal]:
    earned = sum((total.earned for total in totals), ZERO)
    return earned, sum((total.possible for total in totals), ZERO)


def _weighted(totals: Sequence[SectionTotal]) -> tuple[Decimal, Decimal]:
    """Numerator and denominator of the weighted mean, so that it is divided only once."""
    earned, possible = ZERO, ONE
    for total in totals:
        earned = earned * total.possible + total.weight * total.earned * possible
        possible *= total.possible
    return earned, possible * sum((total.weight for total in totals), ZERO)
