"""Findings as they held on a day, and what stands in an employee's service file."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from complaints.judging import objection_until
from complaints.models import Letter, Responsibility
from complaints.selectors.letters import letters_visible_to
from outlets.models import Staff
from outlets.selectors import working_calendar
from outlets.workdays import CalendarMissing

State = Responsibility.State


def responsibilities_visible_to(user: User) -> QuerySet[Responsibility]:
    """The findings, proposed and in force, of the letters a user may read."""
    return Responsibility.objects.filter(letter__in=letters_visible_to(user)).select_related(
        "letter", "unit", "staff", "proposed_by", "confirmed_by", "objected_by"
    )


def responsibility_as_of(letter_ids: Collection[int], day: date) -> dict[int, Responsibility]:
    """What held for these letters at the end of a day, by letter; without an entry: nothing yet."""
    held = Responsibility.objects.filter(
        Q(superseded_on=None) | Q(superseded_on__gt=day),
        letter__in=letter_ids,
        state=State.CONFIRMED,
        decided_on__lte=day,
    ).select_related("unit", "staff")
    return {row.letter_id: row for row in held}


def in_force(responsibility: Responsibility) -> bool:
    """Whether a finding holds today."""
    return responsibility.state == State.CONFIRMED and responsibility.superseded_on is None


def objection_day(responsibility: Responsibility) -> date | None:
    """The last day for the unit's objection; None while the calendar does not tell it."""
    if responsibility.decided_on is None:
        return None
    try:
        return objection_until(responsibility.decided_on, working_calendar())
    except CalendarMissing:
        return None


def objection_closed(responsibility: Responsibility, today: date) -> str:
    """Why the unit can no longer object, in Chinese; empty while it can.

    While the calendar is missing no unit loses its objection.
    """
    if not in_force(responsibility) or responsibility.unit_id is None:
        return "这份责任认定不能提出异议"
    if responsibility.objected_at is not None:
        return "已对这份责任认定提出过异议"
    until = objection_day(responsibility)
    return f"异议期已于{until}届满" if until is not None and today > until else ""


@dataclass(frozen=True, slots=True)
class StaffLetter:
    """A letter in an employee's file, with the finding that holds for this employee, if any."""

    letter: Letter
    finding: Responsibility | None


def letters_of_staff(staff: Staff) -> list[StaffLetter]:
    """The letters that name an employee or for which they were found responsible, newest first.

    For the service file; merged letters stand in the one they went into. Two queries.
    """
    held = Responsibility.objects.filter(
        state=State.CONFIRMED, superseded_on=None, staff=staff
    ).select_related("unit")
    letters = (
        Letter.objects.filter(Q(staff=staff) | Q(responsibilities__in=held))
        .exclude(state=Letter.State.MERGED)
        .distinct()
        .select_related("unit")
        .defer("body", "customer_name", "customer_phone", "customer_card", "customer_identity")
        .prefetch_related(Prefetch("responsibilities", queryset=held, to_attr="held"))
        .order_by("-received_at", "-pk")
    )
    return [StaffLetter(one, next(iter(one.held), None)) for one in letters]
