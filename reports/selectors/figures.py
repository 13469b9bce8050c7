"""The figures of a month: as stored, as the facts would make them now, and what waits between."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.db.models import IntegerField, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from inspections.models import Inspection
from outlets.models import Unit
from outlets.months import Month
from reports.closing import CLOSED
from reports.models import Correction, MonthClose, MonthlyScore
from reports.monthly import Key, Line
from reports.scheme import COMPONENT_LABELS, SchemeRules
from reports.selectors.facts import month_facts, scored_facts
from reports.tables import OUTLET, Row, branch_table
from tellers.models import Quiz


class Waiting(NamedTuple):
    """A fact of a closed month that its stored figures do not hold: it waits for a correction."""

    kind: str  # a channel, or QUIZ
    id: int
    unit_id: int
    unit: str
    day: date
    label: str

    @property
    def kind_label(self) -> str:
        """The component it belongs to."""
        return COMPONENT_LABELS[self.kind.lower()]


def scores_latest(branch_id: int) -> QuerySet[MonthlyScore]:
    """The stored rows of a branch in the latest edition of each month."""
    return MonthlyScore.objects.filter(branch_id=branch_id, edition=LATEST_EDITION)


def latest_edition(month_close: str) -> Coalesce:
    """The number of the last correction of a month's record (a path to its id), 0 without one."""
    return _last(Correction.objects.filter(month_close=OuterRef(month_close)))


def edition_of(record: MonthClose) -> int:
    """The latest edition of a record: as annotated, else looked up."""
    known: int | None = getattr(record, "edition", None)
    if known is not None:
        return known
    return Correction.objects.filter(month_close=record).aggregate(n=Max("number"))["n"] or 0


def tables_of(records: Iterable[MonthClose], month: Month) -> list[list[Row]]:
    """The tables as the facts stand now, by the schemes of the records; nothing is written."""
    records = list(records)
    facts = month_facts([record.branch_id for record in records], month)
    return [
        branch_table(
            SchemeRules.from_json(record.scheme.rules), record.branch_id, month.first, facts
        )
        for record in records
    ]


def lines_of(score: MonthlyScore) -> list[Line]:
    """How a stored row came about, as the rules wrote it down."""
    return [Line(rule, tuple(ids), text, value) for rule, ids, text, value in score.lines]


def pending_of(record: MonthClose) -> list[Waiting]:
    """What was released, recorded or changed for a closed month after its figures (R7), by day.

    Only facts of units in the table count: of others a correction would take no notice either.
    """
    waiting = _waiting(record)
    return _described(waiting) if waiting else []


def waiting_count(record: MonthClose) -> int:
    """How many facts wait for a correction of a closed month."""
    return sum(map(len, _waiting(record).values()))


def _waiting(record: MonthClose) -> dict[str, dict[int, int]]:
    """The unit of each waiting fact, by channel and id."""
    if record.state != CLOSED:
        return {}
    month = Month.of(record.month)
    facts = scored_facts([record.branch_id], month)
    stored = MonthlyScore.objects.filter(
        branch_id=record.branch_id,
        month=record.month,
        edition=edition_of(record),
        kind=OUTLET,
    )
    waiting: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for unit_id, lines in stored.order_by().values_list("unit_id", "lines"):
        held = _operands(lines)
        for channel, scored in facts.get(unit_id, {}).items():
            for key, score in scored:
                if held.get((channel, key)) != str(score):
                    waiting[channel][int(key)] = unit_id
    return waiting


def _operands(lines: Iterable[Sequence[Any]]) -> dict[tuple[str, Key], str]:
    """The scores a row was made of, by channel and id: a mean's text names them in their order."""
    held: dict[tuple[str, Key], str] = {}
    for rule, ids, text, _ in lines:
        channel = rule.removeprefix("R3.").upper()
        if channel in _CHANNELS:
            scores = text.removeprefix("(").partition(")")[0].split("+")
            held |= {(channel, key): score for key, score in zip(ids, scores, strict=True)}
    return held


def _described(waiting: Mapping[str, Mapping[int, int]]) -> list[Waiting]:
    quizzes = waiting.get("QUIZ", {})
    inspected = {
        key: unit_id
        for channel, keys in waiting.items()
        if channel != "QUIZ"
        for key, unit_id in keys.items()
    }
    names = dict(
        Unit.objects.filter(pk__in={*quizzes.values(), *inspected.values()}).values_list(
            "pk", "short_name"
        )
    )
    found = [
        Waiting(channel, key, inspected[key], names[inspected[key]], day, number)
        for key, channel, day, number in Inspection.objects.filter(pk__in=inspected).values_list(
            "pk", "channel", "date", "number"
        )
    ]
    found += [
        Waiting("QUIZ", key, quizzes[key], names[quizzes[key]], day, name)
        for key, day, name in Quiz.objects.filter(pk__in=quizzes).values_list(
            "pk", "date", "staff__name"
        )
    ]
    return sorted(found, key=lambda one: (one.day, one.kind, one.id))


def _last(corrections: QuerySet[Correction]) -> Coalesce:
    numbers = Subquery(corrections.order_by("-number").values("number")[:1])
    return Coalesce(numbers, Value(0), output_field=IntegerField())


LATEST_EDITION: Final = _last(
    Correction.objects.filter(
        month_close__branch=OuterRef("branch"), month_close__month=OuterRef("month")
    )
)
_CHANNELS: Final = frozenset({"OPEN", "COVERT", "SPECIAL", "QUIZ"})
