"""The facts of a month, for many branches at once, each kind by one statement (R3, R5)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from outlets.months import Month
from outlets.selectors import PLACEMENTS_SQL
from reports.monthly import Cause, DeviceSums, OutletFacts
from reports.scheme import (
    COMPLAINT,
    LATE,
    LEADER_LIABILITY,
    PRAISE,
    VIOLATION_GRAVE,
    VIOLATION_MINOR,
    VIOLATION_SERIOUS,
)
from tellers.selectors.discipline import IN_FORCE

_CHANNELS: Final = ("OPEN", "COVERT", "SPECIAL")
# What letters add or deduct (R3).
LETTER_CAUSES: Final = frozenset({COMPLAINT, PRAISE, LATE})
# What violations deduct (R3), and what penalties of leaders do (R5).
VIOLATION_CAUSES: Final = frozenset({VIOLATION_MINOR, VIOLATION_SERIOUS, VIOLATION_GRAVE})
PENALTY_CAUSES: Final = frozenset({LEADER_LIABILITY})
CAUSES: Final = LETTER_CAUSES | VIOLATION_CAUSES | PENALTY_CAUSES
NO_FACTS: Final = OutletFacts()


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
    """What a month holds: units taking part by branch, their facts, last month's ranks."""

    places: Mapping[int, list[Place]]
    units: Mapping[int, OutletFacts]
    previous: Mapping[tuple[str, int], int]

    def of(self, unit_id: int) -> OutletFacts:
        """One unit's facts as R3 takes them."""
        return self.units.get(unit_id, NO_FACTS)


def month_facts(branch_ids: Collection[int], month: Month) -> MonthFacts:
    """Everything a full roll-up of these branches counts with; seven statements at any size."""
    return MonthFacts(
        places=places_on(branch_ids, month.last),
        units=unit_facts(branch_ids, month),
        previous=ranks_of(branch_ids, month.previous),
    )


def places_on(branch_ids: Collection[int], day: date) -> dict[int, list[Place]]:
    """The units that take part on a day (R3), and the institutions (R5), by branch."""
    places: defaultdict[int, list[Place]] = defaultdict(list)
    for row in _rows(_PLACES, {"branches": list(branch_ids), "as_of": day}):
        place = Place(*row)
        places[place.branch_id].append(place)
    return places


def unit_facts(
    branch_ids: Collection[int], month: Month, unit_ids: Collection[int] | None = None
) -> dict[int, OutletFacts]:
    """What counts in the month by unit, each kind by id.

    Released inspections, knowledge quizzes, device months, what letters add or deduct and
    violations deduct, what leaders answer for.
    """
    scope = {
        "branches": list(branch_ids),
        "first": month.first,
        "last": month.last,
        "units": None if unit_ids is None else list(unit_ids),
        "channels": list(_CHANNELS),
        "in_force": list(IN_FORCE),
    }
    held: defaultdict[int, dict[str, Any]] = defaultdict(dict)
    for statement in (_INSPECTIONS, _QUIZZES):
        for unit_id, component, key, score in _rows(statement, scope):
            held[unit_id].setdefault(component, []).append((key, score))
    for unit_id, cause in letter_causes(branch_ids, month.first, month.last, unit_ids):
        held[unit_id].setdefault("causes", []).append(cause)
    for unit_id, *row in _rows(_DISCIPLINE, scope):
        cause = Cause(*row)
        name = "liabilities" if cause.kind in PENALTY_CAUSES else "causes"
        held[unit_id].setdefault(name, []).append(cause)
    for unit_id, done, asked, satisfied, ids in _rows(_DEVICES, scope):
        held[unit_id]["device"] = DeviceSums(done, asked, satisfied, tuple(ids))
    return {unit_id: OutletFacts(**facts) for unit_id, facts in held.items()}


def letter_causes(
    branch_ids: Collection[int],
    first: date,
    last: date,
    unit_ids: Collection[int] | None = None,
) -> list[tuple[int, Cause]]:
    """What letters add or deduct on these days, by id, each with its unit (R3)."""
    scope = {
        "branches": list(branch_ids),
        "first": first,
        "last": last,
        "units": None if unit_ids is None else list(unit_ids),
    }
    return [(unit_id, Cause(*cause)) for unit_id, *cause in _rows(_LETTERS, scope)]


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
SELECT i.unit_id, lower(i.channel), i.id, i.score
FROM inspections_inspection i
WHERE i.branch_id = ANY(%(branches)s) AND i.date BETWEEN %(first)s AND %(last)s
    AND i.state = 'RELEASED' AND i.channel = ANY(%(channels)s) AND i.score IS NOT NULL
    AND (%(units)s::bigint[] IS NULL OR i.unit_id = ANY(%(units)s))
ORDER BY i.id
"""

_QUIZZES: Final = """
SELECT p.unit_id, 'quiz', q.id, q.score
FROM tellers_quiz q
CROSS JOIN LATERAL (
    SELECT posting.unit_id FROM outlets_posting posting
    WHERE posting.staff_id = q.staff_id AND posting.start <= q.date
        AND coalesce(posting."end" >= q.date, true)
    LIMIT 1
) p
WHERE q.branch_id = ANY(%(branches)s) AND q.date BETWEEN %(first)s AND %(last)s
    AND q.kind = 'KNOWLEDGE'
    AND (%(units)s::bigint[] IS NULL OR p.unit_id = ANY(%(units)s))
ORDER BY q.id
"""

# A teller's month belongs to the unit of the posting on its last day, or else of the last one in it:
# only of a posting that ended before is it asked whether another followed.
_DEVICES: Final = """
SELECT p.unit_id, sum(d.transactions), sum(d.evaluations), sum(d.very_satisfied + d.satisfied),
    array_agg(d.id ORDER BY d.id)
FROM tellers_devicemonth d
JOIN outlets_posting p ON p.staff_id = d.staff_id
    AND p.start <= %(last)s AND coalesce(p."end" >= %(first)s, true)
WHERE d.branch_id = ANY(%(branches)s) AND d.month = %(first)s
    AND (%(units)s::bigint[] IS NULL OR p.unit_id = ANY(%(units)s))
    AND (coalesce(p."end" >= %(last)s, true) OR NOT EXISTS (
        SELECT FROM outlets_posting later
        WHERE later.staff_id = p.staff_id AND later.start > p.start AND later.start <= %(last)s
    ))
GROUP BY p.unit_id
"""

# A finding counts while it is in force, on the day it was made; a late answer on the day it was given.
_LETTERS: Final = f"""
SELECT r.unit_id, CASE r.finding WHEN 'BANK' THEN '{COMPLAINT}' ELSE '{PRAISE}' END, r.letter_id,
    r.decided_on
FROM complaints_responsibility r
WHERE r.branch_id = ANY(%(branches)s) AND r.decided_on BETWEEN %(first)s AND %(last)s
    AND r.state = 'CONFIRMED' AND r.superseded_on IS NULL AND r.finding IN ('BANK', 'VERIFIED')
    AND r.unit_id IS NOT NULL
    AND (%(units)s::bigint[] IS NULL OR r.unit_id = ANY(%(units)s))
UNION ALL
SELECT l.unit_id, '{LATE}', l.id, l.answered_on
FROM complaints_letter l
WHERE l.branch_id = ANY(%(branches)s) AND l.answered_on BETWEEN %(first)s AND %(last)s
    AND l.is_late AND l.kind IN ('INQUIRY', 'COMPLAINT') AND l.unit_id IS NOT NULL
    AND (%(units)s::bigint[] IS NULL OR l.unit_id = ANY(%(units)s))
ORDER BY 3, 2
"""  # noqa: S608  (names of our own)

# A violation counts on the day it was recorded, a leader's penalty on the day it was approved.
_DISCIPLINE: Final = f"""
SELECT v.unit_id, 'VIOLATION_' || v.severity, v.id, v.recorded_on
FROM tellers_violation v
WHERE v.branch_id = ANY(%(branches)s) AND v.recorded_on BETWEEN %(first)s AND %(last)s
    AND v.state = 'RECORDED'
    AND (%(units)s::bigint[] IS NULL OR v.unit_id = ANY(%(units)s))
UNION ALL
SELECT p.unit_id, '{LEADER_LIABILITY}', p.id, p.approved_on
FROM tellers_penalty p
WHERE p.branch_id = ANY(%(branches)s) AND p.approved_on BETWEEN %(first)s AND %(last)s
    AND p.ground = 'LEADER' AND p.state = ANY(%(in_force)s)
    AND (%(units)s::bigint[] IS NULL OR p.unit_id = ANY(%(units)s))
ORDER BY 3, 2
"""  # noqa: S608  (names of our own)

_RANKS: Final = f"""
WITH {LATEST_EDITIONS_SQL}
SELECT s.kind, s.unit_id, s.rank
FROM reports_monthlyscore s LEFT JOIN latest ON latest.branch_id = s.branch_id
WHERE s.branch_id = ANY(%(branches)s) AND s.month = %(month)s AND s.rank IS NOT NULL
    AND s.edition = coalesce(latest.edition, 0)
"""  # noqa: S608
