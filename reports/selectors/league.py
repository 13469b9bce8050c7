"""The league tables as people read them: a month's, the season's, and one unit's own page (R4–R6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import F, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import units_visible_to
from reports.closing import CLOSED
from reports.models import MonthClose, MonthlyScore, Season
from reports.ranking import SeasonStanding, season
from reports.scheme import SchemeRules
from reports.selectors.figures import edition_of, latest_edition
from reports.selectors.months import months_visible_to

SPARK_MONTHS: Final = 12
_COLUMNS: Final = (
    "unit_id", "unit__code", "unit__short_name", "institution_id", "institution__short_name",
    "peer_group", "windows", "open", "covert", "special", "device", "quiz", "base", "adjustment",
    "total", "rank", "group_rank", "previous_rank", "is_visible",
)  # fmt: skip


@dataclass(slots=True)
class LeagueRow:
    """One line of a month's table."""

    unit_id: int
    code: str
    name: str
    institution_id: int | None
    institution: str | None
    peer_group: str
    windows: int
    open: Decimal | None
    covert: Decimal | None
    special: Decimal | None
    device: Decimal | None
    quiz: Decimal | None
    base: Decimal | None
    adjustment: Decimal
    total: Decimal | None
    rank: int | None
    group_rank: int | None
    previous_rank: int | None
    is_visible: bool
    totals: Sequence[Decimal | None] = ()
    previous_group: str | None = None
    previous_group_rank: int | None = None

    @property
    def change(self) -> int | None:
        """Places climbed since last month; None when there is nothing to compare with."""
        return _climbed(self.previous_rank, self.rank)

    @property
    def group_change(self) -> int | None:
        """Places climbed within the peer group, None after a change of group."""
        if self.previous_group != self.peer_group:
            return None
        return _climbed(self.previous_group_rank, self.group_rank)


@dataclass(frozen=True, slots=True)
class LeagueTable:
    """A month's table by rank, the unranked last; rows hold the totals of `months`, this one last."""

    months: tuple[Month, ...]
    rows: tuple[LeagueRow, ...]


@dataclass(frozen=True, slots=True)
class SeasonRow:
    """One line of the season's table: the standing, and the month by month totals."""

    unit_id: int
    name: str
    standing: SeasonStanding[int]
    totals: tuple[Decimal | None, ...]
    is_visible: bool


@dataclass(frozen=True, slots=True)
class SeasonTable:
    """The season so far: its closed months up to the one looked at."""

    season: Season
    months: tuple[Month, ...]
    rows: tuple[SeasonRow, ...]


def months_rolled_up(user: User) -> list[MonthClose]:
    """The branch's months with figures, newest first, each with its latest `edition`."""
    rows = months_visible_to(user).filter(rolled_up_at__isnull=False).select_related(None)
    return list(rows.annotate(edition=latest_edition("pk")).order_by("-month"))


def league_table(
    user: User, records: Sequence[MonthClose], record: MonthClose, kind: str
) -> LeagueTable:
    """A month's whole table, with the totals of the year before it.

    Everybody who may read rankings sees every row; `is_visible` says whose page may be opened.
    """
    scores = MonthlyScore.objects.filter(
        branch_id=record.branch_id, month=record.month, edition=edition_of(record), kind=kind
    ).annotate(is_visible=Q(unit__in=units_visible_to(user)))
    ordered = scores.order_by(F("rank").asc(nulls_last=True), "unit__code")
    rows = [LeagueRow(*values) for values in ordered.values_list(*_COLUMNS)]
    shown = [each for each in records if each.month <= record.month][:SPARK_MONTHS][::-1]
    for row, past in _with_past(rows, shown, kind):
        row.totals, row.previous_group, row.previous_group_rank = past
    return LeagueTable(tuple(Month.of(each.month) for each in shown), tuple(rows))


def season_table(
    user: User, records: Sequence[MonthClose], record: MonthClose, kind: str
) -> SeasonTable | None:
    """The season the month lies in, so far: its closed months up to this one; None without one."""
    held = Season.objects.filter(
        branch_id=record.branch_id, first_month__lte=record.month, last_month__gte=record.month
    ).first()
    if held is None:
        return None
    return _season_of(user, held, [each for each in records if each.month <= record.month], kind)


def season_so_far(user: User, held: Season, kind: str) -> SeasonTable:
    """A season over all its closed months."""
    return _season_of(user, held, months_rolled_up(user), kind)


def _season_of(user: User, held: Season, records: Sequence[MonthClose], kind: str) -> SeasonTable:
    """The table over those of the months that are closed and of the season."""
    closed = [
        each
        for each in sorted(records, key=lambda each: each.month)
        if each.state == CLOSED and held.first_month <= each.month <= held.last_month
    ]
    months = tuple(Month.of(each.month) for each in closed)
    if not closed:
        return SeasonTable(held, months, ())
    totals = season_totals(closed, kind)
    rules = SchemeRules.from_json(closed[-1].scheme.rules)
    names = dict(Unit.objects.filter(pk__in=totals).values_list("pk", "short_name"))
    visible = set(units_visible_to(user).values_list("pk", flat=True))
    rows = [
        SeasonRow(each.key, names[each.key], each, totals[each.key], each.key in visible)
        for each in season(rules, totals)
    ]
    return SeasonTable(held, months, tuple(rows))


def season_totals(
    records: Sequence[MonthClose], kind: str
) -> dict[int, tuple[Decimal | None, ...]]:
    """Each unit's stored total in each of these months, None where it has none."""
    return {unit_id: tuple(totals) for unit_id, (totals, *_) in _past(records, kind).items()}


def scores_visible_to(user: User) -> QuerySet[MonthlyScore]:
    """Every stored row of the branch, all editions; the table is open to all who read rankings."""
    if user.unit is None or not user.can(Capability.LEAGUE_READ):
        return MonthlyScore.objects.none()
    rows = MonthlyScore.objects.filter(branch_id=user.unit.branch_id)
    return rows.select_related("unit", "institution")


def scores_explained_to(user: User) -> QuerySet[MonthlyScore]:
    """The rows whose composition a user may see: those of the units in sight."""
    return scores_visible_to(user).filter(unit__in=units_visible_to(user))


def editions_of(user: User, unit_id: int, month: Month, kind: str) -> list[MonthlyScore]:
    """One unit's rows of a month, latest edition first; none where the user may not look deeper."""
    rows = scores_explained_to(user).filter(unit_id=unit_id, month=month.first, kind=kind)
    return list(rows.order_by("-edition"))


def members_of(score: MonthlyScore) -> QuerySet[MonthlyScore]:
    """The outlets an institution's row is made of, in the same edition, by rank."""
    rows = MonthlyScore.objects.filter(
        branch_id=score.branch_id,
        month=score.month,
        edition=score.edition,
        kind=MonthlyScore.Kind.OUTLET,
        institution_id=score.unit_id,
    )
    return rows.select_related("unit").defer("lines").order_by("rank", "unit__code")


def neighbours(score: MonthlyScore) -> tuple[date | None, date | None]:
    """The months before and after in which the unit has a row of this kind."""
    rows = MonthlyScore.objects.filter(unit_id=score.unit_id, kind=score.kind)
    before = rows.filter(month__lt=score.month).order_by("-month")
    after = rows.filter(month__gt=score.month).order_by("month")
    days = (each.values_list("month", flat=True).first() for each in (before, after))
    return next(days), next(days)


_Past = tuple[list[Decimal | None], str | None, int | None]


def _with_past(
    rows: Sequence[LeagueRow], records: Sequence[MonthClose], kind: str
) -> Iterator[tuple[LeagueRow, _Past]]:
    past = _past(records, kind)
    nothing: _Past = ([None] * len(records), None, None)
    for row in rows:
        yield row, past.get(row.unit_id, nothing)


def _past(records: Sequence[MonthClose], kind: str) -> dict[int, _Past]:
    """By unit: its totals in these months in their order; peer group and rank in it a month ago.

    One statement that returns a row a unit, whatever the number of months.
    """
    if not records:
        return {}
    scope: dict[str, Any] = {
        "branch": records[0].branch_id,
        "kind": kind,
        "months": [record.month for record in records],
        "editions": [edition_of(record) for record in records],
        "before": Month.of(records[-1].month).previous.first,
    }
    past: dict[int, _Past] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAST, scope)
        for unit_id, places, held, group, rank in cursor.fetchall():
            totals: list[Decimal | None] = [None] * len(records)
            for place, total in zip(places, held, strict=True):
                totals[place - 1] = total
            past[unit_id] = (totals, group, rank)
    return past


_PAST: Final = """
SELECT s.unit_id, array_agg(m.place), array_agg(s.total),
    max(s.peer_group) FILTER (WHERE m.month = %(before)s),
    max(s.group_rank) FILTER (WHERE m.month = %(before)s)
FROM unnest(%(months)s::date[], %(editions)s::int[]) WITH ORDINALITY AS m (month, edition, place)
JOIN reports_monthlyscore s ON s.branch_id = %(branch)s AND s.kind = %(kind)s
    AND s.month = m.month AND s.edition = m.edition
GROUP BY s.unit_id
"""


def _climbed(before: int | None, now: int | None) -> int | None:
    return None if before is None or now is None else before - now
