"""Files of units and of staff."""

from outlets.importing import Kind, register
from outlets.imports.staff import STAFF_COLUMNS, staff_import
from outlets.imports.units import UNIT_COLUMNS, units_import
from outlets.spreadsheets import SheetOut

register(
    Kind(
        key="units",
        label="机构",
        sheets=(SheetOut("机构", UNIT_COLUMNS, []),),
        run=units_import,
    )
)
register(
    Kind(
        key="staff",
        label="人员",
        sheets=(SheetOut("人员", STAFF_COLUMNS, []),),
        run=staff_import,
    )
)
