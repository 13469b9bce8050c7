"""The writers of quizzes and skill tests (S14)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from outlets.models import Posting, Staff
from outlets.selectors.staff import on_day
from tellers.models import Quiz
from tellers.services.changes import RecordChange, records_announce
from tellers.services.refusals import RecordRefused


class QuizFact(NamedTuple):
    """One person's result: 0..100, two places; one per person, day and kind."""

    branch_id: int
    staff_id: int
    date: date
    kind: str
    score: Decimal


_RECORD: Final = """
INSERT INTO tellers_quiz AS q (branch_id, staff_id, date, kind, score)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::numeric[])
ON CONFLICT (staff_id, date, kind) DO UPDATE SET score = excluded.score
WHERE q.score <> excluded.score
RETURNING id, xmax = 0
"""

_PLACED: Final = """
SELECT DISTINCT q.branch_id, p.unit_id, q.date
FROM tellers_quiz q
JOIN outlets_posting p ON p.staff_id = q.staff_id
    AND p.start <= q.date AND coalesce(p."end" >= q.date, true)
WHERE q.id = ANY(%s)
"""


@transaction.atomic
def quizzes_record(*, facts: Sequence[QuizFact]) -> tuple[int, int]:
    """Store results by one statement, replacing earlier ones; how many are new, how many changed.

    The same result again changes nothing. Facts must not repeat (person, day, kind).
    """
    columns = [list(column) for column in zip(*facts, strict=True)] or [[]] * 5
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, columns)
        written = dict(cursor.fetchall())
    _announce(written)
    created = sum(written.values())
    return created, len(written) - created


@transaction.atomic
def quizzes_add(*, day: date, kind: str, scores: Mapping[Staff, Decimal], actor: User) -> int:
    """Enter the results of a day by hand; how many.

    ValidationError for a day to come, for who was posted nowhere that day or has a result already;
    its fields are `day` and the people's ids.
    """
    if day > timezone.localdate():
        raise ValidationError({"day": "日期在将来"})
    if not scores:
        raise ValidationError("请至少填写一人的成绩")
    # Two who enter the same test at once: the second finds the first's results.
    list(Staff.objects.select_for_update().filter(pk__in=[one.pk for one in scores]).order_by("pk"))
    if refused := _refused(day, kind, scores):
        raise ValidationError(refused)
    facts = [
        QuizFact(person.branch_id, person.pk, day, kind, score) for person, score in scores.items()
    ]
    created, _ = quizzes_record(facts=facts)
    audit_add(
        event="quiz.add",
        actor=actor,
        subject=f"{day} {Quiz.Kind(kind).label}测试",
        result=f"{created} 人",
    )
    return created


def _refused(day: date, kind: str, people: Collection[Staff]) -> dict[str, str]:
    """Why, by the id of the person."""
    held = Posting.objects.filter(on_day(day), staff__in=people)
    posted = set(held.values_list("staff", flat=True))
    known = Quiz.objects.filter(date=day, kind=kind, staff__in=people)
    done = set(known.values_list("staff", flat=True))
    return {
        str(person.pk): "当天已有成绩，请用更正" if person.pk in done else "当天没有任职"
        for person in people
        if person.pk in done or person.pk not in posted
    }


@transaction.atomic
def quiz_correct(*, quiz: Quiz, score: Decimal, reason: str, actor: User) -> Quiz:
    """Put a result right, with a reason; RecordRefused when it is that already, or gone."""
    held = _locked(quiz)
    if held.score == score:
        raise RecordRefused(f"成绩已经是 {held.score:.2f} 分，没有更正")
    before, held.score = held.score, score
    held.save(update_fields=["score"])
    _announce([held.pk])
    _audit("quiz.correct", held, actor, before=str(before), after=str(score), reason=reason)
    return held


@transaction.atomic
def quiz_remove(*, quiz: Quiz, reason: str, actor: User) -> None:
    """Take out a result that should not be there, with a reason."""
    held = _locked(quiz)
    _audit("quiz.remove", held, actor, before=str(held.score), reason=reason)
    changes = _changes([held.pk])
    held.delete()
    records_announce(changes)


def _locked(quiz: Quiz) -> Quiz:
    held = Quiz.objects.select_for_update().filter(pk=quiz.pk).first()
    if held is None:
        raise RecordRefused("这条成绩已被删除")
    return held


def _audit(event: str, quiz: Quiz, actor: User, **detail: str) -> None:
    subject = f"{quiz.staff} {quiz.date} {quiz.get_kind_display()}测试"
    audit_add(event=event, actor=actor, subject=subject, **detail)


def _announce(quiz_ids: Collection[int]) -> None:
    records_announce(_changes(quiz_ids))


def _changes(quiz_ids: Collection[int]) -> list[RecordChange]:
    """Where results count: the unit of the posting on their day."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACED, [list(quiz_ids)])
        return [RecordChange(*row) for row in cursor.fetchall()]
