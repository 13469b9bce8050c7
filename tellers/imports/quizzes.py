"""The quizzes file: 日期 · 员工号 · 成绩 · 类别, all or nothing."""

from datetime import date
from decimal import Decimal
from typing import Final

from django.utils import timezone

from accounts.models import User
from outlets.importing import ImportRequest, ImportResult
from outlets.spreadsheets import Column, Row, read_table
from tellers.imports.people import People, people_of
from tellers.models import Quiz
from tellers.services.quizzes import QuizFact, quizzes_record

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


def quizzes_import(request: ImportRequest) -> ImportResult:
    """Take in results; one already known for the person, day and kind is replaced."""
    table = read_table(request.book, QUIZ_COLUMNS, mapping=request.mapping)
    people = people_of(table, NUMBER)
    seen: dict[tuple[int, date, str], int] = {}
    facts = [fact for row in table.rows if (fact := _fact(row, people, seen, request.actor))]
    table.check()
    created, updated = quizzes_record(facts=facts)
    return ImportResult(
        created=created,
        updated=updated,
        unchanged=len(facts) - created - updated,
        ignored=table.ignored,
    )


def _fact(
    row: Row, people: People, seen: dict[tuple[int, date, str], int], actor: User | None
) -> QuizFact | None:
    """The row's result, or None when a fault was noted."""
    day = row.date(DATE, required=True)
    person = people.of(row, NUMBER, actor)
    score = row.decimal(SCORE, required=True, minimum=0, maximum=HIGHEST)
    kind = row.choice(KIND, KINDS, required=True)
    if day and day > timezone.localdate():
        row.refuse(DATE, "日期在将来")
    elif day and person and not people.posted(person, day, day):
        row.refuse(DATE, "该员工当天没有任职")
    elif day and person and kind:
        first = seen.setdefault((person.pk, day, kind), row.line)
        if first != row.line:
            row.refuse(KIND, f"与第{first}行重复")
    if not row.is_sound or person is None or day is None or score is None or kind is None:
        return None
    return QuizFact(person.branch_id, person.pk, day, kind, score)
