"""A branch's months: their states, how far inspections reach, what is still on the way."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from accounts.models import Job, User
from accounts.roles import Capability
from inspections.models import Inspection
from outlets.models import Unit
from outlets.months import Month
from reports.closing import CLOSED, OPEN, PROVISIONAL
from reports.models import Correction, MonthClose, MonthlyScore, SchemeVersion, Season
from reports.selectors.figures import scores_latest
from reports.selectors.waiting import pending_of

_SCORING = ("OPEN", "COVERT", "SPECIAL")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many outlets take part in a month, and how many of them each channel reached."""

    outlets: int = 0
    ranked: int = 0
    open: int = 0
    covert: int = 0
    institutions: int = 0


@dataclass(slots=True)
class MonthView:
    """A month as its page shows it; `record` None where nothing was recorded yet."""

    month: Month
    record: MonthClose | None = None
    coverage: Coverage = field(default_factory=Coverage)
    unreleased: int = 0
    pending: int = 0
    corrections: list[Correction] = field(default_factory=list)
    job: Job | None = None

    @property
    def state(self) -> str:
        """OPEN before anything was recorded."""
        return self.record.state if self.record else OPEN

    @property
    def can_roll_up(self) -> bool:
        """Whether its figures may still move and nothing is under way."""
        return self.state != CLOSED and not self.is_busy

    @property
    def can_publish(self) -> bool:
        """Whether it can be published inside."""
        return self.state == OPEN and not self.is_busy

    @property
    def can_close(self) -> bool:
        """Whether it can be closed."""
        return self.state == PROVISIONAL and not self.is_busy

    @property
    def can_correct(self) -> bool:
        """Whether a correction may be issued."""
        return self.state == CLOSED

    @property
    def is_busy(self) -> bool:
        """Whether a job of this month is open."""
        return self.job is not None and self.job.is_open


def months_visible_to(user: User) -> QuerySet[MonthClose]:
    """The months of the user's branch, newest first, with scheme and branch."""
    if user.unit is None or not user.can(Capability.LEAGUE_READ):
        return MonthClose.objects.none()
    return MonthClose.objects.filter(branch_id=user.unit.branch_id).select_related(
        "scheme", "branch", "closed_by"
    )


def schemes_visible_to(user: User) -> QuerySet[SchemeVersion]:
    """The branch's schemes, newest first; drafts only for those who edit them."""
    if user.unit is None or not user.can(Capability.LEAGUE_READ):
        return SchemeVersion.objects.none()
    schemes = SchemeVersion.objects.filter(branch_id=user.unit.branch_id)
    return schemes if user.can(Capability.SCHEMES_EDIT) else schemes.exclude(published_at=None)


def seasons_visible_to(user: User) -> QuerySet[Season]:
    """The branch's competitions, newest first."""
    if user.unit is None or not user.can(Capability.LEAGUE_READ):
        return Season.objects.none()
    return Season.objects.filter(branch_id=user.unit.branch_id)


def season_of(branch_id: int, month: Month) -> Season | None:
    """The competition a month belongs to."""
    return Season.objects.filter(
        branch_id=branch_id, first_month__lte=month.first, last_month__gte=month.first
    ).first()


def month_views(branch: Unit, months: list[Month]) -> list[MonthView]:
    """Everything the page of months shows, in a constant number of queries."""
    views = {month.first: MonthView(month) for month in months}
    for record in MonthClose.objects.filter(branch=branch, month__in=views).select_related(
        "scheme", "closed_by"
    ):
        views[record.month].record = record
    for day, coverage in _coverage(branch.pk, list(views)).items():
        views[day].coverage = coverage
    for day, count in _unreleased(branch.pk, months).items():
        views[day].unreleased = count
    for correction in Correction.objects.filter(
        month_close__branch=branch, month_close__month__in=views
    ).select_related("month_close", "issued_by"):
        views[correction.month_close.month].corrections.append(correction)
    for job in _jobs(branch, months):
        views[Month.parse(job.period).first].job = job
    return list(views.values())


def month_view(branch: Unit, month: Month) -> MonthView:
    """One month, with what waits for a correction counted."""
    (view,) = month_views(branch, [month])
    if view.record is not None:
        view.pending = len(pending_of(view.record))
    return view


def months_shown(branch: Unit, today: date) -> list[Month]:
    """The months to list, newest first: every recorded one, and those inspections fall in."""
    recorded = MonthClose.objects.filter(branch=branch).values_list("month", flat=True)
    inspected = Inspection.objects.filter(branch=branch, channel__in=_SCORING).dates(
        "date", "month"
    )
    return sorted({Month.of(day) for day in (*recorded, *inspected)} | {Month.of(today)})[::-1]


def month_summary(branch: Unit, month: Month) -> str:
    """One line on a month's figures."""
    coverage = _coverage(branch.pk, [month.first]).get(month.first, Coverage())
    first = (
        scores_latest(branch.pk)
        .filter(month=month.first, kind=MonthlyScore.Kind.OUTLET, rank=1)
        .select_related("unit")
        .order_by("unit__code")
        .first()
    )
    text = (
        f"{branch.short_name}{month.label}，网点{coverage.outlets}家，参评{coverage.ranked}家"
        f"（明查到{coverage.open}家，暗访到{coverage.covert}家），机构{coverage.institutions}家"
    )
    return f"{text}；第一名{first.unit.short_name} {first.total}分" if first else text


def _coverage(branch_id: int, days: list[date]) -> dict[date, Coverage]:
    outlet = Q(kind=MonthlyScore.Kind.OUTLET)
    counts: dict[str, Any] = {
        "outlets": Count("pk", filter=outlet),
        "ranked": Count("pk", filter=outlet & Q(total__isnull=False)),
        "reached_open": Count("pk", filter=outlet & Q(open__isnull=False)),
        "reached_covert": Count("pk", filter=outlet & Q(covert__isnull=False)),
        "institutions": Count("pk", filter=~outlet),
    }
    rows = scores_latest(branch_id).filter(month__in=days).order_by()
    return {
        day: Coverage(*numbers)
        for day, *numbers in rows.values("month").annotate(**counts).values_list("month", *counts)
    }


def _unreleased(branch_id: int, months: list[Month]) -> dict[date, int]:
    """Submitted inspections that wait to be reviewed, by month; for the service office only."""
    rows = (
        Inspection.objects.filter(
            branch_id=branch_id,
            state=Inspection.State.SUBMITTED,
            channel__in=_SCORING,
            date__gte=min(month.first for month in months),
            date__lte=max(month.last for month in months),
        )
        .order_by()
        .annotate(first=TruncMonth("date"))
        .values_list("first")
        .annotate(count=Count("pk"))
    )
    wanted = {month.first for month in months}
    return {day: count for day, count in rows if day in wanted}


def _jobs(branch: Unit, months: list[Month]) -> QuerySet[Job]:
    """The roll-ups and closes asked for by branch, the latest of a month last."""
    return Job.objects.filter(
        kind__in=["rollup", "close"], scope=branch.code, period__in=[str(each) for each in months]
    ).order_by("due_at", "pk")
