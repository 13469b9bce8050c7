"""Which people a user sees, and who worked where when."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from outlets.models import Post, Posting, Staff, Unit

_BRANCH_ROLES: Final = {Role.SERVICE_OFFICE, Role.LEADERSHIP}
_ORDER: Final = (
    Post.LEADER, Post.OUTLET_HEAD, Post.LOBBY_MANAGER, Post.WEALTH_MANAGER, Post.TELLER, Post.OTHER,
)  # fmt: skip


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
    if user.role == Role.TELLER and user.staff_id:
        return Posting.objects.filter(staff_id=user.staff_id)
    return Posting.objects.none()


def staff_visible_to(user: User) -> QuerySet[Staff]:
    """The people a user may look up: those with a visible posting, and for the branch everybody."""
    if user.unit is not None and user.role in _BRANCH_ROLES:
        return Staff.objects.filter(branch_id=user.unit.branch_id)
    if user.role == Role.TELLER and user.staff_id:
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


def postings_at(user: User, unit: Unit, day: date) -> list[Posting]:
    """The visible postings at a unit on a day, heads first, with `staff` loaded."""
    held = postings_visible_to(user).filter(on_day(day), unit=unit).select_related("staff")
    order = {post: place for place, post in enumerate(_ORDER)}
    return sorted(held, key=lambda held: (order[Post(held.post)], held.staff.number))


def staff_counts(user: User, day: date) -> dict[int, int]:
    """How many people the user sees at each unit on a day: unit id → number."""
    held = postings_visible_to(user).filter(on_day(day))
    return dict(held.order_by().values_list("unit").annotate(number=Count("pk")))


@dataclass(frozen=True, slots=True)
class SoughtStaff:
    """What the staff list looks for; nothing: everybody still employed."""

    q: str = ""
    unit: Unit | None = None
    post: str = ""
    left: bool = False


def staff_listed(user: User, sought: SoughtStaff, day: date) -> QuerySet[Staff]:
    """The visible people sought, by number, each with `now`: their visible postings on that day."""
    return staff_found(staff_visible_to(user), postings_visible_to(user), sought, day)


def staff_found(
    people: QuerySet[Staff], postings: QuerySet[Posting], sought: SoughtStaff, day: date
) -> QuerySet[Staff]:
    """Those of the people who are sought, by number, each with `now`: these postings on that day."""
    current = postings.filter(on_day(day))
    if sought.q:
        people = people.filter(Q(name__contains=sought.q) | Q(number__contains=sought.q))
    if not sought.left:
        people = people.filter(Q(left_on=None) | Q(left_on__gte=day))
    held = current
    if sought.unit:
        held = held.filter(unit__path__startswith=sought.unit.path)
    if sought.post:
        held = held.filter(post=sought.post)
    if sought.unit or sought.post:
        people = people.filter(Exists(held.filter(staff=OuterRef("pk"))))
    shown = Prefetch("postings", queryset=current.select_related("unit"), to_attr="now")
    return people.prefetch_related(shown).order_by("number")
