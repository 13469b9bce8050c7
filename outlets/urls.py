"""Pages of outlets."""

from django.urls import path

from outlets.views import calendar, imports, staff, units

app_name = "outlets"
urlpatterns = [
    path("units/", units.tree, name="tree"),
    path("units/new/", units.unit_new, name="unit_new"),
    path("units/import/", imports.import_file, {"key": "units"}, name="import_units"),
    path(
        "units/import/template/",
        imports.import_template,
        {"key": "units"},
        name="import_units_template",
    ),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<int:pk>/move/", units.move, name="unit_move"),
    path("units/<int:pk>/windows/", units.windows, name="unit_windows"),
    path("staff/", staff.staff, name="staff"),
    path("staff/new/", staff.staff_new, name="staff_new"),
    path("staff/import/", imports.import_file, {"key": "staff"}, name="import_staff"),
    path(
        "staff/import/template/",
        imports.import_template,
        {"key": "staff"},
        name="import_staff_template",
    ),
    path("staff/<int:pk>/", staff.staff_member, name="staff_member"),
    path("staff/<int:pk>/edit/", staff.staff_edit, name="staff_edit"),
    path("staff/<int:pk>/transfer/", staff.transfer, name="staff_transfer"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/day/", calendar.calendar_day, name="calendar_day"),
    path("calendar/fill/", calendar.calendar_fill, name="calendar_fill"),
]
