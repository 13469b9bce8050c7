"""The quizzes file: 日期 · 员工号 · 成绩 · 类别, all or nothing."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils import timezone

from accounts.models import User
from outlets.importing import ImportRequest, ImportResult, Kind, register
from outlets.models import Posting, Staff
from outlets.spreadsheets import Column, Row, SheetOut, Table, read_table
from tellers.models import Quiz
from tellers.services import QuizFact, quizzes_record

DATE, NUMBER, SCORE, KIND = "日期", "员工号", "成绩", "类别"
KINDS: Final = {kind.label: kind for kind in Quiz.Kind}
HIGHEST: Final = 100

QUIZ_COLUMNS: Final = (
    Column(DATE, required=True, kind="date", example=date(2011, 4, 15)),
    Column(NUMBER, required=True, example="2106001"),
    Column(
        SCORE, required=True, kind="decimal", example=Decimal(92), hint="0 至 100，最多两位小数"
    ),
    Column(KIND, required=True, choices=tuple(KINDS), example="知识"),
)

Postings = dict[int, list[tuple[date, date | None]]]


def quizzes_import(request: ImportRequest) -> ImportResult:
    """Take in results; one already known for the person, day and kind is replaced."""
    table = read_table(request.book, QUIZ_COLUMNS, mapping=request.mapping)
    table.unique(DATE, NUMBER, KIND)
    staff = _staff(table)
    postings = _postings(staff)
    facts = [fact for row in table.rows if (fact := _fact(row, staff, postings, request.actor))]
    table.check()
    created, updated = quizzes_record(facts=facts)
    return ImportResult(
        created=created,
        updated=updated,
        unchanged=len(facts) - created - updated,
        ignored=table.ignored,
    )


def _staff(table: Table) -> dict[str, Staff]:
    numbers = {row.shown(NUMBER) for row in table.rows}
    return {staff.number: staff for staff in Staff.objects.filter(number__in=numbers)}


def _postings(staff: dict[str, Staff]) -> Postings:
    held: Postings = {}
    people = [person.pk for person in staff.values()]
    rows = Posting.objects.filter(staff_id__in=people).values_list("staff_id", "start", "end")
    for staff_id, start, end in rows:
        held.setdefault(staff_id, []).append((start, end))
    return held


def _fact(
    row: Row, staff: dict[str, Staff], postings: Postings, actor: User | None
) -> QuizFact | None:
    """The row's result, or None when a fault was noted."""
    day = row.date(DATE, required=True)
    number = row.text(NUMBER, required=True, max_length=20)
    score = row.decimal(SCORE, required=True, minimum=0, maximum=HIGHEST)
    kind = row.choice(KIND, KINDS, required=True)
    person = staff.get(number)
    if number:
        _check_person(row, person, actor)
    if day and day > timezone.localdate():
        row.refuse(DATE, "日期在将来")
    elif day and person and not _posted(postings.get(person.pk, []), day):
        row.refuse(DATE, "该员工当天没有任职")
    if not row.is_sound or person is None or day is None or score is None or kind is None:
        return None
    return QuizFact(person.branch_id, person.pk, day, kind, score)


def _check_person(row: Row, person: Staff | None, actor: User | None) -> None:
    if person is None:
        row.refuse(NUMBER, "没有这个员工")
    elif actor and actor.unit and person.branch_id != actor.unit.branch_id:
        row.refuse(NUMBER, "不属于您所在的分行")


def _posted(postings: list[tuple[date, date | None]], day: date) -> bool:
    return any(start <= day and (end is None or end >= day) for start, end in postings)


register(
    Kind(
        key="quizzes",
        label="测试成绩",
        sheets=(SheetOut("测试成绩", QUIZ_COLUMNS, []),),
        run=quizzes_import,
    )
)
