"""Schemes, roll-up, ranking, closing and bulletins."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Schemes, roll-up, ranking, closing and bulletins."""

    name = "reports"
    verbose_name = "评比与简报"

    def ready(self) -> None:
        """Make the jobs known, and carry released results into the figures."""
        from reports import jobs, listeners  # noqa: F401, PLC0415  (models must be loaded first)
