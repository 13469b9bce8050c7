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
from complaints.models.reminders import LetterReminder

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
    "LetterReminder",
    "Mail",
    "Reply",
    "ReplyTemplate",
    "Responsibility",
    "SavedView",
    "Severity",
    "SuggestionModel",
    "TriageLease",
]
