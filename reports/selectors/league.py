"""The league tables as people read them: a month's, the season's, and one unit's own page (R4–R6)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.roles import Capability
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import units_visible_to
from reports.closing import CLOSED
from reports.models import MonthClose, MonthlyScore, Season
from reports.ranking import SeasonStanding, season
from reports.scheme import SchemeRules
from reports.selectors.months import months_visible_to

SPARK_MONTHS: Final = 12
_COLUMNS: Final = (
    "unit_id", "unit__code", "unit__short_name", "institution_id", "institution__short_name",
    "peer_group", "windows", "open", "covert", "special", "device", "quiz", "base", "adjustment",
    "total", "rank", "group_rank", "previous_rank",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """A unit's place in an earlier or later month."""

    total: Decimal | None
    group_rank: int | None
    peer_group: str


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
    is_visible: bool = False
    months: Mapping[date, Point] = field(default_factory=dict)

    @property
    def change(self) -> int | None:
        """Places climbed since last month; None when there is nothing to compare with."""
        return _climbed(self.previous_rank, self.rank)

    def group_change(self, month: Month) -> int | None:
        """Places climbed within the peer group, None after a change of group."""
        before = self.months.get(month.previous.first)
        if before is None or before.peer_group != self.peer_group:
            return None
        return _climbed(before.group_rank, self.group_rank)


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
    rows = months_visible_to(user).filter(rolled_up_at__isnull=False)
    return list(rows.annotate(edition=_edition()).order_by("-month"))


def league_rows(
    user: User, records: Sequence[MonthClose], record: MonthClose, kind: str
) -> list[LeagueRow]:
    """A month's whole table by rank, the unranked last; with the totals of the year before it.

    Everybody who may read rankings sees every row; `is_visible` says whose page may be opened.
    """
    rows = _scores([record], kind).order_by("rank", "unit__code")
    table = [LeagueRow(*values) for values in rows.values_list(*_COLUMNS)]
    visible = set(units_visible_to(user).values_list("pk", flat=True))
    shown = [each for each in records if each.month <= record.month][:SPARK_MONTHS]
    points = _points(shown, kind)
    for row in table:
        row.is_visible = row.unit_id in visible
        row.months = points.get(row.unit_id, {})
    return sorted(table, key=lambda row: (row.rank is None, row.rank or 0))


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


def _season_of(
    user: User, held: Season, records: Sequence[MonthClose], kind: str
) -> SeasonTable:
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
    points = _points(records, kind)
    days = [record.month for record in records]
    return {
        unit_id: tuple(months[day].total if day in months else None for day in days)
        for unit_id, months in points.items()
    }


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


def _scores(records: Collection[MonthClose], kind: str) -> QuerySet[MonthlyScore]:
    """The rows of these months, each in its latest edition."""
    by_edition: defaultdict[int, list[date]] = defaultdict(list)
    for record in records:
        by_edition[_edition_of(record)].append(record.month)
    wanted = Q(pk__in=[])
    for edition, days in by_edition.items():
        wanted |= Q(edition=edition, month__in=days)
    branch_ids = {record.branch_id for record in records}
    return MonthlyScore.objects.filter(wanted, branch_id__in=branch_ids, kind=kind).order_by()


def _points(records: Collection[MonthClose], kind: str) -> dict[int, dict[date, Point]]:
    columns = ("unit_id", "month", "total", "group_rank", "peer_group")
    points: defaultdict[int, dict[date, Point]] = defaultdict(dict)
    for unit_id, day, *values in _scores(records, kind).values_list(*columns):
        points[unit_id][day] = Point(*values)
    return points


def _edition() -> Any:
    return Coalesce(Max("corrections__number"), 0)


def _edition_of(record: MonthClose) -> int:
    """The annotation of `months_rolled_up`."""
    edition: int = getattr(record, "edition")  # noqa: B009  (no field of the model)
    return edition


def _climbed(before: int | None, now: int | None) -> int | None:
    return None if before is None or now is None else before - now
