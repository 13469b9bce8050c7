"""What waits for a correction: facts of closed months that differ from their stored figures (R7)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from complaints.models import Letter
from inspections.models import Inspection
from outlets.models import Unit
from outlets.months import Month
from reports.closing import CLOSED
from reports.models import MonthClose, MonthlyScore
from reports.monthly import DeviceSums, Key, Line, device_sums
from reports.scheme import CAUSE_LABELS, COMPONENT_LABELS, COVERT, DEVICE, OPEN, QUIZ, SPECIAL
from reports.selectors.facts import (
    CAUSES,
    LETTER_CAUSES,
    PENALTY_CAUSES,
    VIOLATION_CAUSES,
    letter_causes,
    unit_facts,
)
from reports.selectors.figures import edition_of
from reports.tables import INSTITUTION, OUTLET
from tellers.models import Penalty, Quiz, Violation

NEW: Final = "NEW"
CHANGED: Final = "CHANGED"
GONE: Final = "GONE"
CHANGES: Final = {NEW: "新增", CHANGED: "变动", GONE: "撤销"}
_SCORED: Final = (OPEN, COVERT, SPECIAL, QUIZ)
_INSPECTED: Final = frozenset({"OPEN", "COVERT", "SPECIAL"})
_DEVICE: Final = DEVICE.upper()
# What counts on a day of its own, not with a score.
_DATED: Final = CAUSES | {_DEVICE}


class Waiting(NamedTuple):
    """A fact of a closed month that differs from its stored figures: it waits for a correction.

    The tellers' device months are one fact an outlet, by the outlet's id.
    """

    kind: str  # a component or a cause, in capitals
    id: int
    unit_id: int
    unit: str
    day: date
    label: str
    change: str  # NEW, CHANGED or GONE

    @property
    def kind_label(self) -> str:
        """The component or cause it belongs to."""
        return CAUSE_LABELS.get(self.kind) or COMPONENT_LABELS[self.kind.lower()]

    @property
    def change_label(self) -> str:
        """What became of it since the close."""
        return CHANGES[self.change]

    @property
    def is_letter(self) -> bool:
        """Whether `id` is a letter's."""
        return self.kind in LETTER_CAUSES

    @property
    def is_inspection(self) -> bool:
        """Whether `id` is an inspection's."""
        return self.kind in _INSPECTED

    @property
    def is_violation(self) -> bool:
        """Whether `id` is a violation's."""
        return self.kind in VIOLATION_CAUSES

    @property
    def is_penalty(self) -> bool:
        """Whether `id` is a penalty's."""
        return self.kind in PENALTY_CAUSES


class _Fact(NamedTuple):
    """A fact as stored or as it stands: the unit it counts for, and the score or day it counts with.

    An outlet's device component is one fact: its label says the sums, `ids` are the tellers' months.
    """

    unit_id: int
    value: str
    label: str = ""
    ids: tuple[Key, ...] = ()


_Row = tuple[str, int]  # a row's kind and unit
_Facts = dict[tuple[str, Key], _Fact]
_Differing = dict[tuple[str, Key], tuple[_Fact, str]]


def pending_of(record: MonthClose) -> list[Waiting]:
    """What came, changed or vanished for a closed month after its figures (R7), by day.

    Only facts of units in the table count: of others a correction would take no notice either.
    """
    return _described([_waiting(record)])


def waiting_count(record: MonthClose) -> int:
    """How many facts wait for a correction of a closed month."""
    return len(_waiting(record))


def letters_waiting(records: Sequence[MonthClose]) -> list[Waiting]:
    """What waits of letters alone, over many months of a branch; a constant number of statements."""
    closed = {record.month: record for record in records if record.state == CLOSED}
    if not closed:
        return []
    stored: defaultdict[date, _Facts] = defaultdict(dict)
    rows: defaultdict[date, set[_Row]] = defaultdict(set)
    for month, kind, unit_id, lines in _lettered(list(closed.values())):
        rows[month].add((kind, unit_id))
        stored[month] |= {key: _Fact(unit_id, value) for key, value in _operands(lines)}
    current: defaultdict[date, _Facts] = defaultdict(dict)
    branches = {record.branch_id for record in closed.values()}
    for unit_id, cause in letter_causes(branches, min(closed), Month.of(max(closed)).last):
        month = cause.day.replace(day=1)
        if _takes_part(unit_id, rows[month]):
            current[month][cause.kind, cause.id] = _Fact(unit_id, str(cause.day))
    return _described([_differing(stored[month], current[month]) for month in closed])


def _waiting(record: MonthClose) -> _Differing:
    """The facts of a month that differ from the stored ones."""
    if record.state != CLOSED:
        return {}
    stored, rows = _stored(record)
    return _differing(stored, _current(record, rows))


def _differing(stored: _Facts, current: _Facts) -> _Differing:
    """By kind and id, with what became of each."""
    gone = {key: (fact, GONE) for key, fact in stored.items() if key not in current}
    return gone | {
        key: (fact, CHANGED if key in stored else NEW)
        for key, fact in current.items()
        if stored.get(key) != fact
    }


def _stored(record: MonthClose) -> tuple[_Facts, set[_Row]]:
    """The facts a closed month's rows were made of, and these rows."""
    stored = MonthlyScore.objects.filter(
        branch_id=record.branch_id, month=record.month, edition=edition_of(record)
    )
    facts: _Facts = {}
    rows = set()
    for kind, unit_id, lines in stored.order_by().values_list("kind", "unit_id", "lines"):
        rows.add((kind, unit_id))
        facts |= {key: _Fact(unit_id, value) for key, value in _operands(lines)}
        for line in lines:
            if line[0] == f"R3.{DEVICE}":
                facts |= _device(unit_id, record.month, device_sums(Line(*line)))
    return facts, rows


def _current(record: MonthClose, rows: Collection[_Row]) -> _Facts:
    """The facts as they stand now of the units that have these rows."""
    facts: _Facts = {}
    for unit_id, held in unit_facts([record.branch_id], Month.of(record.month)).items():
        if (OUTLET, unit_id) in rows:
            scored = ((name, each) for name in _SCORED for each in getattr(held, name))
            facts |= {(name.upper(), key): _Fact(unit_id, str(n)) for name, (key, n) in scored}
            facts |= _device(unit_id, record.month, held.device)
        causes = list(held.causes) if _takes_part(unit_id, rows) else []
        if (INSTITUTION, unit_id) in rows:
            causes += held.liabilities
        facts |= {(one.kind, one.id): _Fact(unit_id, str(one.day)) for one in causes}
    return facts


def _device(unit_id: int, month: date, sums: DeviceSums | None) -> _Facts:
    """An outlet's device component as one fact of the month's last day; none without transactions."""
    if sums is None or not sums.transactions:
        return {}
    label = f"业务{sums.transactions}笔，评价{sums.evaluations}笔，满意{sums.satisfied}笔"
    fact = _Fact(unit_id, str(Month.of(month).last), label, sums.ids)
    return {(_DEVICE, unit_id): fact}


def _takes_part(unit_id: int, rows: Collection[_Row]) -> bool:
    """Whether causes of the unit count, in its row as an outlet or as an institution."""
    return (OUTLET, unit_id) in rows or (INSTITUTION, unit_id) in rows


def _lettered(records: Sequence[MonthClose]) -> list[tuple[date, str, int, list[Any]]]:
    """Every row of these months in the latest edition, with the lines of letters alone."""
    scope: dict[str, Any] = {
        "branch": records[0].branch_id,
        "months": [record.month for record in records],
        "editions": [edition_of(record) for record in records],
    }
    with connection.cursor() as cursor:
        cursor.execute(_LETTERED, scope)
        rows: list[tuple[date, str, int, list[Any]]] = cursor.fetchall()
    return rows


def _operands(lines: Iterable[Sequence[Any]]) -> Iterator[tuple[tuple[str, Key], str]]:
    """What a row was made of, by kind and id: scores of a mean in their order, days of causes."""
    for rule, ids, text, _ in lines:
        prefix, _, name = rule.partition(".")
        if prefix == "R3" and name in _SCORED:
            scores = text.removeprefix("(").partition(")")[0].split("+")
            yield from (
                ((name.upper(), key), score) for key, score in zip(ids, scores, strict=True)
            )
        elif name in CAUSES:
            yield (name, ids[0]), text.partition(" ")[0]


def _described(months: Iterable[_Differing]) -> list[Waiting]:
    """With the names of units and facts, by day; nothing is asked when nothing waits."""
    waiting = [(key, *differing) for month in months for key, differing in month.items()]
    if not waiting:
        return []
    units = {fact.unit_id for _, fact, _ in waiting}
    names = dict(Unit.objects.filter(pk__in=units).values_list("pk", "short_name"))
    labels = _labels([key for key, _, _ in waiting])
    found = []
    for (kind, key), fact, change in waiting:
        label, day = labels.get((kind, key), (fact.label, date.min))
        found.append(
            Waiting(
                kind=kind,
                id=int(key),
                unit_id=fact.unit_id,
                unit=names[fact.unit_id],
                day=date.fromisoformat(fact.value) if kind in _DATED else day,
                label=label,
                change=change,
            )
        )
    return sorted(found, key=lambda one: (one.day, one.kind, one.id))


def _labels(waiting: Collection[tuple[str, Key]]) -> dict[tuple[str, Key], tuple[str, date]]:
    """The name and day of each fact: a number or a person's name; five statements."""
    inspected = Inspection.objects.filter(pk__in=_ids(waiting, _INSPECTED))
    quizzed = Quiz.objects.filter(pk__in=_ids(waiting, {"QUIZ"}))
    written = Letter.objects.filter(pk__in=_ids(waiting, LETTER_CAUSES))
    recorded = Violation.objects.filter(pk__in=_ids(waiting, VIOLATION_CAUSES))
    imposed = Penalty.objects.filter(pk__in=_ids(waiting, PENALTY_CAUSES))
    found: tuple[tuple[Collection[str], Iterable[tuple[Any, ...]]], ...] = (
        (_INSPECTED, inspected.values_list("pk", "number", "date")),
        ({"QUIZ"}, quizzed.values_list("pk", "staff__name", "date")),
        (LETTER_CAUSES, written.values_list("pk", "reference", "received_at__date")),
        (VIOLATION_CAUSES, recorded.values_list("pk", "staff__name", "recorded_on")),
        (PENALTY_CAUSES, imposed.values_list("pk", "staff__name", "approved_on")),
    )
    return {
        (kind, pk): (label, day)
        for kinds, rows in found
        for pk, label, day in rows
        for kind in kinds
    }


def _ids(waiting: Collection[tuple[str, Key]], kinds: Collection[str]) -> list[Key]:
    return [key for kind, key in waiting if kind in kinds]


_LETTERED: Final = rf"""
SELECT s.month, s.kind, s.unit_id, jsonb_path_query_array(s.lines,
    'strict $[*] ? (@[0] like_regex "^R[35]\\.({"|".join(sorted(LETTER_CAUSES))})$")')::json
FROM unnest(%(months)s::date[], %(editions)s::int[]) AS m (month, edition)
JOIN reports_monthlyscore s ON s.branch_id = %(branch)s AND s.month = m.month
    AND s.edition = m.edition
"""  # noqa: S608  (names of our own)
