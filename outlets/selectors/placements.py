"""Where every unit of a branch stood on a day, as one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

# A WITH RECURSIVE body for reuse in set-based statements: "WITH RECURSIVE {PLACEMENTS_SQL} SELECT …
# FROM placement …" with the parameters %(branches)s (a list of branch ids) and %(as_of)s. Before a
# unit's first move it is taken to have stood where it was founded. Rows of `placement`: unit_id,
# branch_id, parent_id, institution_id (nearest ancestor or self of kind 机构, else null), path, code,
# kind, serves_customers, windows, peer_group, is_open (on that day; from the closing day on it is not).
PLACEMENTS_SQL: Final = """
placed AS (
    SELECT DISTINCT ON (u.id)
        u.id, u.branch_id, u.code, u.kind, u.serves_customers, u.windows, u.peer_group,
        CASE WHEN m.id IS NULL THEN u.parent_id ELSE m.parent_id END AS parent_id,
        (u.opened_on IS NULL OR u.opened_on <= %(as_of)s)
            AND (u.closed_on IS NULL OR u.closed_on > %(as_of)s) AS is_open
    FROM outlets_unit u
    LEFT JOIN outlets_unitmove m ON m.unit_id = u.id
    WHERE u.branch_id = ANY(%(branches)s)
    ORDER BY u.id, (m.effective_on <= %(as_of)s) DESC NULLS LAST,
        abs(m.effective_on - %(as_of)s::date)
),
placement AS (
    SELECT p.id AS unit_id, p.branch_id, p.parent_id,
        CASE WHEN p.kind = 'INSTITUTION' THEN p.id END AS institution_id,
        (p.code || '/')::text AS path,
        p.code, p.kind, p.serves_customers, p.windows, p.peer_group, p.is_open
    FROM placed p
    WHERE p.parent_id IS NULL
    UNION ALL
    SELECT p.id, p.branch_id, p.parent_id,
        CASE WHEN p.kind = 'INSTITUTION' THEN p.id ELSE above.institution_id END,
        above.path || p.code || '/',
        p.code, p.kind, p.serves_customers, p.windows, p.peer_group, p.is_open
    FROM placement above
    JOIN placed p ON p.parent_id = above.unit_id
)
"""

_SELECT: Final = f"""
WITH RECURSIVE {PLACEMENTS_SQL}
SELECT unit_id, branch_id, parent_id, institution_id, path, code, kind, serves_customers, windows,
    peer_group, is_open
FROM placement ORDER BY path
"""  # noqa: S608  (no value of a user is part of the text)


@dataclass(frozen=True, slots=True)
class Placement:
    """One unit's place and standing on a day. R5: an outlet belongs to its `institution_id`."""

    unit_id: int
    branch_id: int
    parent_id: int | None
    institution_id: int | None
    path: str
    code: str
    kind: str
    serves_customers: bool
    windows: int
    peer_group: str
    is_open: bool

    @property
    def takes_part(self) -> bool:
        """Whether the unit stands in a month ending that day. R3."""
        return self.serves_customers and self.is_open


def placements(branch_ids: Sequence[int], as_of: date) -> list[Placement]:
    """Every unit of the branches as it stood at the end of that day, by path. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SELECT, {"branches": list(branch_ids), "as_of": as_of})
        return [Placement(*row) for row in cursor.fetchall()]
