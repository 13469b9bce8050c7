"""Inspections' tables, by noun."""

from inspections.models.checklists import Channel, Checklist, ChecklistVersion, Item, Section
from inspections.models.inspections import Answer, Evidence, Inspection
from inspections.models.visits import Draft, Visit, Wave

__all__ = [
    "Answer",
    "Channel",
    "Checklist",
    "ChecklistVersion",
    "Draft",
    "Evidence",
    "Inspection",
    "Item",
    "Section",
    "Visit",
    "Wave",
]
