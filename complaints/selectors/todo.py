"""Letters that wait for somebody (待办来信): theirs to handle, and those they were reminded of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Capability, Role
from complaints.deadlines import Clock
from complaints.models import Kind, Letter, LetterNote, LetterReminder
from complaints.selectors.clock_panel import days_words, standing_words, tone_of
from complaints.selectors.clocks import clocks_of, extension_waits, review_waits
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.standing import HEADS

Stage = LetterReminder.Stage

# Of which reminders of an answer those above the handler are told. A letter that nobody handles yet
# is the service office's from the first one on.
OFFICE_STAGES: Final = (Stage.DUE, Stage.ESCALATED)
LEADERSHIP_STAGES: Final = (Stage.ESCALATED,)
_OPEN: Final = (Letter.State.RECEIVED, Letter.State.ASSIGNED)
# What a unit is asked to say something of.
_STATED: Final = (Kind.COMPLAINT, Kind.INQUIRY)
_SETTLED: Final = (Letter.State.ANSWERED, Letter.State.CLOSED)


@dataclass(frozen=True, slots=True)
class Todo:
    """A letter that waits, its clock, and the reminders of the deadlines that now run."""

    letter: Letter
    clock: Clock
    due: date | None
    days_left: int | None
    words: str  # how the deadline stands, and its tone as in `clock_panel`
    tone: str
    waits: tuple[str, ...]  # what else is to be done, in words
    reminders: tuple[LetterReminder, ...]

    @property
    def is_overdue(self) -> bool:
        """Whether its deadline has passed."""
        return self.days_left is not None and self.days_left < 0


def todo_of(user: User) -> QuerySet[Letter]:
    """The visible letters that wait for this user, those due first at the top.

    Those they handle; those they were told of because nobody answered in time; for the head of the
    unit, those it has not said anything of; and, for whoever signs them, extensions and reviews that
    wait for a decision.
    """
    waiting = Q(handler=user, state__in=_OPEN) & ~Q(kind="") | _reminded(user)
    if user.role in HEADS:
        waiting |= _to_state(user)
    if user.can(Capability.LETTERS_CONFIRM):
        waiting |= Q(extension_waits(), state__in=_OPEN) | Q(review_waits(), state__in=_SETTLED)
    return (
        letters_visible_to(user)
        .filter(waiting)
        .prefetch_related(Prefetch("reminders", LetterReminder.objects.order_by("pk")))
        .order_by(F("due_on").asc(nulls_last=True), "pk")
    )


def todo_counts(user: User, today: date) -> tuple[int, int]:
    """How many letters wait for the user, and how many of those are past their answer's deadline."""
    if user.unit is None or not user.can(Capability.LETTERS_READ):
        return 0, 0
    overdue = Count("pk", filter=Q(due_on__lt=today, state__in=_OPEN))
    found = todo_of(user).order_by().aggregate(waiting=Count("pk"), overdue=overdue)
    return found["waiting"], found["overdue"]


def _to_state(user: User) -> Q:
    """That the user's own unit is asked to say something of the letter."""
    stated = LetterNote.objects.filter(letter=OuterRef("pk"), kind=LetterNote.Kind.STATEMENT)
    return Q(~Exists(stated), unit=user.unit_id, state=Letter.State.ASSIGNED, kind__in=_STATED)


def _reminded(user: User) -> Q:
    """That the user was told of the letter's present deadline."""
    stages = {Role.SERVICE_OFFICE: OFFICE_STAGES, Role.LEADERSHIP: LEADERSHIP_STAGES}
    concerns = Q(stage__in=stages.get(Role(user.role), ()))
    if user.role == Role.SERVICE_OFFICE:
        concerns |= Q(letter__handler=None)
    reminders = LetterReminder.objects.filter(
        concerns,
        letter=OuterRef("pk"),
        matter=LetterReminder.Matter.ANSWER,
        due_on=OuterRef("due_on"),
    )
    return Q(Exists(reminders), state__in=_OPEN)


def todos(letters: Iterable[Letter], user: User, today: date) -> list[Todo]:
    """These letters (from `todo_of`) with their clocks. A constant number of queries."""
    rows = list(letters)
    clocks = clocks_of(rows)
    unsaid = _unsaid(user, rows)
    return [_todo(one, clocks[one.pk], today, is_unsaid=one.pk in unsaid) for one in rows]


def _unsaid(user: User, letters: Iterable[Letter]) -> set[int]:
    if user.role not in HEADS:
        return set()
    ids = [one.pk for one in letters]
    return set(Letter.objects.filter(_to_state(user), pk__in=ids).values_list("pk", flat=True))


def _todo(letter: Letter, clock: Clock, today: date, *, is_unsaid: bool) -> Todo:
    due, matter = clock.due if clock.running else None, LetterReminder.Matter.ANSWER
    if not clock.running and clock.review and clock.review.is_open:
        due, matter = clock.review.due, LetterReminder.Matter.REVIEW
    current = (one for one in letter.reminders.all() if (one.matter, one.due_on) == (matter, due))
    left = (due - today).days if due else None
    waits = (*(["请说明情况"] if is_unsaid else []), *_waits(clock))
    words, tone = standing_words(clock, today)
    if matter == LetterReminder.Matter.REVIEW and left is not None:
        words, tone = f"核查{days_words(left)}", tone_of(left)
    return Todo(letter, clock, due, left, words, tone, waits, tuple(current))


def _waits(clock: Clock) -> Iterator[str]:
    if clock.asked:
        yield "延期待审批"
    if clock.to_notify:
        yield "延期待告知投诉人"
    if clock.review and clock.review.is_open:
        yield "核查待决定"
