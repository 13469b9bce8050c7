"""Who gets in at the pages and operations of outlets."""

from datetime import date
from typing import Any

from accounts.roles import Capability
from outlets.models import CalendarDay
from tests.access_table import Row, who
from tests.factories import make_staff

UNITS = who(Capability.UNITS_READ)
STAFF = who(Capability.STAFF_READ)
EDIT = who(Capability.UNITS_EDIT)

OWN_UNIT: dict[str, Any] = {
    "own": lambda org: {"pk": org.a1.pk},
    "other": lambda org: {"pk": org.other.pk},
}
OWN_CODE: dict[str, Any] = {
    "own": lambda org: {"code": org.a1.code},
    "other": lambda org: {"code": org.other.code},
}
OWN_STAFF: dict[str, Any] = {
    "own": lambda org: {"pk": org.cast.teller.staff_id},
    "other": lambda org: {"pk": make_staff(unit=org.other).pk},
}
OWN_NUMBER: dict[str, Any] = {
    "own": lambda org: {"number": org.cast.teller.staff.number},
    "other": lambda org: {"number": make_staff(unit=org.other).number},
}


def a_day(_org: Any) -> dict[str, Any]:
    CalendarDay.objects.get_or_create(date=date(2011, 10, 1), defaults={"is_working": False})
    return {"date": "2011-10-01"}


ROWS = [
    Row("outlets:tree", UNITS),
    Row("outlets:unit", UNITS, **OWN_UNIT, sibling=lambda org: {"pk": org.b1.pk}),
    Row("outlets:unit_new", EDIT),
    Row("outlets:unit_new", EDIT, method="POST"),
    Row("outlets:unit_edit", EDIT, **OWN_UNIT),
    Row("outlets:unit_edit", EDIT, method="POST", **OWN_UNIT),
    Row("outlets:unit_move", EDIT, **OWN_UNIT),
    Row("outlets:unit_move", EDIT, method="POST", **OWN_UNIT),
    Row("outlets:unit_windows", EDIT, **OWN_UNIT),
    Row("outlets:unit_windows", EDIT, method="POST", **OWN_UNIT),
    Row("outlets:import_units", EDIT),
    Row("outlets:import_units", EDIT, method="POST"),
    Row("outlets:import_units_template", EDIT),
    Row("outlets:staff", STAFF),
    Row(
        "outlets:staff_member",
        STAFF,
        **OWN_STAFF,
        sibling=lambda org: {"pk": make_staff(unit=org.b1).pk},
    ),
    Row("outlets:staff_new", EDIT),
    Row("outlets:staff_new", EDIT, method="POST"),
    Row("outlets:staff_edit", EDIT, **OWN_STAFF),
    Row("outlets:staff_edit", EDIT, method="POST", **OWN_STAFF),
    Row("outlets:staff_transfer", EDIT, **OWN_STAFF),
    Row("outlets:staff_transfer", EDIT, method="POST", **OWN_STAFF),
    Row("outlets:import_staff", EDIT),
    Row("outlets:import_staff", EDIT, method="POST"),
    Row("outlets:import_staff_template", EDIT),
    Row("outlets:calendar", UNITS),
    Row("outlets:calendar_day", EDIT, method="POST"),
    Row("outlets:calendar_fill", EDIT, method="POST"),
    Row("unit-list", UNITS),
    Row("unit-list", EDIT, method="POST"),
    Row("unit-import", EDIT, method="POST"),
    Row("unit-detail", UNITS, **OWN_CODE, sibling=lambda org: {"code": org.b1.code}),
    Row("unit-detail", EDIT, method="PATCH", **OWN_CODE),
    Row("unit-move", EDIT, method="POST", **OWN_CODE),
    Row("staff-list", STAFF),
    Row("staff-list", EDIT, method="POST"),
    Row("staff-import", EDIT, method="POST"),
    Row(
        "staff-detail",
        STAFF,
        **OWN_NUMBER,
        sibling=lambda org: {"number": make_staff(unit=org.b1).number},
    ),
    Row("staff-detail", EDIT, method="PATCH", **OWN_NUMBER),
    Row("staff-transfer", EDIT, method="POST", **OWN_NUMBER),
    Row("calendar-day-list", UNITS),
    Row("calendar-day-list", EDIT, method="POST"),
    Row("calendar-day-detail", UNITS, own=a_day),
    Row("calendar-day-detail", EDIT, method="DELETE", own=a_day),
]
