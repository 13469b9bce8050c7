"""What happens to letters by itself: mail is fetched, people are reminded of deadlines."""

from celery import shared_task
from django.utils import timezone

from complaints.services.fetching import mail_fetch_request
from complaints.services.reminders import reminders_request
from complaints.services.retention import redaction_request
from complaints.services.training import trainings_request
from outlets.months import Month


@shared_task
def letters_fetch() -> None:
    """Ask for the mailbox to be fetched; asked by two schedules at once it is one job."""
    mail_fetch_request()


@shared_task
def letters_remind() -> None:
    """Ask for the day's reminders; asked by two schedules at once it is one job a branch."""
    reminders_request()


@shared_task
def letters_redact() -> None:
    """Ask for the letters whose years are over to be redacted; once a day, however often asked."""
    redaction_request(timezone.localdate())


@shared_task
def letters_train() -> None:
    """Ask for the month's suggestion models; asked by two schedules at once it is one job a branch."""
    trainings_request(month=Month.of(timezone.localdate()))
