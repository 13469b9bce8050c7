"""Units, staff, the calendar, and who sees what."""

from django.apps import AppConfig


class OutletsConfig(AppConfig):
    """Units, staff, the calendar, and who sees what."""

    name = "outlets"
    verbose_name = "机构与人员"
