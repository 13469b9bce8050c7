"""The writers of teller records: quizzes (S14), device data (S15)."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection, transaction


class QuizFact(NamedTuple):
    """One person's result: 0..100, two places; one per person, day and kind."""

    branch_id: int
    staff_id: int
    date: date
    kind: str
    score: Decimal


class DeviceFact(NamedTuple):
    """One teller's month at the evaluation device; the answers sum to the evaluations."""

    branch_id: int
    staff_id: int
    month: date
    transactions: int
    evaluations: int
    very_satisfied: int
    satisfied: int
    neutral: int
    dissatisfied: int


class QuizChange(NamedTuple):
    """A result that came or changed: the unit its person was posted to on the day."""

    branch_id: int
    unit_id: int
    day: date


Listener = Callable[[Sequence[QuizChange]], None]
_LISTENERS: Final[list[Listener]] = []

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


def on_quizzes(listener: Listener) -> Listener:
    """Have a function told of results that came or changed, in the same transaction."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


@transaction.atomic
def quizzes_record(*, facts: Sequence[QuizFact]) -> tuple[int, int]:
    """Store results by one statement, replacing earlier ones; how many are new, how many changed.

    The same result again changes nothing. Facts must not repeat (person, day, kind).
    """
    columns = [list(column) for column in zip(*facts, strict=True)] or [[]] * 5
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, columns)
        written = dict(cursor.fetchall())
        cursor.execute(_PLACED, [list(written)])
        changes = [QuizChange(*row) for row in cursor.fetchall()]
    for listener in _LISTENERS:
        listener(changes)
    created = sum(written.values())
    return created, len(written) - created


_COUNTS: Final = (
    "transactions", "evaluations", "very_satisfied", "satisfied", "neutral", "dissatisfied",
)  # fmt: skip


def _row(table: str) -> str:
    return ", ".join(f"{table}.{name}" for name in _COUNTS)


_RECORD_DEVICES: Final = f"""
INSERT INTO tellers_devicemonth AS d (branch_id, staff_id, month, {", ".join(_COUNTS)})
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[]{", %s::int[]" * len(_COUNTS)})
ON CONFLICT (staff_id, month) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in _COUNTS)}
WHERE ({_row("d")}) IS DISTINCT FROM ({_row("excluded")})
RETURNING xmax = 0
"""  # noqa: S608  (column names of our own)


@transaction.atomic
def devices_record(*, facts: Sequence[DeviceFact]) -> tuple[int, int]:
    """Store months by one statement, replacing earlier ones; how many are new, how many changed.

    The same numbers again change nothing. Facts must not repeat (person, month).
    """
    columns = [list(column) for column in zip(*facts, strict=True)] or [[]] * 9
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_DEVICES, columns)
        created = sum(is_new for (is_new,) in cursor.fetchall())
        return created, cursor.rowcount - created
