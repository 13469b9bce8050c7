"""The writers of trainings and who came (S14, S23)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from accounts.services import audit_add
from outlets.models import Unit
from tellers.models import Training


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFacts:
    """A training: what, when, how many hours, by whom, where."""

    name: str
    first_day: date
    last_day: date
    hours: Decimal
    trainer: str = ""
    place: str = ""
    note: str = ""


class Mark(NamedTuple):
    """Whether somebody came, and how they did (0..100), where there was a test."""

    training_id: int
    staff_id: int
    attended: bool
    score: Decimal | None


_RECORD: Final = """
INSERT INTO tellers_attendance AS a (training_id, staff_id, attended, score)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::boolean[], %s::numeric[])
ON CONFLICT (training_id, staff_id) DO UPDATE
SET attended = excluded.attended, score = excluded.score
WHERE (a.attended, a.score) IS DISTINCT FROM (excluded.attended, excluded.score)
RETURNING xmax = 0
"""


@transaction.atomic
def training_create(*, branch: Unit, facts: TrainingFacts, actor: User) -> Training:
    """Enter a training; ValidationError when its days are out of order or it is there already."""
    _check(facts)
    with _once(facts):
        training = Training.objects.create(branch=branch, created_by=actor, **asdict(facts))
    audit_add(event="training.create", actor=actor, subject=str(training))
    return training


@transaction.atomic
def training_update(*, training: Training, facts: TrainingFacts, actor: User) -> Training:
    """Change what is said of a training; ValidationError as when it is entered."""
    _check(facts)
    for name, value in asdict(facts).items():
        setattr(training, name, value)
    with _once(facts):
        training.save()
    audit_add(event="training.edit", actor=actor, subject=str(training))
    return training


def _check(facts: TrainingFacts) -> None:
    if facts.last_day < facts.first_day:
        raise ValidationError({"last_day": "结束日期早于开始日期"})
    if facts.hours <= 0:
        raise ValidationError({"hours": "学时应大于零"})


@contextmanager
def _once(facts: TrainingFacts) -> Iterator[None]:
    """Say what the database's constraint on name and first day means."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "training_once" not in str(error):
            raise
        said = f"{facts.first_day}已有同名的培训“{facts.name}”"
        raise ValidationError({"name": said}) from error


@transaction.atomic
def attendance_record(*, training: Training, marks: Sequence[Mark], actor: User) -> tuple[int, int]:
    """Store who came to a training; how many are new, how many changed."""
    created, updated = marks_store(marks=marks)
    if created or updated:
        audit_add(
            event="training.attendance",
            actor=actor,
            subject=str(training),
            result=f"新增 {created} 人，更新 {updated} 人",
        )
    return created, updated


@transaction.atomic
def marks_store(*, marks: Sequence[Mark]) -> tuple[int, int]:
    """Store marks of any trainings by one statement; how many are new, how many changed.

    ValidationError for a score of somebody who did not come. Marks must not repeat a person.
    """
    if any(mark.score is not None and not mark.attended for mark in marks):
        raise ValidationError("缺席的人没有成绩")
    columns = [list(column) for column in zip(*marks, strict=True)] or [[]] * 4
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, columns)
        created = sum(is_new for (is_new,) in cursor.fetchall())
        return created, cursor.rowcount - created
