"""95566 letters."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """95566 letters."""

    name = "complaints"
    verbose_name = "95566 来信"

    def ready(self) -> None:
        """Make the jobs known, and what waits for people."""
        from complaints import jobs, notices  # noqa: F401, PLC0415  (models must be loaded first)
