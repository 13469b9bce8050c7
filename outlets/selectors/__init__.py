"""What may be seen of the organisation: units, people and the calendar."""

from outlets.selectors.calendar import calendar_days, calendar_warning, working_calendar
from outlets.selectors.placements import (
    PLACEMENTS_SQL,
    Placement,
    Stay,
    paths_on,
    placements,
    stays_below,
)
from outlets.selectors.staff import postings_visible_to, staff_at, staff_visible_to
from outlets.selectors.units import branches, tree_of, units_visible_to

__all__ = [
    "PLACEMENTS_SQL",
    "Placement",
    "Stay",
    "branches",
    "calendar_days",
    "calendar_warning",
    "paths_on",
    "placements",
    "postings_visible_to",
    "staff_at",
    "staff_visible_to",
    "stays_below",
    "tree_of",
    "units_visible_to",
    "working_calendar",
]
