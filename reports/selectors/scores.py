"""One unit's month in full: every figure with what it is made of (DESIGN "Drill-down")."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from inspections.models import Inspection
from reports.models import MonthClose, MonthlyScore
from reports.monthly import Key, Line
from reports.scheme import CAUSE_LABELS, COMPONENT_LABELS, SchemeRules
from reports.selectors.figures import lines_of
from reports.selectors.league import members_of
from reports.wording import plain
from tellers.models import Quiz

_PREFIXES: Final = ("R3.", "R5.")
_RESULTS: Final = {"base": "基础分", "total": "总分"}


class Operand(NamedTuple):
    """One thing a figure is made of: an inspection (by id) or somebody's quiz."""

    id: int
    text: str
    day: date
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the calculation: what, its weight, the arithmetic, the value, its operands."""

    name: str
    label: str
    weight: str
    text: str
    value: str | None
    inspections: list[Operand]
    quizzes: list[Operand]

    @property
    def arithmetic(self) -> SafeString:
        """The text with places where a narrow page may break it, never within a number."""
        return mark_safe(escape(self.text).replace("+", "+<wbr>").replace("/", "/<wbr>"))  # noqa: S308

    @property
    def is_result(self) -> bool:
        """Base and total stand out."""
        return self.name in _RESULTS


def parts_of(score: MonthlyScore, record: MonthClose) -> list[Part]:
    """The calculation of an outlet's row, line by line, with the inspections and quizzes named."""
    rules = SchemeRules.from_json(record.scheme.rules)
    lines = lines_of(score)
    inspections = _inspections(lines)
    quizzes = _quizzes(lines)
    return [_part(line, rules, inspections, quizzes) for line in lines]


def institution_parts_of(
    score: MonthlyScore, record: MonthClose
) -> tuple[list[Part], list[MonthlyScore]]:
    """The calculation of an institution's row, and the outlets it is made of."""
    rules = SchemeRules.from_json(record.scheme.rules)
    return [_part(line, rules, {}, {}) for line in lines_of(score)], list(members_of(score))


def record_of(score: MonthlyScore) -> MonthClose:
    """The month's record behind a row the user has found."""
    return MonthClose.objects.select_related("scheme").get(
        branch_id=score.branch_id, month=score.month
    )


def _part(
    line: Line,
    rules: SchemeRules,
    inspections: Mapping[Key, Operand],
    quizzes: Mapping[Key, Operand],
) -> Part:
    name = line.rule
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    held = quizzes if name == "quiz" else inspections
    operands = [held[key] for key in line.ids if key in held]
    return Part(
        name=name,
        label=COMPONENT_LABELS.get(name) or CAUSE_LABELS.get(name) or _RESULTS.get(name, name),
        weight=plain(rules.weights[name]) if name in rules.weights else "",
        text=line.text,
        value=line.value,
        inspections=[] if name == "quiz" else operands,
        quizzes=operands if name == "quiz" else [],
    )


def _inspections(lines: Iterable[Line]) -> dict[Key, Operand]:
    ids = [key for line in lines if line.rule != "R3.quiz" for key in line.ids]
    rows = Inspection.objects.filter(pk__in=ids).values_list("pk", "number", "date", "score")
    return {pk: Operand(pk, number, day, score) for pk, number, day, score in rows}


def _quizzes(lines: Iterable[Line]) -> dict[Key, Operand]:
    ids = [key for line in lines if line.rule == "R3.quiz" for key in line.ids]
    rows = Quiz.objects.filter(pk__in=ids).values_list("pk", "staff__name", "date", "score")
    return {pk: Operand(pk, name, day, score) for pk, name, day, score in rows}
