"""Checklists, visits, scoring and evidence."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """Checklists, visits, scoring and evidence."""

    name = "inspections"
    verbose_name = "检查"
