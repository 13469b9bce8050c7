"""The long tasks of letters: fetching mail, reading again what was set aside, reminding, sealing anew,

and taking customers' data out of letters whose years are over.
"""

from dataclasses import asdict
from datetime import date
from typing import Any

from accounts.jobs import JobError, Progress, handles
from accounts.models import Job
from complaints.mailboxes import MailboxError
from complaints.selectors.training import TRAIN
from complaints.services.fetching import FETCH, REPLAY, imap_mailbox, mails_fetch, mails_replay
from complaints.services.reminders import REMIND, letters_remind
from complaints.services.retention import REDACT, letters_redact
from complaints.services.rotation import ROTATE, keys_rotate
from complaints.services.training import models_train
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


@handles(REDACT)
def redact(job: Job, progress: Progress) -> dict[str, Any]:
    """Redact the letters that are due on the job's day; running it again finds what is left."""
    return {"letters": letters_redact(date.fromisoformat(job.period), progress)}


@handles(ROTATE)
def rotate(_job: Job, progress: Progress) -> dict[str, Any]:
    """Seal everything with the current key; running it again finds what is left."""
    done = keys_rotate(progress)
    if done.broken:
        raise JobError(f"{done.broken}项内容无法解开，旧密钥不能移除，详见日志")
    return asdict(done)


@handles(TRAIN)
def train(job: Job, progress: Progress) -> dict[str, Any]:
    """Train the branch's suggestion models; running it again gives the same models."""
    return {"models": models_train(branch_id=job.params["branch"], progress=progress)}
