"""The writer of device months (S15)."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db import connection, transaction

from tellers.services.changes import RecordChange, records_announce


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
RETURNING id, xmax = 0
"""  # noqa: S608  (column names of our own)

# Where they count (R3): at the posting of the month's last day, or else the last one in the month.
_PLACED: Final = """
SELECT DISTINCT ON (d.id) d.branch_id, p.unit_id, d.month, false
FROM tellers_devicemonth d
JOIN outlets_posting p ON p.staff_id = d.staff_id
    AND p.start < d.month + interval '1 month' AND coalesce(p."end" >= d.month, true)
WHERE d.id = ANY(%s)
ORDER BY d.id, p.start DESC
"""


@transaction.atomic
def devices_record(*, facts: Sequence[DeviceFact]) -> tuple[int, int]:
    """Store months by one statement, replacing earlier ones; how many are new, how many changed.

    The same numbers again change nothing. Facts must not repeat (person, month). They move the
    figures of months there are, and begin none.
    """
    columns = [list(column) for column in zip(*facts, strict=True)] or [[]] * 9
    with connection.cursor() as cursor:
        cursor.execute(_RECORD_DEVICES, columns)
        written = dict(cursor.fetchall())
        cursor.execute(_PLACED, [list(written)])
        records_announce(RecordChange(*row) for row in cursor.fetchall())
    created = sum(written.values())
    return created, len(written) - created
