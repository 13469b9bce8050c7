"""The writers of units, people and the calendar.

What cannot be done raises Django's ValidationError with a Chinese text, keyed by the field at fault.
"""

from outlets.services.calendar import calendar_day_set, calendar_seed
from outlets.services.staff import (
    posting_end,
    posting_start,
    staff_create,
    staff_transfer,
    staff_update,
)
from outlets.services.tree import unit_move, units_apply_moves
from outlets.services.units import UnitFacts, unit_close, unit_create, unit_update, windows_set

__all__ = [
    "UnitFacts",
    "calendar_day_set",
    "calendar_seed",
    "posting_end",
    "posting_start",
    "staff_create",
    "staff_transfer",
    "staff_update",
    "unit_close",
    "unit_create",
    "unit_move",
    "unit_update",
    "units_apply_moves",
    "windows_set",
]
