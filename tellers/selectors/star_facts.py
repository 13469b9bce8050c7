"""The facts of a rating period, for many branches at once, by one statement (R8)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import connection

from outlets.months import Month
from outlets.selectors import PLACEMENTS_SQL, working_calendar
from outlets.workdays import working_days_between
from tellers.rating import DeviceSums, Offence, TellerFacts

_NOTHING: Final = Decimal(0)


class Person(NamedTuple):
    """Who is rated: somebody in a post with a target on the period's last day, and where."""

    branch_id: int
    staff_id: int
    unit_id: int
    unit_path: str
    post: str


def teller_facts(
    branch_ids: Collection[int], first: date, last: date, posts: Collection[str]
) -> Iterator[tuple[Person, TellerFacts]]:
    """Everybody to be rated with what the period holds for them, by branch and staff id.

    Evidence follows the person: what happened at an earlier posting counts as well. CalendarMissing
    when the working days of a month with device data are not known.
    """
    days = _working_days(first, last)
    scope: dict[str, Any] = {
        "branches": list(branch_ids),
        "as_of": last,
        "first": first,
        "last": last,
        "posts": list(posts),
        "months": list(days),
        "days": list(days.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, scope)
        for row in cursor.fetchall():
            person, post = Person(*row[:5]), row[4]
            yield person, _facts(post, row[5:])


def _working_days(first: date, last: date) -> Mapping[date, int]:
    """The working days of each month of the period, by its first day."""
    calendar = working_calendar(*range(first.year, last.year + 1))
    months = Month.of(first).range_to(Month.of(last))
    return {
        month.first: working_days_between(month.first, month.last, calendar) for month in months
    }


def _facts(post: str, row: tuple[Any, ...]) -> TellerFacts:
    tests, scores, device, sums, bad, good, marks, inspections, offences, barred = (
        row[0], row[1], row[2], row[3:7], row[7], row[8], row[9:12], row[12], row[13:17], row[17],
    )  # fmt: skip
    return TellerFacts(
        post=post,
        tests=tuple(zip(tests or (), scores or (), strict=True)),
        device=DeviceSums(tuple(device or ()), *(int(each or 0) for each in sums)),
        complaints=bad or (),
        praise=good or (),
        answers=marks[0] or 0,
        earned=marks[1] or _NOTHING,
        possible=marks[2] or _NOTHING,
        inspections=inspections or (),
        offences=tuple(
            Offence(*one) for one in zip(*(each or () for each in offences), strict=True)
        ),
        barred=barred or (),
    )


_FACTS: Final = f"""
WITH RECURSIVE {PLACEMENTS_SQL},
person AS (
    SELECT l.branch_id, p.staff_id, p.unit_id, l.path, p.post
    FROM outlets_posting p
    JOIN placement l ON l.unit_id = p.unit_id
    WHERE p.post = ANY(%(posts)s) AND p.start <= %(last)s AND coalesce(p."end" >= %(last)s, true)
),
test AS (
    SELECT staff_id, array_agg(id ORDER BY id) AS ids, array_agg(score ORDER BY id) AS scores
    FROM tellers_quiz
    WHERE branch_id = ANY(%(branches)s) AND date BETWEEN %(first)s AND %(last)s
    GROUP BY staff_id
),
device AS (
    SELECT d.staff_id, array_agg(d.id ORDER BY d.month) AS ids, sum(d.transactions) AS transactions,
        sum(d.evaluations) AS evaluations, sum(d.very_satisfied + d.satisfied) AS satisfied,
        sum(m.days) AS days
    FROM tellers_devicemonth d
    JOIN unnest(%(months)s::date[], %(days)s::int[]) AS m (month, days) ON m.month = d.month
    WHERE d.branch_id = ANY(%(branches)s) AND d.month BETWEEN %(first)s AND %(last)s
    GROUP BY d.staff_id
),
letter AS (
    SELECT staff_id,
        array_agg(letter_id ORDER BY letter_id) FILTER (WHERE finding = 'BANK') AS bad,
        array_agg(letter_id ORDER BY letter_id) FILTER (WHERE finding = 'VERIFIED') AS good
    FROM complaints_responsibility
    WHERE branch_id = ANY(%(branches)s) AND state = 'CONFIRMED' AND superseded_on IS NULL
        AND decided_on BETWEEN %(first)s AND %(last)s AND staff_id IS NOT NULL
    GROUP BY staff_id
),
mark AS (
    SELECT a.staff_id, count(*) AS answers, sum(a.earned) AS earned, sum(a.possible) AS possible,
        array_agg(DISTINCT i.id) AS inspections
    FROM inspections_inspection i
    JOIN inspections_answer a ON a.inspection_id = i.id
    WHERE i.branch_id = ANY(%(branches)s) AND i.date BETWEEN %(first)s AND %(last)s
        AND i.state = 'RELEASED' AND a.staff_id IS NOT NULL
    GROUP BY a.staff_id
),
offence AS (
    SELECT v.staff_id, array_agg(v.id ORDER BY v.day, v.id) AS ids,
        array_agg(k.name ORDER BY v.day, v.id) AS kinds,
        array_agg(v.severity ORDER BY v.day, v.id) AS severities,
        array_agg(v.day ORDER BY v.day, v.id) AS days
    FROM tellers_violation v
    JOIN tellers_violationkind k ON k.id = v.kind_id
    WHERE v.branch_id = ANY(%(branches)s) AND v.state = 'RECORDED'
        AND v.day BETWEEN %(first)s AND %(last)s
    GROUP BY v.staff_id
),
barred AS (
    SELECT staff_id, array_agg(id ORDER BY id) AS ids
    FROM tellers_penalty
    WHERE branch_id = ANY(%(branches)s) AND kind = 'NO_STAR'
        AND state IN ('APPROVED', 'NOTIFIED', 'APPEALED', 'UPHELD')
        AND year BETWEEN extract(year FROM %(first)s::date) AND extract(year FROM %(last)s::date)
    GROUP BY staff_id
)
SELECT p.branch_id, p.staff_id, p.unit_id, p.path, p.post,
    test.ids, test.scores,
    device.ids, device.transactions, device.evaluations, device.satisfied, device.days,
    letter.bad, letter.good,
    mark.answers, mark.earned, mark.possible, mark.inspections,
    offence.ids, offence.kinds, offence.severities, offence.days, barred.ids
FROM person p
LEFT JOIN test ON test.staff_id = p.staff_id
LEFT JOIN device ON device.staff_id = p.staff_id
LEFT JOIN letter ON letter.staff_id = p.staff_id
LEFT JOIN mark ON mark.staff_id = p.staff_id
LEFT JOIN offence ON offence.staff_id = p.staff_id
LEFT JOIN barred ON barred.staff_id = p.staff_id
ORDER BY p.branch_id, p.staff_id
"""  # noqa: S608  (no value of a user is part of the text)
