"""The clocks of letters: their events, the branch's rules and the calendar, read set-based."""

from collections import defaultdict
from collections.abc import Collection

from django.utils import timezone

from complaints.deadlines import DEFAULT_RULES, Clock, ClockEvent, clock
from complaints.models import Letter, LetterEvent
from outlets.selectors import working_calendar


def clocks_of(letters: Collection[Letter]) -> dict[int, Clock]:
    """The clock of each letter, by id; a constant number of queries."""
    events: defaultdict[int, list[ClockEvent]] = defaultdict(list)
    rows = LetterEvent.objects.filter(letter__in=[one.pk for one in letters])
    for letter_id, kind, at, detail in rows.values_list("letter_id", "kind", "at", "detail"):
        events[letter_id].append(ClockEvent(kind, timezone.localdate(at), detail))
    calendar = working_calendar()
    return {one.pk: clock(events[one.pk], [DEFAULT_RULES], calendar) for one in letters}
