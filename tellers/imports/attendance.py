"""The attendance file: a row a person and training, all or nothing (S14, S23)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from accounts.models import User
from outlets.importing import ImportRequest, ImportResult
from outlets.models import Staff
from outlets.spreadsheets import Column, Row, Table, read_table
from tellers.imports.people import People, people_of
from tellers.models import Training
from tellers.services.trainings import Mark, marks_store

NAME, DAY, NUMBER, CAME, SCORE = "培训名称", "开始日期", "员工号", "参加", "成绩"
HIGHEST: Final = 100
_CAME: Final = {"是": True, "否": False}

ATTENDANCE_COLUMNS: Final = (
    Column(NAME, required=True, example="服务礼仪培训", width=24),
    Column(DAY, required=True, kind="date", example=date(2011, 4, 16)),
    Column(NUMBER, required=True, example="2106001"),
    Column(CAME, required=True, choices=tuple(_CAME), example="是"),
    Column(SCORE, kind="decimal", example=Decimal(92), hint="有测试时填写，0 至 100"),
)


def attendance_import(request: ImportRequest) -> ImportResult:
    """Take in who came to trainings; a row already known for the person is replaced."""
    table = read_table(request.book, ATTENDANCE_COLUMNS, mapping=request.mapping)
    known = _Known(people_of(table, NUMBER), _trainings(table), {})
    marks = [mark for row in table.rows if (mark := _mark(row, known, request.actor))]
    table.check()
    created, updated = marks_store(marks=marks)
    return ImportResult(
        created=created,
        updated=updated,
        unchanged=len(marks) - created - updated,
        ignored=table.ignored,
    )


class _Known(NamedTuple):
    """What rows refer to, and the lines of people and trainings already met."""

    people: People
    trainings: Mapping[tuple[int, str, date], Training]
    lines: dict[tuple[int, int], int]


def _trainings(table: Table) -> dict[tuple[int, str, date], Training]:
    """The trainings the file names, by branch, name and first day; one query."""
    found = Training.objects.filter(name__in={row.shown(NAME) for row in table.rows})
    return {(one.branch_id, one.name, one.first_day): one for one in found}


def _mark(row: Row, known: _Known, actor: User | None) -> Mark | None:
    """The row's mark, or None when a fault was noted."""
    person = known.people.of(row, NUMBER, actor)
    training = _training(row, known, person)
    came = row.choice(CAME, _CAME, required=True)
    score = row.decimal(SCORE, minimum=0, maximum=HIGHEST)
    if came is False and score is not None:
        row.refuse(SCORE, "缺席的人没有成绩")
    if person and training:
        _check(row, known, person, training)
    if not row.is_sound or person is None or training is None or came is None:
        return None
    return Mark(training.pk, person.pk, came, score)


def _training(row: Row, known: _Known, person: Staff | None) -> Training | None:
    """The training of the person's branch."""
    name, day = row.text(NAME, required=True, max_length=80), row.date(DAY, required=True)
    if person is None or not name or day is None:
        return None
    found = known.trainings.get((person.branch_id, name, day))
    if found is None:
        row.refuse(NAME, f"没有{day}开始的这个培训，请先登记")
    return found


def _check(row: Row, known: _Known, person: Staff, training: Training) -> None:
    first = known.lines.setdefault((training.pk, person.pk), row.line)
    if first != row.line:
        row.refuse(NUMBER, f"与第{first}行重复")
    elif not known.people.posted(person, training.first_day, training.last_day):
        row.refuse(NUMBER, "该员工培训期间没有任职")
