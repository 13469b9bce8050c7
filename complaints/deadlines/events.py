"""What the clock takes of a letter's events, and the one order in which it takes them. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

INQUIRY: Final = "INQUIRY"
PRAISE: Final = "PRAISE"
SUGGESTION: Final = "SUGGESTION"
COMPLAINT: Final = "COMPLAINT"
KIND_LABELS: Final[Mapping[str, str]] = {
    INQUIRY: "协查",
    PRAISE: "表扬",
    SUGGESTION: "建议",
    COMPLAINT: "投诉",
}

# How far a complaint's time was extended.
COMPLEX: Final = "COMPLEX"
FURTHER: Final = "FURTHER"
LEVEL_LABELS: Final[Mapping[str, str]] = {
    COMPLEX: "情况复杂",
    FURTHER: "情况特别复杂",
}

RECEIVED: Final = "RECEIVED"
CLASSIFIED: Final = "CLASSIFIED"
REPEATED: Final = "REPEATED"
NEW_FACTS: Final = "NEW_FACTS"
ESCALATED: Final = "ESCALATED"
APPRAISAL_STARTED: Final = "APPRAISAL_STARTED"
APPRAISAL_ENDED: Final = "APPRAISAL_ENDED"
EXTENSION_ASKED: Final = "EXTENSION_ASKED"
EXTENSION_REFUSED: Final = "EXTENSION_REFUSED"
EXTENDED: Final = "EXTENDED"
EXTENSION_NOTIFIED: Final = "EXTENSION_NOTIFIED"
ANSWERED: Final = "ANSWERED"
WITHDRAWN: Final = "WITHDRAWN"
MERGED: Final = "MERGED"
CLOSED: Final = "CLOSED"
REOPENED: Final = "REOPENED"
REVIEW_ASKED: Final = "REVIEW_ASKED"
REVIEW_DECIDED: Final = "REVIEW_DECIDED"

# Events of one moment are taken in the order in which a letter lives through them.
LIFE: Final = (
    RECEIVED, CLASSIFIED, REPEATED, NEW_FACTS, ESCALATED, APPRAISAL_STARTED, APPRAISAL_ENDED,
    EXTENSION_ASKED, EXTENSION_REFUSED, EXTENDED, EXTENSION_NOTIFIED, ANSWERED, WITHDRAWN, MERGED,
    CLOSED, REOPENED, REVIEW_ASKED, REVIEW_DECIDED,
)  # fmt: skip
_PLACES: Final = {kind: place for place, kind in enumerate(LIFE)}

_Key = tuple[date, str, int, str]


@dataclass(frozen=True, slots=True)
class ClockEvent:
    """An event as the clock takes it: `kind` as in LetterEvent.Kind, the local day, its details.

    `at`, where it is known, tells the order of events of one day.
    """

    kind: str
    day: date
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def in_order(events: Iterable[ClockEvent]) -> list[ClockEvent]:
    """The events the clock knows, in a total order, the same one given twice only once."""
    known = {_key(one): one for one in events if one.kind in _PLACES}
    return [known[key] for key in sorted(known)]


def _key(event: ClockEvent) -> _Key:
    moment = event.at.astimezone(UTC).isoformat(timespec="microseconds") if event.at else ""
    detail = json.dumps(dict(event.detail), sort_keys=True, default=str)
    return event.day, moment, _PLACES[event.kind], detail
