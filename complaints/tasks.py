"""What happens to letters by itself: mail is fetched, people are reminded of deadlines."""

from celery import shared_task

from complaints.services.fetching import mail_fetch_request
from complaints.services.reminders import reminders_request


@shared_task
def letters_fetch() -> None:
    """Ask for the mailbox to be fetched; asked by two schedules at once it is one job."""
    mail_fetch_request()


@shared_task
def letters_remind() -> None:
    """Ask for the day's reminders; asked by two schedules at once it is one job a branch."""
    reminders_request()
