"""Star schemes, periods and ratings as their pages show them; who sees which (S16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy

from accounts.models import Job, User
from accounts.roles import Capability, Role
from outlets.models import Unit
from tellers.models import Objection, StarAdjustment, StarPeriod, StarRating, StarScheme
from tellers.services.star_periods import STARS

State = StarPeriod.State
SHOWN: Final = (State.PUBLIC, State.FINAL)
_BRANCH_ROLES: Final = {Role.SERVICE_OFFICE, Role.LEADERSHIP}
# What the star list sorts by.
SORTS: Final = {
    "number": "staff__number",
    "name": "staff__name",
    "unit": "unit_path",
    "skill": "skill",
    "quality": "quality",
    "efficiency": "efficiency",
    "standards": "standards",
    "discipline": "discipline",
    "total": "total",
    "star": "star",
}
HIGHEST_FIRST: Final = "-total"


@dataclass(frozen=True, slots=True)
class RatingSought:
    """What the star list looks for; everything left empty does not matter."""

    unit: Unit | None = None
    post: str = ""
    star: int | None = None
    status: str = ""
    person: str = ""
    sort: str = HIGHEST_FIRST


def star_schemes_visible_to(user: User) -> QuerySet[StarScheme]:
    """The branch's star schemes, drafts first, then the newest; drafts only for who edits them."""
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return StarScheme.objects.none()
    schemes = StarScheme.objects.filter(branch_id=user.unit.branch_id).order_by(
        F("published_at").desc(nulls_first=True), "-pk"
    )
    return schemes if user.can(Capability.RECORDS_EDIT) else schemes.exclude(published_at=None)


def star_periods_visible_to(user: User) -> QuerySet[StarPeriod]:
    """The branch's rating periods, newest first; beyond the branch's own people those shown."""
    if user.unit is None:
        return StarPeriod.objects.none()
    periods = StarPeriod.objects.filter(branch_id=user.unit.branch_id)
    periods = periods.select_related("scheme", "branch").order_by("-last_day", "-pk")
    return periods if user.role in _BRANCH_ROLES else periods.filter(state__in=SHOWN)


def star_ratings_visible_to(user: User) -> QuerySet[StarRating]:
    """The ratings a user may read in full, with person, unit and period.

    The service office and leadership see their branch's; heads, once they are shown, those of the
    people who were at their unit on the period's last day; everybody the own one.
    """
    unit = user.unit
    if unit is None or not user.can(Capability.RECORDS_READ):
        return StarRating.objects.none()
    return StarRating.objects.filter(_scope(user, unit)).select_related("staff", "unit", "period")


def _scope(user: User, unit: Unit) -> Q:
    if user.role in _BRANCH_ROLES:
        return Q(branch_id=unit.branch_id)
    seen = Q(staff_id=user.staff_id) if user.staff_id else Q(pk=None)
    if user.role == Role.INSTITUTION_HEAD:
        seen |= Q(branch_id=unit.branch_id, unit_path__startswith=unit.path)
    elif user.role == Role.OUTLET_HEAD:
        seen |= Q(unit=unit)
    return seen & Q(period__state__in=SHOWN)


def star_ratings_listed(
    user: User, period: StarPeriod, sought: RatingSought
) -> QuerySet[StarRating]:
    """The visible ratings of a period that are sought, in the order asked for."""
    found = star_ratings_visible_to(user).filter(period=period)
    if sought.unit is not None:
        found = found.filter(unit_path__contains=f"{sought.unit.code}/")
    if sought.person:
        found = found.filter(
            Q(staff__name__contains=sought.person) | Q(staff__number__contains=sought.person)
        )
    given = {"post": sought.post, "status": sought.status}
    found = found.filter(**{name: value for name, value in given.items() if value})
    if sought.star is not None:
        found = found.filter(star=sought.star, status=StarRating.Status.RATED)
    return found.order_by(*_order(sought.sort))


def _order(sort: str) -> list[str | OrderBy]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        name, sort = "total", HIGHEST_FIRST
    column = F(SORTS[name])
    first = column.desc(nulls_last=True) if sort.startswith("-") else column.asc(nulls_last=True)
    return [first, "unit_path", "staff__number"]


def star_honours(period: StarPeriod) -> QuerySet[StarRating]:
    """Who holds a star in a period, the highest first: what all staff of the branch may know."""
    held = StarRating.objects.filter(period=period, star__gt=0).select_related("staff", "unit")
    return held.order_by("-star", "unit_path", "staff__number")


def star_counts(user: User, period: StarPeriod) -> Mapping[tuple[str, int], int]:
    """How many of the visible ratings have each status and star."""
    rows = star_ratings_visible_to(user).filter(period=period).order_by()
    counts = rows.values("status", "star").annotate(n=Count("pk"))
    return {(row["status"], row["star"]): row["n"] for row in counts}


def star_job(period: StarPeriod) -> Job | None:
    """The latest computation asked for, if any."""
    jobs = Job.objects.filter(kind=STARS, scope=str(period.branch_id), period=period.label)
    return jobs.order_by("-pk").first()


def adjustments_visible_to(user: User) -> QuerySet[StarAdjustment]:
    """The committee's adjustments of the ratings a user reads; heads and tellers: those confirmed."""
    found = StarAdjustment.objects.filter(rating__in=star_ratings_visible_to(user))
    if not user.can(Capability.RECORDS_CONFIRM):
        found = found.filter(state=StarAdjustment.State.CONFIRMED)
    return found.select_related(
        "rating__staff", "rating__unit", "rating__period", "proposed_by", "confirmed_by"
    ).order_by("pk")


def objections_visible_to(user: User) -> QuerySet[Objection]:
    """The objections a user may read: the branch's for who decides them, everybody's own."""
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return Objection.objects.none()
    seen = Objection.objects.filter(rating__branch_id=user.unit.branch_id)
    if user.role not in _BRANCH_ROLES:
        seen = seen.filter(rating__staff_id=user.staff_id or 0, rating__period__state__in=SHOWN)
    return seen.select_related(
        "rating__staff", "rating__unit", "rating__period", "raised_by", "decided_by"
    ).order_by("pk")
