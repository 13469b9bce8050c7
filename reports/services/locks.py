"""One writer of a branch's figures at a time.

Whoever writes figures, months or corrections of a branch takes this lock first and holds it to
the end of the transaction, so that a release, a roll-up and a close of the same branch follow one
another. It must be taken before the audit trail's own lock, which every entry takes.
"""

from collections.abc import Collection
from typing import Final

from django.db import connection

_SPACE: Final = 704174


def branches_lock(branch_ids: Collection[int]) -> None:
    """Hold the branches until the transaction ends; always taken in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock((%s::bigint << 32) | id) "
            "FROM (SELECT unnest(%s::bigint[]) AS id ORDER BY 1) AS branch",
            [_SPACE, list(branch_ids)],
        )
