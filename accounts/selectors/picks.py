"""What an account can be given, found as it is typed: open units, people without an account."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Pick:
    """One row on offer: the code that is chosen, its name, and where it stands."""

    code: str
    name: str
    place: str


def assignable(field: str, user: User | None = None) -> QuerySet[Any]:
    """The units or people (`unit`, `staff`) that an account, or this one, may be given."""
    rows: QuerySet[Any] = _rows(field)
    if field == "unit":
        return rows.filter(closed_on=None).order_by("path")
    taken = User.objects.exclude(staff=None)
    if user is not None:
        taken = taken.exclude(pk=user.pk)
    return rows.filter(left_on=None).exclude(pk__in=taken.values("staff")).order_by("number")


def units_offered(text: str) -> list[Pick]:
    """Those whose name, short name or code holds the text, each with its path; two queries."""
    found = assignable("unit").filter(
        Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text)
    )[:SHOWN]
    above = {code for unit in found for code in _codes(unit)}
    names = dict(_rows("unit").filter(code__in=above).values_list("code", "short_name"))
    return [
        Pick(unit.code, unit.name, " › ".join(names[code] for code in _codes(unit)))
        for unit in found
    ]


def staff_offered(text: str, *, unit: str, user: User | None, day: date) -> list[Pick]:
    """Those posted that day at or below the unit (all, where it is no code) who fit the text."""
    posted = Q(start__lte=day) & (Q(end=None) | Q(end__gte=day))
    now = _rows("staff").model._meta.get_field("postings").related_model.objects.filter(posted)  # noqa: SLF001
    if above := assignable("unit").filter(code=unit).first():
        now = now.filter(unit__path__startswith=above.path)
    found = (
        assignable("staff", user)
        .filter(Q(name__icontains=text) | Q(number__icontains=text))
        .filter(pk__in=now.values("staff"))
        .prefetch_related(Prefetch("postings", now.select_related("unit"), to_attr="now"))[:SHOWN]
    )
    return [
        Pick(
            one.number,
            one.name,
            "、".join(f"{held.unit.short_name} {held.get_post_display()}" for held in one.now),
        )
        for one in found
    ]


def _rows(field: str) -> QuerySet[Any]:
    """The table behind a field of the account: a layer above this one, which may not be imported."""
    model: Any = User._meta.get_field(field).related_model  # noqa: SLF001  (Django's own name)
    return model.objects.all()  # type: ignore[no-any-return]


def _codes(unit: Any) -> list[str]:
    return unit.path.strip("/").split("/")  # type: ignore[no-any-return]
