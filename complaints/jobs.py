"""The long tasks of letters: fetching mail, reading again what was set aside, reminding."""

from datetime import date
from typing import Any

from accounts.jobs import JobError, Progress, handles
from accounts.models import Job
from complaints.mailboxes import MailboxError
from complaints.services.fetching import FETCH, REPLAY, imap_mailbox, mails_fetch, mails_replay
from complaints.services.reminders import REMIND, letters_remind
from outlets.models import Unit


@handles(FETCH)
def fetch(job: Job, progress: Progress) -> dict[str, Any]:
    """Fetch the mailbox; running it again fetches what is left."""
    branch = Unit.objects.get(code=job.scope)
    try:
        with imap_mailbox() as mailbox:
            done = mails_fetch(branch=branch, mailbox=mailbox, progress=progress)
    except MailboxError as error:
        raise JobError(str(error)) from error
    return done.as_result()


@handles(REPLAY)
def replay(job: Job, progress: Progress) -> dict[str, Any]:
    """Read the branch's mails that were set aside again; running it again changes nothing."""
    branch = Unit.objects.get(code=job.scope)
    return {"states": dict(mails_replay(branch=branch, progress=progress))}


@handles(REMIND)
def remind(job: Job, _progress: Progress) -> dict[str, Any]:
    """Remind the branch's people of the day's deadlines; running it again adds nothing."""
    branch = Unit.objects.get(code=job.scope)
    return {"reminders": letters_remind(branch=branch, today=date.fromisoformat(job.period))}
