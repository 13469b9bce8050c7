"""Letters' tables, by noun."""

from complaints.models.handling import LetterNote, Reply, ReplyTemplate, Responsibility
from complaints.models.intake import (
    ClockVersion,
    ExtractionPattern,
    Mail,
    SavedView,
    SuggestionModel,
)
from complaints.models.letters import (
    SEALED,
    Attachment,
    Channel,
    Kind,
    Letter,
    LetterEvent,
    LetterLink,
    LetterNumber,
    Severity,
    TriageLease,
)

__all__ = [
    "SEALED",
    "Attachment",
    "Channel",
    "ClockVersion",
    "ExtractionPattern",
    "Kind",
    "Letter",
    "LetterEvent",
    "LetterLink",
    "LetterNote",
    "LetterNumber",
    "Mail",
    "Reply",
    "ReplyTemplate",
    "Responsibility",
    "SavedView",
    "Severity",
    "SuggestionModel",
    "TriageLease",
]
