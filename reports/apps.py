"""Schemes, roll-up, ranking, closing and bulletins."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Schemes, roll-up, ranking, closing and bulletins."""

    name = "reports"
    verbose_name = "评比与简报"
