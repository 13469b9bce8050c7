"""One unit's month in full: every figure with what it is made of (DESIGN "Drill-down")."""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
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
from reports.selectors.facts import LETTER_CAUSES, PENALTY_CAUSES, VIOLATION_CAUSES
from reports.selectors.figures import lines_of
from reports.wording import plain
from tellers.models import DeviceMonth, Quiz
from tellers.selectors.devices import devices_visible_to
from tellers.selectors.discipline import penalties_visible_to, violations_visible_to

_FACTS: Final = {
    "R3.open": "inspections",
    "R3.covert": "inspections",
    "R3.special": "inspections",
    "R3.quiz": "quizzes",
    "R3.device": "devices",
}
_CAUSES: Final = {
    **dict.fromkeys(LETTER_CAUSES, "letters"),
    **dict.fromkeys(VIOLATION_CAUSES, "violations"),
    **dict.fromkeys(PENALTY_CAUSES, "penalties"),
}
_OPERATOR: Final = re.compile(r"(?<=[\d)])([+/])")  # a sign before a number is none
_RESULTS: Final = {"base": "基础分", "total": "总分"}


class Operand(NamedTuple):
    """One thing a figure is made of, by id; a teller's month at the device by the teller's.

    A letter comes with its kind for `text`, records of people with their names; `number` is what
    else there is to say. What is out of the reader's sight is left out.
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
    devices: Sequence[Operand] = ()
    letters: Sequence[Operand] = ()
    violations: Sequence[Operand] = ()
    penalties: Sequence[Operand] = ()

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

    Of an institution's row only the causes of its own: its outlets are its members.
    """
    lines = lines_of(score)
    rules = SchemeRules.from_json(record.scheme.rules)
    ids: defaultdict[str, list[Key]] = defaultdict(list)
    for line in lines:
        ids[_kind(line)] += line.ids
    held = {kind: read(user, ids[kind]) for kind, read in _READERS.items() if ids[kind]}
    return [_part(line, rules, held) for line in lines]


def record_of(score: MonthlyScore) -> MonthClose:
    """The month's record behind a row the user has found."""
    return MonthClose.objects.select_related("scheme").get(
        branch_id=score.branch_id, month=score.month
    )


def _kind(line: Line) -> str:
    """What the ids of a line are ids of; empty for what is no record of its own."""
    return _FACTS.get(line.rule) or _CAUSES.get(line.rule.partition(".")[2], "")


def _part(line: Line, rules: SchemeRules, held: Mapping[str, _Operands]) -> Part:
    name, kind = line.rule.partition(".")[2], _kind(line)
    found = held.get(kind, {})
    return Part(
        name=name,
        label=COMPONENT_LABELS.get(name) or CAUSE_LABELS.get(name) or _RESULTS.get(name, name),
        weight=plain(rules.weights[name]) if name in rules.weights else "",
        text=line.text,
        value=line.value,
        **({kind: [found[key] for key in line.ids if key in found]} if kind else {}),
    )


def _inspections(_user: User, ids: Collection[Key]) -> _Operands:
    rows = Inspection.objects.filter(pk__in=ids).values_list("pk", "number", "date", "score")
    return {pk: Operand(pk, number, day, score) for pk, number, day, score in rows}


def _quizzes(_user: User, ids: Collection[Key]) -> _Operands:
    rows = Quiz.objects.filter(pk__in=ids).values_list("pk", "staff__name", "date", "score")
    return {pk: Operand(pk, name, day, score) for pk, name, day, score in rows}


def _devices(user: User, ids: Collection[Key]) -> _Operands:
    return {
        one.pk: Operand(one.staff_id, one.staff.name, one.month, number=_counted(one))
        for one in devices_visible_to(user).filter(pk__in=ids)
    }


def _counted(one: DeviceMonth) -> str:
    """Transactions, evaluations, the satisfied."""
    satisfied = one.very_satisfied + one.satisfied
    return f"{one.transactions} / {one.evaluations} / {satisfied}"


def _letters(user: User, ids: Collection[Key]) -> _Operands:
    rows = letters_visible_to(user).filter(pk__in=ids)
    return {
        pk: Operand(pk, str(Kind(kind).label), localdate(at), number=reference)
        for pk, kind, at, reference in rows.values_list("pk", "kind", "received_at", "reference")
    }


def _violations(user: User, ids: Collection[Key]) -> _Operands:
    return {
        one.pk: Operand(one.pk, one.staff.name, one.day, number=one.kind.name)
        for one in violations_visible_to(user).filter(pk__in=ids)
    }


def _penalties(user: User, ids: Collection[Key]) -> _Operands:
    return {
        one.pk: Operand(
            one.pk,
            one.staff.name,
            one.approved_on or one.proposed_on,
            number=one.get_kind_display(),
        )
        for one in penalties_visible_to(user).filter(pk__in=ids)
    }


_READERS: Final[Mapping[str, Callable[[User, Collection[Key]], _Operands]]] = {
    "inspections": _inspections,
    "quizzes": _quizzes,
    "devices": _devices,
    "letters": _letters,
    "violations": _violations,
    "penalties": _penalties,
}
