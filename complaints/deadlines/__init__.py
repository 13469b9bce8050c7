"""When a letter must be answered, and why. Source: docs/rules.md, 来信期限.

A deadline is a function of the letter's events, the rules in force, and the working calendar; today
is passed in. Every deadline explains itself in steps.
"""

from complaints.deadlines.events import (
    COMPLAINT,
    COMPLEX,
    FURTHER,
    INQUIRY,
    LEVEL_LABELS,
    PRAISE,
    SUGGESTION,
    ClockEvent,
)
from complaints.deadlines.results import Clock, Review, Step
from complaints.deadlines.rules import ARTICLE_LABELS, DEFAULT_RULES, ClockRules, rules_on
from complaints.deadlines.steps import clock

__all__ = [
    "ARTICLE_LABELS",
    "COMPLAINT",
    "COMPLEX",
    "DEFAULT_RULES",
    "FURTHER",
    "INQUIRY",
    "LEVEL_LABELS",
    "PRAISE",
    "SUGGESTION",
    "Clock",
    "ClockEvent",
    "ClockRules",
    "Review",
    "Step",
    "clock",
    "rules_on",
]
