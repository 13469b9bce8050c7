"""Visits as the plan and the inspector's day show them; who sees which is `firewall`'s matter."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.roles import Role
from inspections.models import Channel, Draft, Inspection, Visit, Wave
from inspections.selectors.firewall import (
    branch_of,
    visits_visible_to,
    waves_visible_to,
)
from inspections.selectors.forms import published_form
from outlets.models import Unit
from outlets.months import Month
from outlets.selectors import units_visible_to

__all__ = [
    "Coverage",
    "DayPlan",
    "VisitCard",
    "VisitSought",
    "coverage_of",
    "day_plan",
    "inspectors_visible_to",
    "plannable_units",
    "visits_listed",
    "visits_visible_to",
    "wave_tables",
    "waves_visible_to",
]

OPEN_STATES: Final = (Visit.State.PLANNED, Visit.State.RETURNED)
LATELY: Final = timedelta(days=30)
LATELY_AT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class VisitSought:
    """What the plan page looks for; everything left empty does not matter."""

    month: Month | None = None
    channel: str = ""
    state: str = ""
    inspector: User | None = None
    unit: Unit | None = None
    unassigned: bool = False


def visits_listed(user: User, sought: VisitSought) -> QuerySet[Visit]:
    """The visible visits sought, by day and unit, with what a row shows: `result` is the id of the

    inspection a visit led to.
    """
    visits = visits_visible_to(user)
    if sought.month is not None:
        visits = visits.filter(not_before__lte=sought.month.last, not_after__gte=sought.month.first)
    given = {
        "channel": sought.channel,
        "state": sought.state,
        "inspector": sought.inspector,
        "unit": sought.unit,
    }
    visits = visits.filter(**{name: value for name, value in given.items() if value})
    if sought.unassigned:
        visits = visits.filter(inspector=None)
    live = Inspection.objects.filter(visit=OuterRef("pk")).exclude(state=Inspection.State.RETURNED)
    return (
        visits.select_related("unit", "inspector", "version__checklist", "wave")
        .annotate(result=Subquery(live.values("pk")[:1]))
        .order_by("not_before", "unit__path", "pk")
    )


def inspectors_visible_to(user: User) -> QuerySet[User]:
    """Who can be sent: the branch's inspectors and shoppers; for the coordinator its shoppers."""
    roles = [Role.SHOPPER]
    if user.role == Role.SERVICE_OFFICE:
        roles.append(Role.INSPECTOR)
    elif user.role != Role.COORDINATOR:
        return User.objects.none()
    return User.objects.filter(
        role__in=roles, is_active=True, unit__branch__in=branch_of(user)
    ).order_by("role", "username")


def plannable_units(user: User) -> QuerySet[Unit]:
    """The visible units that serve customers, by their place in the tree."""
    return units_visible_to(user).filter(serves_customers=True).order_by("path")


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One channel's part: how many outlets have a visit or a result, and which have none."""

    channel: str
    label: str
    reached: int
    missing: list[Unit]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a month's plan reaches: the outlets open in it, and those without a visit, by channel."""

    month: Month
    units: int
    missing: dict[str, list[Unit]]

    @property
    def rows(self) -> list["CoverageRow"]:
        return [
            CoverageRow(channel, str(Channel(channel).label), self.units - len(units), units)
            for channel, units in self.missing.items()
        ]


def coverage_of(user: User, month: Month) -> Coverage:
    """The month's coverage by open and covert visits of the user's branch. One query."""
    planned = Visit.objects.filter(
        unit=OuterRef("pk"), not_before__lte=month.last, not_after__gte=month.first
    ).exclude(state=Visit.State.CANCELLED)
    done = Inspection.objects.filter(
        unit=OuterRef("pk"), date__range=(month.first, month.last)
    ).exclude(state=Inspection.State.RETURNED)
    channels = (Channel.OPEN, Channel.COVERT)
    there: dict[str, Any] = {
        f"has_{channel.lower()}": Exists(planned.filter(channel=channel))
        | Exists(done.filter(channel=channel))
        for channel in channels
    }
    units = list(
        plannable_units(user)
        .filter(Q(opened_on=None) | Q(opened_on__lte=month.last))
        .filter(Q(closed_on=None) | Q(closed_on__gt=month.first))
        .annotate(**there)
    )
    missing = {
        channel.value: [unit for unit in units if not getattr(unit, f"has_{channel.lower()}")]
        for channel in channels
    }
    return Coverage(month, len(units), missing)


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A visit as its inspector sees it on the phone: how far the draft is, why it came back."""

    visit: Visit
    answered: int
    total: int
    reason: str = ""

    @property
    def is_begun(self) -> bool:
        return self.answered > 0

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class DayPlan:
    """An inspector's open visits by what they ask for now, and what was sent in lately."""

    returned: list[VisitCard] = field(default_factory=list)
    now: list[VisitCard] = field(default_factory=list)
    overdue: list[VisitCard] = field(default_factory=list)
    coming: list[VisitCard] = field(default_factory=list)
    submitted: list[Inspection] = field(default_factory=list)

    @property
    def open_count(self) -> int:
        return len(self.returned) + len(self.now) + len(self.overdue)


def day_plan(user: User, today: date) -> DayPlan:
    """The day of an inspector or shopper. Three queries and the forms' own, which are kept."""
    plan = DayPlan()
    reason = Inspection.objects.filter(
        visit=OuterRef("pk"), state=Inspection.State.RETURNED
    ).order_by("-submitted_at")
    visits = (
        Visit.objects.filter(inspector=user, state__in=OPEN_STATES)
        .select_related("unit", "version__checklist")
        .annotate(reason=Subquery(reason.values("returned_reason")[:1]))
        .order_by("not_after", "not_before", "unit__path")
    )
    found = list(visits)
    drafts = {draft.visit_id: draft for draft in Draft.objects.filter(visit__in=found)}
    for visit in found:
        _place(plan, visit, today).append(_card(visit, drafts.get(visit.pk)))
    plan.submitted.extend(
        Inspection.objects.filter(inspector=user, date__gte=today - LATELY)
        .exclude(state=Inspection.State.RETURNED)
        .select_related("unit")
        .order_by("-submitted_at")[:LATELY_AT_MOST]
    )
    return plan


def _place(plan: DayPlan, visit: Visit, today: date) -> list[VisitCard]:
    if visit.state == Visit.State.RETURNED:
        return plan.returned
    if visit.not_before > today:
        return plan.coming
    return plan.overdue if visit.not_after < today else plan.now


def _card(visit: Visit, draft: Draft | None) -> VisitCard:
    items = published_form(visit.version_id, visit.channel).items
    answers = draft.answers if draft else {}
    answered = sum(bool(one.get("value")) for key, one in answers.items() if int(key) in items)
    return VisitCard(visit, answered, len(items), getattr(visit, "reason", "") or "")


@dataclass(frozen=True, slots=True)
class WaveTable:
    """A wave with its visits counted by state."""

    wave: Wave
    counts: Counter[str]

    @property
    def total(self) -> int:
        return sum(self.counts.values()) - self.counts[Visit.State.CANCELLED]

    @property
    def still_open(self) -> int:
        return sum(self.counts[state] for state in OPEN_STATES)

    @property
    def is_ready(self) -> bool:
        """Whether everything is in and the wave can be released."""
        waiting = self.counts[Visit.State.SUBMITTED]
        return self.wave.released_at is None and waiting > 0 and not self.still_open

    @property
    def labelled(self) -> list[tuple[str, int]]:
        return [(state.label, self.counts[state]) for state in Visit.State if self.counts[state]]


def wave_tables(user: User) -> list[WaveTable]:
    """The visible waves, newest first, counted. Two queries."""
    waves = list(waves_visible_to(user).select_related("released_by").order_by("-month", "pk"))
    counts: dict[int, Counter[str]] = {wave.pk: Counter() for wave in waves}
    rows = Visit.objects.filter(wave__in=waves).order_by().values_list("wave", "state")
    for wave_id, state in rows:
        counts[wave_id][state] += 1
    return [WaveTable(wave, counts[wave.pk]) for wave in waves]
