"""The stored rows of the league tables: every write of them is one of these statements."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from django.db import connection

from outlets.bulk import BulkTable, columns_of
from outlets.months import Month
from reports.selectors.facts import LATEST_EDITIONS_SQL
from reports.tables import Row

# The columns of a row, in the order of the statement, with their types; `lines` may be left out.
_KEYS: Final = {
    "branch_id": "bigint",
    "month": "date",
    "kind": "text",
    "edition": "smallint",
    "unit_id": "bigint",
}
_FIGURES: Final = {
    "unit_path": "text",
    "institution_id": "bigint",
    "peer_group": "text",
    "windows": "smallint",
    "open": "numeric",
    "covert": "numeric",
    "special": "numeric",
    "device": "numeric",
    "quiz": "numeric",
    "base": "numeric",
    "adjustment": "numeric",
    "complaints": "smallint",
    "total": "numeric",
    "rank": "integer",
    "group_rank": "integer",
    "previous_rank": "integer",
    "frozen": "boolean",
    "lines": "jsonb",
}
_TABLE: Final = BulkTable("reports_monthlyscore", _KEYS, _FIGURES)


def rows_upsert(rows: Sequence[Row]) -> int:
    """Write whole rows by one statement; rows that already say so stay untouched. How many wrote."""
    return _TABLE.upsert(rows)


def ranks_update(rows: Iterable[Row]) -> int:
    """Write the ranks only, of rows read back without their lines. How many changed."""
    rows = list(rows)
    arrays = [_TABLE.array(name, rows) for name in (*_KEYS, "rank", "group_rank")]
    with connection.cursor() as cursor:
        cursor.execute(_RERANK, arrays)
        return int(cursor.rowcount)


def rows_prune(branch_ids: Collection[int], month: Month, kept: Sequence[Row]) -> int:
    """Remove open rows of units that take part no longer. How many."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PRUNE,
            [
                list(branch_ids),
                month.first,
                _TABLE.array("kind", kept),
                _TABLE.array("unit_id", kept),
            ],
        )
        return int(cursor.rowcount)


def previous_ranks_refresh(branch_ids: Collection[int], month: Month) -> int:
    """Carry a month's ranks into the open figures of the month after it. How many changed."""
    scope: dict[str, Any] = {
        "branches": list(branch_ids),
        "month": month.first,
        "next": month.next.first,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, scope)
        return int(cursor.rowcount)


_RERANK: Final = f"""
UPDATE reports_monthlyscore s
SET rank = t.rank, group_rank = t.group_rank
FROM unnest({_TABLE.unnest((*_KEYS, "rank", "group_rank"))})
    AS t ({", ".join(_KEYS)}, rank, group_rank)
WHERE ({columns_of("s", _KEYS)}) = ({columns_of("t", _KEYS)})
    AND (s.rank, s.group_rank) IS DISTINCT FROM (t.rank, t.group_rank)
"""  # noqa: S608

_PRUNE: Final = """
DELETE FROM reports_monthlyscore s
WHERE s.branch_id = ANY(%s) AND s.month = %s AND s.edition = 0 AND NOT s.frozen
    AND NOT EXISTS (
        SELECT FROM unnest(%s::text[], %s::bigint[]) AS t (kind, unit_id)
        WHERE t.kind = s.kind AND t.unit_id = s.unit_id
    )
"""

_CARRY: Final = f"""
WITH {LATEST_EDITIONS_SQL}
UPDATE reports_monthlyscore s
SET previous_rank = t.rank
FROM (
    SELECT n.id, p.rank
    FROM reports_monthlyscore n
    LEFT JOIN latest ON latest.branch_id = n.branch_id
    LEFT JOIN reports_monthlyscore p ON p.branch_id = n.branch_id AND p.month = %(month)s
        AND p.kind = n.kind AND p.unit_id = n.unit_id AND p.edition = coalesce(latest.edition, 0)
    WHERE n.branch_id = ANY(%(branches)s) AND n.month = %(next)s AND NOT n.frozen
        AND n.previous_rank IS DISTINCT FROM p.rank
) t
WHERE s.id = t.id
"""  # noqa: S608
