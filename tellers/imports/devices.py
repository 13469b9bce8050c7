"""The device file (星级柜员牌): a row a teller and month, all or nothing (S15)."""

from typing import Final

from django.utils import timezone

from accounts.models import User
from outlets.importing import ImportRequest, ImportResult
from outlets.months import Month
from outlets.spreadsheets import Column, Row, read_table
from tellers.imports.people import People, people_of
from tellers.services.devices import DeviceFact, devices_record

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
    created, updated = devices_record(facts=facts)
    return ImportResult(
        created=created,
        updated=updated,
        unchanged=len(facts) - created - updated,
        ignored=table.ignored,
    )


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
