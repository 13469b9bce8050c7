"""Where every unit of a branch stood on a day, as one statement."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from django.db import connection

from outlets.models import Unit

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


_Moves = Mapping[int, list[tuple[date, int | None]]]  # by unit, in their order


def paths_on(places: Collection[tuple[Unit, date]]) -> dict[tuple[int, date], str]:
    """The path of each unit at the end of its day, by unit id and day. At most one query.

    For rows that keep the path they were made under, though they are written down later.
    """
    if not places:
        return {}
    branches = {unit.branch_id for unit, _ in places}
    rows = Unit.objects.filter(branch_id__in=branches).values_list(
        "pk", "code", "parent_id", "moves__effective_on", "moves__parent_id"
    )
    codes: dict[int, str] = {}
    moves: defaultdict[int, list[tuple[date, int | None]]] = defaultdict(list)
    for unit_id, code, parent_id, day, above in rows.order_by("pk", "moves__effective_on"):
        codes[unit_id] = code
        moves[unit_id].append((date.min, parent_id) if day is None else (day, above))
    return {(unit.pk, day): _path(unit.pk, day, codes, moves) for unit, day in places}


def _path(unit_id: int | None, day: date, codes: Mapping[int, str], moves: _Moves) -> str:
    path = ""
    while unit_id is not None:
        path = f"{codes[unit_id]}/{path}"
        held = [above for effective_on, above in moves[unit_id] if effective_on <= day]
        unit_id = held[-1] if held else moves[unit_id][0][1]
    return path


class Stay(NamedTuple):
    """A unit stood below another from a day to a day, both included."""

    unit_id: int
    first: date
    last: date


def stays_below(unit: Unit) -> list[Stay]:
    """Every unit that ever stood at or below a unit, and when. One query.

    For the head of an institution, who reads what happened below it while it was below it.
    """
    rows = Unit.objects.filter(branch_id=unit.branch_id).values_list(
        "pk", "parent_id", "moves__effective_on", "moves__parent_id"
    )
    moves: defaultdict[int, list[tuple[date, int | None]]] = defaultdict(list)
    for unit_id, parent_id, day, above in rows.order_by("pk", "moves__effective_on"):
        moves[unit_id].append((date.min, parent_id) if day is None else (day, above))
    below: defaultdict[int | None, list[Stay]] = defaultdict(list)
    for unit_id, held in moves.items():
        for (start, above), last in zip(held, _ends(held), strict=True):
            below[above].append(Stay(unit_id, date.min if start == held[0][0] else start, last))
    return list(_stays(Stay(unit.pk, date.min, date.max), below))


def _ends(held: Sequence[tuple[date, int | None]]) -> list[date]:
    """The last day before each next move."""
    return [*(day - timedelta(days=1) for day, _ in held[1:]), date.max]


def _stays(stay: Stay, below: Mapping[int | None, list[Stay]]) -> Iterator[Stay]:
    """A stay, and those it passes on to what stands below during it."""
    yield stay
    for unit_id, first, last in below.get(stay.unit_id, ()):
        shared = Stay(unit_id, max(first, stay.first), min(last, stay.last))
        if shared.first <= shared.last:
            yield from _stays(shared, below)
