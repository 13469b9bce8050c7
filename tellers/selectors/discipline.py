"""Which violations and penalties a user sees, as lists and pages show them (S17)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Concat, StrIndex

from accounts.models import User
from accounts.roles import Capability, Role
from complaints.models import Responsibility
from outlets.models import Staff, Unit
from outlets.months import Month
from tellers.models import Penalty, Violation, ViolationKind
from tellers.services.penalties import REPEATED, TO_CIRCULATE

_State = Penalty.State
_BRANCH_ROLES: Final = {Role.SERVICE_OFFICE, Role.LEADERSHIP}
# A penalty that was not approved is no penalty; those it would be about do not hear of it.
_INSIDE: Final = (Penalty.State.PROPOSED, Penalty.State.REFUSED)
IN_FORCE: Final = (
    Penalty.State.APPROVED,
    Penalty.State.NOTIFIED,
    Penalty.State.APPEALED,
    Penalty.State.UPHELD,
)
# What the list sorts by.
SORTS: Final = {
    "day": "day",
    "recorded": "recorded_on",
    "unit": "unit_path",
    "staff": "staff__number",
    "kind": "kind__code",
}
NEWEST: Final = "-day"
# Instead of a state: every state in which a penalty holds.
HOLDING: Final = "IN_FORCE"


@dataclass(frozen=True, slots=True)
class ViolationSought:
    """What the list looks for, by the month it happened; everything left empty does not matter.

    `outside`: of no institution; `repeated`: of people with two or more among those sought;
    `unfounded`: on letters no longer found to be the person's fault.
    """

    first: Month | None = None
    last: Month | None = None
    unit: Unit | None = None
    outside: bool = False
    person: str = ""
    kind: ViolationKind | None = None
    severity: str = ""
    source: str = ""
    state: str = ""
    repeated: bool = False
    unfounded: bool = False
    sort: str = NEWEST


@dataclass(frozen=True, slots=True)
class PenaltySought:
    """What the list of penalties looks for; everything left empty does not matter.

    `year`: of the violations they stand on; `waiting`: for this user to do something.
    """

    state: str = ""
    kind: str = ""
    ground: str = ""
    year: int | None = None
    unit: Unit | None = None
    outside: bool = False
    person: str = ""
    waiting: bool = False


def violations_visible_to(user: User) -> QuerySet[Violation]:
    """The violations a user may read, newest first.

    The service office and leadership see their branch's; the head of an institution those in its
    subtree as it stood that day; the head of an outlet those there; everybody the own ones.
    """
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return Violation.objects.none()
    return (
        Violation.objects.filter(_violation_scope(user, user.unit))
        .select_related("staff", "unit", "kind")
        .order_by("-day", "-pk")
    )


def _violation_scope(user: User, unit: Unit) -> Q:
    if user.role in _BRANCH_ROLES:
        return Q(branch_id=unit.branch_id)
    own = Q(staff_id=user.staff_id) if user.staff_id else Q(pk=None)
    if user.role == Role.INSTITUTION_HEAD:
        return own | Q(branch_id=unit.branch_id, unit_path__startswith=unit.path)
    if user.role == Role.OUTLET_HEAD:
        return own | Q(unit=unit)
    return own


def penalties_visible_to(user: User) -> QuerySet[Penalty]:
    """The penalties a user may read, newest first: as violations are.

    Beyond the branch's own people only what was approved; of a leader only where they led.
    """
    if user.unit is None or not user.can(Capability.RECORDS_READ):
        return Penalty.objects.none()
    return (
        Penalty.objects.filter(_penalty_scope(user, user.unit))
        .select_related("staff", "unit")
        .order_by("-proposed_on", "-pk")
    )


def _penalty_scope(user: User, unit: Unit) -> Q:
    if user.role in _BRANCH_ROLES:
        return Q(branch_id=unit.branch_id)
    seen = Q(staff_id=user.staff_id) if user.staff_id else Q(pk=None)
    if user.role == Role.INSTITUTION_HEAD:
        below = Violation.objects.filter(
            penalties=OuterRef("pk"), branch_id=unit.branch_id, unit_path__startswith=unit.path
        )
        led_here = Q(unit__path__startswith=unit.path) | ~Q(ground=Penalty.Ground.LEADER)
        seen |= Q(Exists(below)) & led_here
    elif user.role == Role.OUTLET_HEAD:
        seen |= Q(unit=unit)
    return seen & ~Q(state__in=_INSIDE)


def violations_listed(user: User, sought: ViolationSought) -> QuerySet[Violation]:
    """The visible violations sought, each with `shown`: its visible penalties."""
    found = _matching(violations_visible_to(user), sought)
    if sought.unfounded:
        found = unfounded(found)
    if sought.repeated:
        often = found.order_by().values("staff").annotate(n=Count("pk")).filter(n__gte=REPEATED)
        found = found.filter(staff__in=often.values("staff"))
    return found.prefetch_related(shown_penalties(user)).order_by(*_order(sought.sort))


def unfounded(violations: QuerySet[Violation]) -> QuerySet[Violation]:
    """Those recorded on letters that are no longer found to be the person's fault."""
    found = Responsibility.objects.filter(
        Q(staff=OuterRef("staff")) | Q(staff=None),
        letter=OuterRef("letter"),
        finding=Responsibility.Finding.BANK,
        state=Responsibility.State.CONFIRMED,
        superseded_on=None,
    )
    recorded = violations.filter(state=Violation.State.RECORDED, letter__isnull=False)
    return recorded.filter(~Exists(found))


def _matching(found: QuerySet[Violation], sought: ViolationSought) -> QuerySet[Violation]:
    if sought.first is not None:
        found = found.filter(day__gte=sought.first.first)
    if sought.last is not None:
        found = found.filter(day__lte=sought.last.last)
    if sought.unit is not None:
        found = found.filter(unit_path__contains=f"{sought.unit.code}/")
    if sought.outside:
        found = found.exclude(_under_an_institution("unit_path"))
    if sought.person:
        found = found.filter(_named(sought.person))
    given = {name: getattr(sought, name) for name in ("kind", "severity", "source", "state")}
    return found.filter(**{name: value for name, value in given.items() if value})


def _named(person: str) -> Q:
    return Q(staff__name__contains=person) | Q(staff__number=person)


def _under_an_institution(path: str) -> Exists:
    """Whether a path of units names an institution."""
    above = Unit.objects.filter(branch=OuterRef("branch"), kind=Unit.Kind.INSTITUTION).annotate(
        at=StrIndex(OuterRef(path), Concat(F("code"), Value("/")))
    )
    return Exists(above.filter(at__gt=0))


def shown_penalties(user: User) -> Prefetch[str]:
    """The visible penalties of each violation, as `shown`."""
    return Prefetch("penalties", queryset=penalties_visible_to(user), to_attr="shown")


def _order(sort: str) -> list[str]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        name, sort = "day", NEWEST
    sign = "-" if sort.startswith("-") else ""
    return [f"{sign}{SORTS[name]}", "-day", "-pk"]


def penalties_listed(user: User, sought: PenaltySought) -> QuerySet[Penalty]:
    """The visible penalties sought, each with how many violations it stands on (`on`)."""
    found = penalties_waiting_for(user) if sought.waiting else penalties_visible_to(user)
    if sought.year:
        inside = Violation.objects.filter(penalties=OuterRef("pk"), day__year=sought.year)
        found = found.filter(Exists(inside.filter(state=Violation.State.RECORDED)))
    if sought.unit is not None:
        found = found.filter(unit__path__contains=f"{sought.unit.code}/")
    if sought.outside:
        found = found.exclude(_under_an_institution("unit__path"))
    if sought.person:
        found = found.filter(_named(sought.person))
    if sought.state:
        states = IN_FORCE if sought.state == HOLDING else (sought.state,)
        found = found.filter(state__in=states)
    given = {name: getattr(sought, name) for name in ("kind", "ground")}
    found = found.filter(**{name: value for name, value in given.items() if value})
    return found.annotate(on=Count("violations"))


def penalties_waiting_for(user: User) -> QuerySet[Penalty]:
    """The visible penalties that wait for this user: to decide on, or to tell the person."""
    waiting = Q(pk=None)
    if user.can(Capability.RECORDS_CONFIRM):
        others = ~Q(proposed_by=user) & ~Q(staff=user.staff_id or 0)
        waiting |= Q(state__in=(_State.PROPOSED, _State.APPEALED)) & others
    if user.can(Capability.RECORDS_EDIT):
        waiting |= Q(state=_State.APPROVED)
    return penalties_visible_to(user).filter(waiting)


def penalties_to_circulate(user: User) -> QuerySet[Penalty]:
    """The penalties that may be made known and are not yet, by day of approval, oldest first."""
    found = penalties_visible_to(user).filter(state__in=TO_CIRCULATE, circular_number=None)
    return found.order_by("approved_on", "pk")


def catalogue_of(branch_id: int) -> QuerySet[ViolationKind]:
    """The branch's catalogue with how often each entry was recorded (`used`), by code."""
    used = Count("violation", filter=Q(violation__state=Violation.State.RECORDED))
    return ViolationKind.objects.filter(branch=branch_id).annotate(used=used).order_by("code")


def repeat_violators(branch_id: int, first: date, last: date) -> QuerySet[Staff]:
    """Who has two recorded violations or more in the period, with `times`, most first."""
    held = _recorded(branch_id, first, last).values("staff").annotate(n=Count("pk"))
    people = held.filter(n__gte=REPEATED).values("staff")
    times = Count(
        "violations",
        filter=Q(
            violations__state=Violation.State.RECORDED,
            violations__day__range=(first, last),
            violations__branch=branch_id,
        ),
    )
    return Staff.objects.filter(pk__in=people).annotate(times=times).order_by("-times", "number")


def violations_of(staff_ids: Collection[int], first: date, last: date) -> QuerySet[Violation]:
    """The recorded violations of these people in the period, by day."""
    held = Violation.objects.filter(
        staff__in=staff_ids, state=Violation.State.RECORDED, day__range=(first, last)
    )
    return held.select_related("kind", "unit").order_by("day", "pk")


def _recorded(branch_id: int, first: date, last: date) -> QuerySet[Violation]:
    return Violation.objects.filter(
        branch=branch_id, state=Violation.State.RECORDED, day__range=(first, last)
    ).order_by()
