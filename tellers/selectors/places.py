"""Where a record of somebody belongs: the unit they were posted to then, and who sees it for that.

An outlet or an institution keeps what happened in its time, however people and units moved later.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, TypeVar

from django.db.models import DateField, F, Func, Model, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.roles import Capability, Role
from outlets.models import Posting
from outlets.selectors import Stay, stays_below

Record = TypeVar("Record", bound=Model)

BRANCH_ROLES: Final = {Role.SERVICE_OFFICE, Role.LEADERSHIP}


def month_end(month: str) -> Func:
    """The last day of the month that a field holds the first day of."""
    template = "(%(expressions)s + interval '1 month - 1 day')::date"
    return Func(F(month), template=template, output_field=DateField())


def placed(rows: QuerySet[Record], first: str, last: str) -> QuerySet[Record]:
    """Records of `staff` with `place` and `place_name`: the unit of the posting on their last day.

    That is R3's: the posting on the day `last`, or else the last one since the day `first`.
    """
    held = Posting.objects.filter(
        Q(end=None) | Q(end__gte=OuterRef(first)),
        staff=OuterRef("staff"),
        start__lte=OuterRef(last),
    ).order_by("-start")
    found: QuerySet[Any] = rows.annotate(
        place=Subquery(held.values("unit")[:1]),
        place_name=Subquery(held.values("unit__short_name")[:1]),
    )
    return found


def seen_by(user: User, unit: str, day: str, *, branch: str = "branch") -> Q:
    """The condition that a record of `staff` at `unit` on `day` is for this user to read.

    The service office and leadership read their branch's; a head what was at the unit, or below the
    institution, on that day; everybody the own ones. At most one query, for heads of institutions.
    """
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return Q(pk=None)
    if user.role in BRANCH_ROLES:
        return Q(**{branch: user.unit.branch_id})
    own = Q(staff=user.staff_id) if user.staff_id else Q(pk=None)
    if user.role == Role.OUTLET_HEAD:
        return own | Q(**{unit: user.unit.pk})
    if user.role == Role.INSTITUTION_HEAD:
        return own | within(stays_below(user.unit), unit, day)
    return own


def within(stays: Iterable[Stay], unit: str, day: str) -> Q:
    """The condition that a unit stood there on that day."""
    always, found = [], Q(pk=None)
    for stay in stays:
        if (stay.first, stay.last) == (date.min, date.max):
            always.append(stay.unit_id)
        else:
            found |= Q(**{unit: stay.unit_id, f"{day}__range": (stay.first, stay.last)})
    return found | Q(**{f"{unit}__in": always})


def postings_seen_by(user: User) -> Q:
    """The condition that a posting is for this user to read, as a record is."""
    if user.role != Role.INSTITUTION_HEAD or user.unit is None:
        return seen_by(user, "unit", "start", branch="staff__branch")
    found = Q(staff=user.staff_id) if user.staff_id else Q(pk=None)
    for stay in stays_below(user.unit):
        lasting = Q(end=None) | Q(end__gte=stay.first)
        found |= Q(unit=stay.unit_id, start__lte=stay.last) & lasting
    return found
