"""Computing the ratings of periods: facts by one statement, pure rules, one upsert (R8)."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction
from django.db.models.functions import Now

from outlets.bulk import BulkTable
from tellers.models import StarPeriod
from tellers.rating import RATED, Candidate, Dropped, Line, TellerFacts, quotas, rate
from tellers.selectors.star_facts import Person, teller_facts
from tellers.services.refusals import PeriodMoved
from tellers.stars import STAR_LABELS, StarRules

_TABLE: Final = BulkTable(
    "tellers_starrating",
    {"period_id": "bigint", "staff_id": "bigint"},
    {
        "branch_id": "bigint",
        "unit_id": "bigint",
        "unit_path": "text",
        "post": "text",
        "skill": "numeric",
        "quality": "numeric",
        "efficiency": "numeric",
        "standards": "numeric",
        "discipline": "numeric",
        "total": "numeric",
        "status": "text",
        "computed_star": "smallint",
        "star": "smallint",
        "reason": "text",
        "lines": "jsonb",
    },
)
_MAY_COMPUTE: Final = (StarPeriod.State.OPEN, StarPeriod.State.COMPUTED)


@dataclass(slots=True)
class RatingRow:
    """One row of `StarRating`, its fields the columns of the table."""

    period_id: int
    staff_id: int
    branch_id: int
    unit_id: int
    unit_path: str
    post: str
    skill: Decimal | None
    quality: Decimal | None
    efficiency: Decimal | None
    standards: Decimal | None
    discipline: Decimal | None
    total: Decimal | None
    status: str
    computed_star: int
    star: int
    reason: str
    lines: Sequence[Line]

    def drop(self, dropped: Dropped) -> None:
        """Take a star away, and say why."""
        self.computed_star = self.star = dropped.star
        self.reason = "；".join(filter(None, (self.reason, dropped.reason)))
        self.lines = [
            *self.lines[:-1],
            Line("R8.star", (), self.reason, STAR_LABELS[dropped.star]),
        ]


@transaction.atomic
def periods_compute(*, period_ids: Collection[int]) -> int:
    """Rate everybody of these periods anew, by their schemes; how many people. Safe to repeat.

    Periods of the same days go together by a constant number of statements. PeriodMoved once one is
    shown or final: its stars have been seen.
    """
    periods = list(
        StarPeriod.objects.select_for_update(of=("self",))
        .select_related("scheme")
        .filter(pk__in=period_ids)
        .order_by("first_day", "last_day", "pk")
    )
    moved = [one for one in periods if one.state not in _MAY_COMPUTE]
    if moved:
        raise PeriodMoved(f"评定周期{moved[0].label}{moved[0].get_state_display()}，不能重新测算")
    rows = [row for same in _alike(periods) for row in rating_rows(same)]
    _TABLE.upsert(rows)
    _prune(periods, rows)
    _readjust(periods)
    StarPeriod.objects.filter(pk__in=[one.pk for one in periods]).update(
        state=StarPeriod.State.COMPUTED, computed_at=Now()
    )
    return len(rows)


def rating_rows(periods: Sequence[StarPeriod]) -> list[RatingRow]:
    """The ratings of periods with the same days as the facts stand now; nothing is written."""
    rules = {one.branch_id: StarRules.from_json(one.scheme.rules) for one in periods}
    posts = {post for each in rules.values() for post in each.targets}
    facts = teller_facts(list(rules), periods[0].first_day, periods[0].last_day, posts)
    return rated_under(periods, rules, facts)


def rated_under(
    periods: Sequence[StarPeriod],
    rules: Mapping[int, StarRules],
    facts: Iterable[tuple[Person, TellerFacts]],
) -> list[RatingRow]:
    """What each branch's rules make of these facts, quotas within the branch; nothing is read."""
    by_branch = {one.branch_id: one for one in periods}
    held: dict[int, list[RatingRow]] = {branch_id: [] for branch_id in by_branch}
    for person, one in facts:
        scheme = rules[person.branch_id]
        if person.post in scheme.targets:
            row = _row(by_branch[person.branch_id], person, rate(scheme, one))
            held[person.branch_id].append(row)
    for branch_id, rows in held.items():
        _apply_quotas(rules[branch_id], rows)
    return [row for rows in held.values() for row in rows]


def tokens_give(period: StarPeriod) -> None:
    """Give every star of a period the token of its public page, by one statement."""
    missing = list(
        period.ratings.filter(star__gt=0, token=None).order_by("pk").values_list("pk", flat=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(_TOKENS, [missing, [secrets.token_urlsafe(16) for _ in missing]])


def _alike(periods: Iterable[StarPeriod]) -> Iterable[list[StarPeriod]]:
    for _, same in groupby(periods, key=lambda one: (one.first_day, one.last_day)):
        yield list(same)


def _row(period: StarPeriod, person: Person, rating: Any) -> RatingRow:
    figures = rating.dimensions
    return RatingRow(
        period_id=period.pk,
        staff_id=person.staff_id,
        branch_id=person.branch_id,
        unit_id=person.unit_id,
        unit_path=person.unit_path,
        post=person.post,
        skill=figures.get("skill"),
        quality=figures.get("quality"),
        efficiency=figures.get("efficiency"),
        standards=figures.get("standards"),
        discipline=figures.get("discipline"),
        total=rating.total,
        status=rating.status,
        computed_star=rating.star,
        star=rating.star,
        reason=rating.reason,
        lines=rating.lines,
    )


def _apply_quotas(rules: StarRules, rows: Sequence[RatingRow]) -> None:
    rated = {row.staff_id: row for row in rows if row.status == RATED}
    for staff_id, dropped in quotas(rules, map(_candidate, rated.values())).items():
        rated[staff_id].drop(dropped)


def _candidate(row: RatingRow) -> Candidate[int]:
    names = ("skill", "quality", "efficiency", "standards", "discipline")
    figures = {name: getattr(row, name) for name in names}
    held = {name: value for name, value in figures.items() if value is not None}
    return Candidate(row.staff_id, row.star, row.total or Decimal(0), held)


def _prune(periods: Sequence[StarPeriod], rows: Sequence[RatingRow]) -> None:
    """Remove ratings of people who are no longer to be rated, with what was proposed for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PRUNE,
            [
                [one.pk for one in periods],
                _TABLE.array("period_id", rows),
                _TABLE.array("staff_id", rows),
            ],
        )


def _readjust(periods: Sequence[StarPeriod]) -> None:
    """What the committee agreed to holds for the new figures as well."""
    with connection.cursor() as cursor:
        cursor.execute(_READJUST, [[one.pk for one in periods]])


_PRUNE: Final = """
WITH gone AS (
    SELECT s.id FROM tellers_starrating s
    WHERE s.period_id = ANY(%s) AND NOT EXISTS (
        SELECT FROM unnest(%s::bigint[], %s::bigint[]) AS t (period_id, staff_id)
        WHERE t.period_id = s.period_id AND t.staff_id = s.staff_id
    )
), unadjusted AS (DELETE FROM tellers_staradjustment a USING gone WHERE a.rating_id = gone.id)
DELETE FROM tellers_starrating s USING gone WHERE s.id = gone.id
"""

_READJUST: Final = """
UPDATE tellers_starrating s SET star = greatest(0, least(5, s.computed_star + a.step))
FROM tellers_staradjustment a
WHERE a.rating_id = s.id AND a.state = 'CONFIRMED' AND s.status = 'RATED'
    AND s.period_id = ANY(%s)
"""

_TOKENS: Final = """
UPDATE tellers_starrating s SET token = t.token
FROM unnest(%s::bigint[], %s::text[]) AS t (id, token) WHERE s.id = t.id
"""
