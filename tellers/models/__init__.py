"""Tellers' tables, by noun."""

from tellers.models.device import DeviceMonth
from tellers.models.discipline import Penalty, Severity, Violation, ViolationKind
from tellers.models.files import FileComment
from tellers.models.quizzes import Quiz
from tellers.models.stars import Objection, StarAdjustment, StarPeriod, StarRating, StarScheme
from tellers.models.training import Attendance, Training

__all__ = [
    "Attendance",
    "DeviceMonth",
    "FileComment",
    "Objection",
    "Penalty",
    "Quiz",
    "Severity",
    "StarAdjustment",
    "StarPeriod",
    "StarRating",
    "StarScheme",
    "Training",
    "Violation",
    "ViolationKind",
]
