"""The clocks of letters: their events, the branch's rules and the calendar, read set-based."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone

from complaints.deadlines import DEFAULT_RULES, Clock, ClockEvent, ClockRules, clock
from complaints.deadlines.events import LIFE
from complaints.models import ClockVersion, Letter, LetterEvent
from outlets.selectors import working_calendar


def clocks_of(letters: Collection[Letter]) -> dict[int, Clock]:
    """The clock of each letter, by id. Three queries."""
    events = _events(letters)
    rules = clock_rules({one.branch_id for one in letters})
    calendar = working_calendar()
    return {one.pk: clock(events[one.pk], rules[one.branch_id], calendar) for one in letters}


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
