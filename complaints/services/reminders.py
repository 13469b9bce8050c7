"""Reminding of deadlines, and telling those above: each reminder exactly once."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.jobs import job_request
from accounts.models import Job
from complaints.deadlines import Clock, ClockRules, rules_on
from complaints.models import Letter, LetterEvent, LetterReminder
from complaints.selectors.clocks import clock_rules, clocks_of, review_waits
from complaints.services.handling import SETTLED
from complaints.services.letters import BATCH, NewEvent, events_add, letters_project
from complaints.services.relations import OPEN
from outlets.models import Unit

REMIND: Final = "letters_remind"

Matter = LetterReminder.Matter
Stage = LetterReminder.Stage
_E = LetterEvent.Kind


class Wanted(NamedTuple):
    """A reminder that should exist."""

    letter_id: int
    matter: str
    stage: str
    due_on: date


def reminders_request(*, today: date | None = None) -> list[Job]:
    """Ask for today's reminders of every branch; asked by two schedules at once it is one job each."""
    period = str(today or timezone.localdate())
    branches = Unit.objects.filter(kind=Unit.Kind.BRANCH, closed_on=None).order_by("pk")
    return [job_request(kind=REMIND, scope=one.code, period=period) for one in branches]


@transaction.atomic
def letters_remind(*, branch: Unit, today: date) -> int:
    """Write down what the branch's people are to be reminded of; how many reminders were new.

    Deadlines that could not be told because the calendar was missing are computed anew. Run twice,
    or by two at once, it adds nothing: the branch's row is locked, and a reminder is unique.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=branch.pk)
    rules = rules_on(today, clock_rules([branch.pk])[branch.pk])
    ids = list(_watched(branch).values_list("pk", flat=True))
    return sum(
        _remind(ids[start : start + BATCH], rules, today) for start in range(0, len(ids), BATCH)
    )


def _watched(branch: Unit) -> QuerySet[Letter]:
    """Letters somebody still has to answer, and decisions under review."""
    waits = Q(state__in=OPEN) | Q(review_waits(), state__in=SETTLED)
    return Letter.objects.filter(waits, branch=branch).exclude(kind="").order_by("pk")


def _remind(ids: Collection[int], rules: ClockRules, today: date) -> int:
    locked = Letter.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    letters = {one.pk: one for one in locked.order_by("pk")}
    letters_project([one for one in letters.values() if one.due_on is None])
    clocks = clocks_of(letters.values())
    wanted = {one for pk, clock in clocks.items() for one in _wanted(pk, clock, rules, today)}
    new = sorted(wanted.difference(_written(letters)))
    LetterReminder.objects.bulk_create(
        LetterReminder(branch_id=letters[one.letter_id].branch_id, **one._asdict()) for one in new
    )
    now = timezone.now()
    events_add(
        [NewEvent(letters[one.letter_id], _E.REMINDED, now, _words(one, today)) for one in new],
        actor=None,
    )
    return len(new)


def _wanted(pk: int, clock: Clock, rules: ClockRules, today: date) -> Iterator[Wanted]:
    if clock.running and clock.due and (stage := stage_on(today, clock.due, rules)):
        yield Wanted(pk, Matter.ANSWER, stage, clock.due)
    review = clock.review
    if review and review.is_open and review.due and (stage := stage_on(today, review.due, rules)):
        yield Wanted(pk, Matter.REVIEW, stage, review.due)


def stage_on(today: date, due: date, rules: ClockRules) -> str:
    """How urgent a deadline is on a day; empty while it is far off."""
    left = (due - today).days
    if left <= -rules.escalate_after:
        return Stage.ESCALATED
    if left <= 0:
        return Stage.DUE
    return Stage.UPCOMING if left <= rules.remind_before else ""


def _written(ids: Collection[int]) -> set[Wanted]:
    rows = LetterReminder.objects.filter(letter__in=list(ids))
    return {Wanted(*row) for row in rows.values_list("letter", "matter", "stage", "due_on")}


def _words(one: Wanted, today: date) -> dict[str, str]:
    left = (one.due_on - today).days
    days = f"还有{left}天" if left > 0 else "今天到期" if left == 0 else f"逾期{-left}天"
    return {"reason": f"{Matter(one.matter).label}期限{one.due_on}，{days}", "stage": one.stage}
