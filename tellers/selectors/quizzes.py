"""Which results of quizzes and skill tests a user sees."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import User
from outlets.models import Unit
from tellers.models import Quiz
from tellers.selectors.places import placed, seen_by

# What the list sorts by.
SORTS: Final = {"date": "date", "score": "score", "staff": "staff__number"}
NEWEST: Final = "-date"


@dataclass(frozen=True, slots=True)
class QuizSought:
    """What the list looks for; everything left empty does not matter."""

    first: date | None = None
    last: date | None = None
    unit: Unit | None = None
    person: str = ""
    kind: str = ""
    below: int | None = None  # results under so many points
    sort: str = NEWEST


def quizzes_visible_to(user: User) -> QuerySet[Quiz]:
    """The results a user may read, newest first, each with `place` and `place_name` of its day."""
    rows = placed(Quiz.objects.select_related("staff"), "date", "date")
    return rows.filter(seen_by(user, "place", "date")).order_by("-date", "staff__number", "pk")


def quizzes_listed(user: User, sought: QuizSought) -> QuerySet[Quiz]:
    """The visible results sought, in the order asked for."""
    found = quizzes_visible_to(user)
    given = {
        "date__gte": sought.first,
        "date__lte": sought.last,
        "kind": sought.kind,
        "score__lt": sought.below,
    }
    found = found.filter(**{name: value for name, value in given.items() if value})
    if sought.unit is not None:
        below = Unit.objects.filter(path__startswith=sought.unit.path)
        found = found.filter(Q(place__in=below.values("pk")))
    if sought.person:
        found = found.filter(
            Q(staff__name__contains=sought.person) | Q(staff__number__contains=sought.person)
        )
    return found.order_by(*_order(sought.sort))


def _order(sort: str) -> list[str]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        name, sort = "date", NEWEST
    sign = "-" if sort.startswith("-") else ""
    return [f"{sign}{SORTS[name]}", "-date", "staff__number", "pk"]
