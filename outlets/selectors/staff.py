"""Which people a user sees, and who worked where when."""

from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from outlets.models import Posting, Staff, Unit

_BRANCH_ROLES = {Role.SERVICE_OFFICE, Role.LEADERSHIP}


def postings_visible_to(user: User) -> QuerySet[Posting]:
    """The postings a user may look up.

    The service office and leadership see their branch's; the head of an institution those in its
    subtree; the head of an outlet those at the outlet, with no word of where people were before or
    went after; a teller the own ones. Nobody else sees any.
    """
    unit = user.unit
    if unit is None:
        return Posting.objects.none()
    if user.role in _BRANCH_ROLES:
        return Posting.objects.filter(staff__branch_id=unit.branch_id)
    if user.role == Role.INSTITUTION_HEAD:
        return Posting.objects.filter(unit__path__startswith=unit.path)
    if user.role == Role.OUTLET_HEAD:
        return Posting.objects.filter(unit=unit)
    if user.role == Role.TELLER:
        return Posting.objects.filter(staff_id=user.staff_id)
    return Posting.objects.none()


def staff_visible_to(user: User) -> QuerySet[Staff]:
    """The people a user may look up: those with a visible posting, and for the branch everybody."""
    if user.unit is not None and user.role in _BRANCH_ROLES:
        return Staff.objects.filter(branch_id=user.unit.branch_id)
    if user.role == Role.TELLER:
        return Staff.objects.filter(pk=user.staff_id)
    return Staff.objects.filter(Exists(postings_visible_to(user).filter(staff=OuterRef("pk"))))


def on_day(day: date) -> Q:
    """The condition that a posting holds on a day."""
    return Q(start__lte=day) & (Q(end=None) | Q(end__gte=day))


def staff_at(unit: Unit | int, day: date) -> QuerySet[Posting]:
    """The postings at a unit on a day, with `staff` loaded, by staff number.

    For whoever may already work with the unit on that day, such as the inspector of a visit there;
    the caller has made sure of that.
    """
    unit_id = unit if isinstance(unit, int) else unit.pk
    return (
        Posting.objects.filter(on_day(day), unit_id=unit_id)
        .select_related("staff")
        .order_by("staff__number")
    )


def staff_listed(user: User, day: date) -> QuerySet[Staff]:
    """The visible people, each with `now`: their visible postings on that day (one or none)."""
    current = postings_visible_to(user).filter(on_day(day)).select_related("unit")
    return (
        staff_visible_to(user)
        .prefetch_related(Prefetch("postings", queryset=current, to_attr="now"))
        .order_by("number")
    )
