"""The facts of a month, for many branches at once, each kind by one statement (R3, R5)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from outlets.months import Month
from outlets.selectors import PLACEMENTS_SQL
from reports.monthly import OutletFacts, Scored

# Inspections by channel, quizzes under a name of their own.
_QUIZ: Final = "QUIZ"
_CHANNELS: Final = ("OPEN", "COVERT", "SPECIAL")


class Place(NamedTuple):
    """Where a unit stood on a day: its path, its 机构 (nearest ancestor or self), its windows."""

    unit_id: int
    branch_id: int
    path: str
    institution_id: int | None
    is_institution: bool
    serves: bool
    windows: int
    peer_group: str


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What a month holds: units taking part by branch, scored facts by unit, last month's ranks."""

    places: Mapping[int, list[Place]]
    scored: Mapping[int, Mapping[str, list[Scored]]]
    previous: Mapping[tuple[str, int], int]

    def of(self, unit_id: int) -> OutletFacts:
        """One unit's facts as R3 takes them."""
        held = self.scored.get(unit_id)
        return outlet_facts(held) if held else OutletFacts()


def outlet_facts(held: Mapping[str, list[Scored]]) -> OutletFacts:
    """Facts grouped by channel as R3 takes them."""
    return OutletFacts(
        open=held.get("OPEN", ()),
        covert=held.get("COVERT", ()),
        special=held.get("SPECIAL", ()),
        quiz=held.get(_QUIZ, ()),
    )


def month_facts(branch_ids: Collection[int], month: Month) -> MonthFacts:
    """Everything a full roll-up of these branches counts with; five statements at any size."""
    return MonthFacts(
        places=places_on(branch_ids, month.last),
        scored=scored_facts(branch_ids, month),
        previous=ranks_of(branch_ids, month.previous),
    )


def places_on(branch_ids: Collection[int], day: date) -> dict[int, list[Place]]:
    """The units that take part on a day (R3), and the institutions (R5), by branch."""
    places: defaultdict[int, list[Place]] = defaultdict(list)
    for row in _rows(_PLACES, {"branches": list(branch_ids), "as_of": day}):
        place = Place(*row)
        places[place.branch_id].append(place)
    return places


def scored_facts(
    branch_ids: Collection[int], month: Month, unit_ids: Collection[int] | None = None
) -> dict[int, dict[str, list[Scored]]]:
    """Released inspections and knowledge quizzes of the month by unit and channel, by id."""
    scope = {
        "branches": list(branch_ids),
        "first": month.first,
        "last": month.last,
        "units": None if unit_ids is None else list(unit_ids),
        "channels": list(_CHANNELS),
    }
    scored: dict[int, dict[str, list[Scored]]] = {}
    for statement in (_INSPECTIONS, _QUIZZES):
        for unit_id, channel, key, score in _rows(statement, scope):
            scored.setdefault(unit_id, {}).setdefault(channel, []).append((key, score))
    return scored


def ranks_of(branch_ids: Collection[int], month: Month) -> dict[tuple[str, int], int]:
    """The ranks of a month in its latest edition, by kind and unit."""
    rows = _rows(_RANKS, {"branches": list(branch_ids), "month": month.first})
    return {(kind, unit_id): rank for kind, unit_id, rank in rows}


def _rows(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


# A CTE with the latest edition of a month by branch, no row where nothing was corrected (then 0).
LATEST_EDITIONS_SQL: Final = """
latest AS (
    SELECT m.branch_id, max(c.number) AS edition
    FROM reports_monthclose m JOIN reports_correction c ON c.month_close_id = m.id
    WHERE m.branch_id = ANY(%(branches)s) AND m.month = %(month)s
    GROUP BY m.branch_id
)
"""

_PLACES: Final = f"""
WITH RECURSIVE {PLACEMENTS_SQL}
SELECT unit_id, branch_id, path, institution_id, kind = 'INSTITUTION', serves_customers, windows,
    peer_group
FROM placement
WHERE is_open AND (serves_customers OR kind = 'INSTITUTION')
ORDER BY unit_id
"""  # noqa: S608  (no value of a user is part of the text)

_INSPECTIONS: Final = """
SELECT i.unit_id, i.channel, i.id, i.score
FROM inspections_inspection i
WHERE i.branch_id = ANY(%(branches)s) AND i.date BETWEEN %(first)s AND %(last)s
    AND i.state = 'RELEASED' AND i.channel = ANY(%(channels)s) AND i.score IS NOT NULL
    AND (%(units)s::bigint[] IS NULL OR i.unit_id = ANY(%(units)s))
ORDER BY i.id
"""

_QUIZZES: Final = """
SELECT p.unit_id, 'QUIZ', q.id, q.score
FROM tellers_quiz q
JOIN outlets_posting p ON p.staff_id = q.staff_id
    AND p.start <= q.date AND coalesce(p."end" >= q.date, true)
WHERE q.branch_id = ANY(%(branches)s) AND q.date BETWEEN %(first)s AND %(last)s
    AND q.kind = 'KNOWLEDGE'
    AND (%(units)s::bigint[] IS NULL OR p.unit_id = ANY(%(units)s))
ORDER BY q.id
"""

_RANKS: Final = f"""
WITH {LATEST_EDITIONS_SQL}
SELECT s.kind, s.unit_id, s.rank
FROM reports_monthlyscore s LEFT JOIN latest ON latest.branch_id = s.branch_id
WHERE s.branch_id = ANY(%(branches)s) AND s.month = %(month)s AND s.rank IS NOT NULL
    AND s.edition = coalesce(latest.edition, 0)
"""  # noqa: S608
