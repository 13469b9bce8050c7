"""Service files, device data, quizzes, discipline and stars of tellers."""

from django.apps import AppConfig


class TellersConfig(AppConfig):
    """Service files, device data, quizzes, discipline and stars of tellers."""

    name = "tellers"
    verbose_name = "柜员"

    def ready(self) -> None:
        """Make the jobs known, and what waits for people."""
        from tellers import jobs, notices, star_notices  # noqa: F401, PLC0415  (models come first)
