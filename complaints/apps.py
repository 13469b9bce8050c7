"""95566 letters."""

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """95566 letters."""

    name = "complaints"
    verbose_name = "95566 来信"
