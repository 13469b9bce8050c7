"""The device file (星级柜员牌): a row a teller and month, all or nothing (S15)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from django.utils import timezone

from accounts.models import User
from outlets.importing import ImportRequest, ImportResult
from outlets.months import Month
from outlets.spreadsheets import Column, Row, RowError, Table, read_table
from tellers.imports.people import People, people_of
from tellers.models import DeviceMonth
from tellers.services.devices import DeviceFact, devices_record
from tellers.usage import BEFORE, COUNTED, Counts, jumps

MONTH, NUMBER, TRANSACTIONS, EVALUATIONS = "月份", "员工号", "业务笔数", "评价笔数"
ANSWERS: Final = ("非常满意", "满意", "一般", "不满意")
_MOST: Final = 1_000_000  # more than anybody does in a month

DEVICE_COLUMNS: Final = (
    Column(MONTH, required=True, example="2011-04", hint="如 2011-04"),
    Column(NUMBER, required=True, example="2106001"),
    Column(TRANSACTIONS, required=True, kind="integer", example=1250),
    Column(EVALUATIONS, required=True, kind="integer", example=1010, hint="不多于业务笔数"),
    Column(ANSWERS[0], required=True, kind="integer", example=900, hint="四项之和等于评价笔数"),
    *(
        Column(name, required=True, kind="integer", example=number)
        for name, number in zip(ANSWERS[1:], (90, 15, 5), strict=True)
    ),
)


def devices_import(request: ImportRequest) -> ImportResult:
    """Take in months of the evaluation device; one already known for the person is replaced."""
    table = read_table(request.book, DEVICE_COLUMNS, mapping=request.mapping)
    people = people_of(table, NUMBER)
    seen: dict[tuple[Month, int], int] = {}
    facts = [fact for row in table.rows if (fact := _fact(row, people, seen, request.actor))]
    table.check()
    warnings = _jumps(table, facts)
    created, updated = devices_record(facts=facts)
    return ImportResult(
        created=created,
        updated=updated,
        unchanged=len(facts) - created - updated,
        ignored=table.ignored,
        warnings=warnings,
    )


def _jumps(table: Table, facts: Sequence[DeviceFact]) -> list[RowError]:
    """The months that are far from the person's months before, known or in the same file."""
    if not facts:
        return []
    held = _held(facts)
    return [
        RowError(row.line, NUMBER, row.shown(NUMBER), f"{Month.of(fact.month).label}{said}")
        for row, fact in zip(table.rows, facts, strict=True)
        for said in jumps(held[fact.staff_id, fact.month], _before(fact, held))
    ]


def _before(fact: DeviceFact, held: Mapping[tuple[int, date], Counts]) -> list[Counts]:
    """The person's months before that one, as many as there are."""
    months = (Month.of(fact.month) + -back for back in range(1, BEFORE + 1))
    found = (held.get((fact.staff_id, month.first)) for month in months)
    return [counts for counts in found if counts]


def _held(facts: Sequence[DeviceFact]) -> dict[tuple[int, date], Counts]:
    """What is known of the file's people up to its last month, by person and month; one query."""
    first = Month.of(min(fact.month for fact in facts)) + -BEFORE
    known = DeviceMonth.objects.filter(
        staff__in={fact.staff_id for fact in facts},
        month__range=(first.first, max(fact.month for fact in facts)),
    ).values_list("staff", "month", *COUNTED)
    held = {(staff_id, month): Counts(*counted) for staff_id, month, *counted in known}
    return held | {(fact.staff_id, fact.month): Counts(*fact[3:]) for fact in facts}


def _fact(
    row: Row, people: People, seen: dict[tuple[Month, int], int], actor: User | None
) -> DeviceFact | None:
    """The row's month of one person, or None when a fault was noted."""
    month = row.month(MONTH, required=True)
    person = people.of(row, NUMBER, actor)
    counts = [row.integer(name, required=True, maximum=_MOST) for name in _COUNTED]
    if month and person:
        first = seen.setdefault((month, person.pk), row.line)
        if first != row.line:
            row.refuse(NUMBER, f"与第{first}行重复")
        elif month.first > timezone.localdate():
            row.refuse(MONTH, "月份在将来")
        elif not people.posted(person, month.first, month.last):
            row.refuse(MONTH, "该员工当月没有任职")
    held = [each for each in counts if each is not None]
    if len(held) == len(counts):
        _check(row, *held)
    if not row.is_sound or person is None or month is None:
        return None
    return DeviceFact(person.branch_id, person.pk, month.first, *held)


def _check(row: Row, transactions: int, evaluations: int, *answers: int) -> None:
    if evaluations > transactions:
        row.refuse(EVALUATIONS, f"多于业务笔数{transactions}")
    if sum(answers) != evaluations:
        row.refuse(EVALUATIONS, f"与四项满意度之和{sum(answers)}不符")


_COUNTED: Final = (TRANSACTIONS, EVALUATIONS, *ANSWERS)
