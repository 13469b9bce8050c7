"""Teller records: quizzes, later device data and stars."""

from django.apps import AppConfig


class TellersConfig(AppConfig):
    """Teller records: quizzes, later device data and stars."""

    name = "tellers"
    verbose_name = "柜员"
