"""The clocks of letters: their events, the branch's rules and the calendar, read set-based."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from complaints.deadlines import DEFAULT_RULES, Clock, ClockEvent, ClockRules, clock
from complaints.deadlines.events import LIFE
from complaints.models import ClockVersion, Letter, LetterEvent
from outlets.selectors import working_calendar

_Kind = LetterEvent.Kind


def clocks_of(letters: Collection[Letter]) -> dict[int, Clock]:
    """The clock of each letter, by id. Three queries."""
    events = _events(letters)
    rules = clock_rules({one.branch_id for one in letters})
    calendar = working_calendar()
    return {one.pk: clock(events[one.pk], rules[one.branch_id], calendar) for one in letters}


def clocks_by_kind(letter: Letter, kinds: Collection[str], at: datetime) -> dict[str, Clock]:
    """What the clock would say of a letter sorted at that moment as each of these. Three queries."""
    events = _events([letter])[letter.pk]
    rules, calendar = clock_rules([letter.branch_id])[letter.branch_id], working_calendar()
    day = timezone.localdate(at)
    return {
        kind: clock(
            [*events, ClockEvent(_Kind.CLASSIFIED, day, {"kind": kind}, at)], rules, calendar
        )
        for kind in kinds
    }


def clock_rules(branch_ids: Collection[int]) -> defaultdict[int, list[ClockRules]]:
    """The deadline rules of each of these branches, with those that ship. One query."""
    rules: defaultdict[int, list[ClockRules]] = defaultdict(lambda: [DEFAULT_RULES])
    versions = ClockVersion.objects.filter(branch__in=branch_ids).order_by("effective_on")
    for branch_id, data in versions.values_list("branch_id", "rules"):
        rules[branch_id].append(ClockRules.from_json(data))
    return rules


def _events(letters: Collection[Letter]) -> defaultdict[int, list[ClockEvent]]:
    events: defaultdict[int, list[ClockEvent]] = defaultdict(list)
    rows = LetterEvent.objects.filter(letter__in=[one.pk for one in letters], kind__in=LIFE)
    for letter_id, kind, at, detail in rows.values_list("letter_id", "kind", "at", "detail"):
        events[letter_id].append(ClockEvent(kind, timezone.localdate(at), detail, at))
    return events


def extension_waits() -> Exists:
    """Of letters: that an extension was asked for and nobody has decided. For `filter`."""
    return _unsettled(_Kind.EXTENSION_ASKED, (_Kind.EXTENDED, _Kind.EXTENSION_REFUSED))


def review_waits() -> Exists:
    """Of letters: that a review was asked for and not decided. For `filter`."""
    return _unsettled(_Kind.REVIEW_ASKED, (_Kind.REVIEW_DECIDED,))


def _unsettled(asked: str, settled: tuple[str, ...]) -> Exists:
    after = LetterEvent.objects.filter(
        letter=OuterRef("letter"), kind__in=settled, at__gte=OuterRef("at")
    )
    rows = LetterEvent.objects.filter(letter=OuterRef("pk"), kind=asked)
    return Exists(rows.filter(~Exists(after)))


def clock_versions_visible_to(user: User) -> QuerySet[ClockVersion]:
    """The deadline rules of the user's branch, latest first."""
    if user.unit is None or not user.can(Capability.LETTERS_READ):
        return ClockVersion.objects.none()
    return ClockVersion.objects.filter(branch=user.unit.branch_id)
