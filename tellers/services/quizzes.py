"""The writer of quizzes and skill tests (S14)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection, transaction

from tellers.services.changes import RecordChange, records_announce


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
        cursor.execute(_PLACED, [list(written)])
        records_announce(RecordChange(*row) for row in cursor.fetchall())
    created = sum(written.values())
    return created, len(written) - created
