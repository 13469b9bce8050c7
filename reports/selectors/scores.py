"""One unit's month in full: every figure with what it is made of (DESIGN "Drill-down")."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate

from accounts.models import User
from complaints.models import Kind
from complaints.selectors.letters import letters_visible_to
from inspections.models import Inspection
from reports.models import MonthClose, MonthlyScore
from reports.monthly import Key, Line
from reports.scheme import CAUSE_LABELS, COMPONENT_LABELS, SchemeRules
from reports.selectors.facts import LETTER_CAUSES
from reports.selectors.figures import lines_of
from reports.wording import plain
from tellers.models import Quiz

_FACTS: Final = {
    "R3.open": "inspections",
    "R3.covert": "inspections",
    "R3.special": "inspections",
    "R3.quiz": "quizzes",
}
_OPERATOR: Final = re.compile(r"(?<=[\d)])([+/])")  # a sign before a number is none
_RESULTS: Final = {"base": "基础分", "total": "总分"}


class Operand(NamedTuple):
    """One thing a figure is made of: an inspection or letter (by id), or somebody's quiz.

    A letter comes with its kind for `text` and no score; one out of the reader's sight is left out.
    """

    id: int
    text: str
    day: date
    score: Decimal | None = None
    number: str = ""


_Operands = Mapping[Key, Operand]


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the calculation: what, its weight, the arithmetic, the value, its operands."""

    name: str
    label: str
    weight: str
    text: str
    value: str | None
    inspections: Sequence[Operand] = ()
    quizzes: Sequence[Operand] = ()
    letters: Sequence[Operand] = ()

    @property
    def arithmetic(self) -> SafeString:
        """The text with places where a narrow page may break it, never within a number."""
        return mark_safe(_OPERATOR.sub(r"\1<wbr>", escape(self.text)))  # noqa: S308

    @property
    def is_result(self) -> bool:
        """Base and total stand out."""
        return self.name in _RESULTS


def parts_of(user: User, score: MonthlyScore, record: MonthClose) -> list[Part]:
    """The calculation of a row, line by line, with the facts named that the user may see.

    Of an institution's row only the letters of its own: its outlets are its members.
    """
    lines = lines_of(score)
    rules = SchemeRules.from_json(record.scheme.rules)
    held = {
        "inspections": _inspections(lines),
        "quizzes": _quizzes(lines),
        "letters": _letters(user, lines),
    }
    return [_part(line, rules, held) for line in lines]


def record_of(score: MonthlyScore) -> MonthClose:
    """The month's record behind a row the user has found."""
    return MonthClose.objects.select_related("scheme").get(
        branch_id=score.branch_id, month=score.month
    )


def _part(line: Line, rules: SchemeRules, held: Mapping[str, _Operands]) -> Part:
    name = line.rule.partition(".")[2]
    kind = _FACTS.get(line.rule) or ("letters" if name in LETTER_CAUSES else None)
    found = [held[kind][key] for key in line.ids if key in held[kind]] if kind else []
    return Part(
        name=name,
        label=COMPONENT_LABELS.get(name) or CAUSE_LABELS.get(name) or _RESULTS.get(name, name),
        weight=plain(rules.weights[name]) if name in rules.weights else "",
        text=line.text,
        value=line.value,
        **({kind: found} if kind else {}),
    )


def _inspections(lines: Iterable[Line]) -> _Operands:
    ids = [key for line in lines if _FACTS.get(line.rule) == "inspections" for key in line.ids]
    rows = Inspection.objects.filter(pk__in=ids).values_list("pk", "number", "date", "score")
    return {pk: Operand(pk, number, day, score) for pk, number, day, score in rows}


def _quizzes(lines: Iterable[Line]) -> _Operands:
    ids = [key for line in lines if _FACTS.get(line.rule) == "quizzes" for key in line.ids]
    rows = Quiz.objects.filter(pk__in=ids).values_list("pk", "staff__name", "date", "score")
    return {pk: Operand(pk, name, day, score) for pk, name, day, score in rows}


def _letters(user: User, lines: Iterable[Line]) -> _Operands:
    ids = [
        key for line in lines if line.rule.partition(".")[2] in LETTER_CAUSES for key in line.ids
    ]
    if not ids:
        return {}
    rows = letters_visible_to(user).filter(pk__in=ids)
    return {
        pk: Operand(pk, str(Kind(kind).label), localdate(at), number=reference)
        for pk, kind, at, reference in rows.values_list("pk", "kind", "received_at", "reference")
    }
