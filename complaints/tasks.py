"""What happens to letters by itself: mail is fetched."""

from celery import shared_task

from complaints.services.fetching import mail_fetch_request


@shared_task
def letters_fetch() -> None:
    """Ask for the mailbox to be fetched; asked by two schedules at once it is one job."""
    mail_fetch_request()
