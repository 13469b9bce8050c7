"""The figures of a month: as stored, as the facts would make them now, and what waits between."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from outlets.months import Month
from reports.closing import CLOSED
from reports.models import Correction, MonthClose, MonthlyScore
from reports.monthly import Line
from reports.scheme import SchemeRules
from reports.selectors.facts import month_facts
from reports.tables import Row, branch_table


class Waiting(NamedTuple):
    """A fact of a closed month that its stored figures do not hold: it waits for a correction."""

    kind: str  # a channel, or QUIZ
    id: int
    unit_id: int
    unit: str
    day: date
    label: str


def scores_latest(branch_id: int) -> QuerySet[MonthlyScore]:
    """The stored rows of a branch in the latest edition of each month."""
    return MonthlyScore.objects.filter(branch_id=branch_id, edition=_LATEST)


def tables_of(records: Iterable[MonthClose], month: Month) -> list[list[Row]]:
    """The tables as the facts stand now, by the schemes of the records; nothing is written."""
    records = list(records)
    facts = month_facts([record.branch_id for record in records], month)
    return [
        branch_table(
            SchemeRules.from_json(record.scheme.rules), record.branch_id, month.first, facts
        )
        for record in records
    ]


def lines_of(score: MonthlyScore) -> list[Line]:
    """How a stored row came about, as the rules wrote it down."""
    return [Line(rule, tuple(ids), text, value) for rule, ids, text, value in score.lines]


def pending_of(record: MonthClose) -> list[Waiting]:
    """What was released, recorded or changed for a closed month after its figures (R7), by day."""
    if record.state != CLOSED:
        return []
    month = Month.of(record.month)
    scope: dict[str, Any] = {
        "record": record.pk,
        "branch": record.branch_id,
        "first": month.first,
        "last": month.last,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, scope)
        return [Waiting(*row) for row in cursor.fetchall()]


_LATEST: Final = Coalesce(
    Subquery(
        Correction.objects.filter(
            month_close__branch=OuterRef("branch"), month_close__month=OuterRef("month")
        )
        .order_by("-number")
        .values("number")[:1]
    ),
    Value(0),
    output_field=IntegerField(),
)

# Only facts of units in the table count. A quiz changed afterwards shows in its history.
_WAITING: Final = """
WITH stood AS (
    SELECT m.closed_at, c.number, coalesce(c.issued_at, m.closed_at) AS fixed_at
    FROM reports_monthclose m LEFT JOIN reports_correction c ON c.month_close_id = m.id
    WHERE m.id = %(record)s
    ORDER BY c.number DESC NULLS LAST
    LIMIT 1
), stored AS (
    SELECT s.unit_id, s.lines
    FROM reports_monthlyscore s JOIN stood ON s.edition = coalesce(stood.number, 0)
    WHERE s.branch_id = %(branch)s AND s.month = %(first)s AND s.kind = 'OUTLET'
), waiting AS (
    SELECT i.channel AS kind, i.id, i.unit_id, i.date AS day, i.number AS label
    FROM inspections_inspection i JOIN stored ON stored.unit_id = i.unit_id
    WHERE i.branch_id = %(branch)s AND i.date BETWEEN %(first)s AND %(last)s
        AND i.state = 'RELEASED' AND i.score IS NOT NULL
        AND i.channel IN ('OPEN', 'COVERT', 'SPECIAL')
        AND NOT stored.lines @> jsonb_build_array(
            jsonb_build_array('R3.' || lower(i.channel), jsonb_build_array(i.id)))
    UNION ALL
    SELECT 'QUIZ', q.id, p.unit_id, q.date, person.name
    FROM tellers_quiz q
    JOIN outlets_staff person ON person.id = q.staff_id
    JOIN outlets_posting p ON p.staff_id = q.staff_id
        AND p.start <= q.date AND coalesce(p."end" >= q.date, true)
    JOIN stored ON stored.unit_id = p.unit_id
    CROSS JOIN stood
    WHERE q.branch_id = %(branch)s AND q.date BETWEEN %(first)s AND %(last)s
        AND q.kind = 'KNOWLEDGE'
        AND (NOT stored.lines @> jsonb_build_array(
                jsonb_build_array('R3.quiz', jsonb_build_array(q.id)))
            OR EXISTS (SELECT FROM tellers_quizevent e
                WHERE e.pgh_obj_id = q.id AND e.pgh_label = 'update'
                AND e.pgh_created_at > stood.fixed_at))
)
SELECT w.kind, w.id, w.unit_id, u.short_name, w.day, w.label
FROM waiting w JOIN outlets_unit u ON u.id = w.unit_id
ORDER BY w.day, w.id
"""
