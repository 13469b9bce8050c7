"""Which trainings and whose attendance a user sees."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability
from outlets.models import Posting, Unit
from outlets.selectors.staff import on_day
from tellers.models import Attendance, Training
from tellers.selectors.places import placed, seen_by


@dataclass(frozen=True, slots=True)
class TrainingSought:
    """What the list looks for; everything left empty does not matter."""

    year: int | None = None
    name: str = ""


def trainings_visible_to(user: User) -> QuerySet[Training]:
    """The branch's trainings, newest first: what was taught is no secret."""
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return Training.objects.none()
    return Training.objects.filter(branch=user.unit.branch_id).order_by("-first_day", "-pk")


def trainings_listed(user: User, sought: TrainingSought) -> QuerySet[Training]:
    """The trainings sought, each with how many visible people came (`came`) and did not (`away`)."""
    found = trainings_visible_to(user)
    if sought.year:
        found = found.filter(first_day__year=sought.year)
    if sought.name:
        found = found.filter(name__contains=sought.name)
    seen = Q(attendances__in=attendances_visible_to(user).order_by().values("pk"))
    return found.annotate(
        came=Count("attendances", filter=seen & Q(attendances__attended=True)),
        away=Count("attendances", filter=seen & Q(attendances__attended=False)),
    )


def attendances_visible_to(user: User) -> QuerySet[Attendance]:
    """Who came, as far as a user may read it, with `place` and `place_name` of that time."""
    rows = placed(
        Attendance.objects.select_related("staff", "training"),
        "training__first_day",
        "training__last_day",
    )
    seen = seen_by(user, "place", "training__last_day", branch="training__branch")
    return rows.filter(seen).order_by("-training__last_day", "staff__number")


def people_of(training: Training, unit: Unit) -> list[Posting]:
    """The postings at or below a unit on a training's last day, with `staff` and `unit`."""
    return list(
        Posting.objects.filter(on_day(training.last_day), unit__path__startswith=unit.path)
        .select_related("staff", "unit")
        .order_by("unit__path", "staff__number")
    )
