"""Fetching mail: one after the other, each taken before it is marked as seen."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import OperationalError

from accounts.jobs import Progress, job_request
from accounts.models import Job, User
from complaints.mail.reader import MailReader
from complaints.mail.recognise import Ours
from complaints.mailboxes import Access, ImapMailbox, Mailbox
from complaints.models import Mail
from complaints.services.mail import Arrival, mail_replay, mail_take
from outlets.models import Unit
from outlets.selectors import branches

log = structlog.get_logger(__name__)

FETCH: Final = "letters_fetch"
REPLAY: Final = "letters_replay"


@dataclass(slots=True)
class Fetched:
    """What a run came to: how many mails ended in which state, were known already, or failed."""

    states: Counter[str] = field(default_factory=Counter)
    known: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """How many mails there were."""
        return sum(self.states.values()) + self.known + self.failed

    def __str__(self) -> str:
        """In words."""
        states = "，".join(f"{state.label}{self.states[state]}" for state in Mail.State)
        known = f"，此前已取过{self.known}" if self.known else ""
        failed = f"，未能处理{self.failed}（留在原处，下次再取）" if self.failed else ""
        return f"共{self.total}封：{states}{known}{failed}"

    def as_result(self) -> dict[str, Any]:
        """For a job's row."""
        return {"states": dict(self.states), "known": self.known, "failed": self.failed}


def mails_fetch(*, branch: Unit, mailbox: Mailbox, progress: Progress | None = None) -> Fetched:
    """Take every mail of a mailbox that nobody has taken.

    A mail that brings the taking down is logged, stays where it is, and holds up no other.
    OperationalError when the database goes away, MailboxError when the mailbox does; what was taken
    until then stays taken.
    """
    done = Fetched()
    with reader_for_mail() as reader:
        for arrival in mailbox.arrivals():
            _take(branch, mailbox, arrival, reader, done)
            if progress is not None:
                progress(0, f"已取{done.total}封")
    return done


def _take(
    branch: Unit, mailbox: Mailbox, arrival: Arrival, reader: MailReader, done: Fetched
) -> None:
    try:
        mail, is_new = mail_take(branch=branch, arrival=arrival, reader=reader)
    except OperationalError:
        raise
    except Exception:
        log.exception("mail not taken", origin=arrival.origin)
        done.failed += 1
        return
    mailbox.taken(arrival)
    if is_new:
        done.states[mail.state] += 1
    else:
        done.known += 1


def mails_replay(*, branch: Unit, progress: Progress) -> Counter[str]:
    """Read every mail of the branch that was set aside again; how many ended in which state."""
    waiting = Mail.objects.filter(branch=branch, state=Mail.State.SET_ASIDE).order_by("id")
    mails = list(waiting.select_related("branch"))
    ended: Counter[str] = Counter()
    with reader_for_mail() as reader:
        for place, mail in enumerate(mails):
            progress(100 * place // len(mails), f"第{place + 1}封，共{len(mails)}封")
            ended[mail_replay(mail=mail, actor=None, reader=reader).state] += 1
    return ended


def mail_fetch_request(*, actor: User | None = None) -> Job | None:
    """Ask for the mailbox of the settings to be fetched; None when it is not said for which branch."""
    code = settings.MAIL_IMAP_UNIT
    found = list(branches().filter(code=code) if code else branches()[:2])
    if len(found) != 1:
        log.error("mail not fetched: MAIL_IMAP_UNIT names no branch, or is needed", code=code)
        return None
    return job_request(kind=FETCH, scope=found[0].code, period="mail", actor=actor)


def mails_replay_request(*, branch: Unit, actor: User) -> Job:
    """Ask for everything that was set aside to be read again."""
    return job_request(kind=REPLAY, scope=branch.code, period="mail", actor=actor)


def reader_for_mail() -> MailReader:
    """A reader that knows our own mail by the settings."""
    return MailReader(
        Ours(frozenset(settings.MAIL_OWN_ADDRESSES), frozenset(settings.MAIL_OWN_DOMAINS))
    )


def imap_mailbox() -> ImapMailbox:
    """The mailbox of the settings; MailboxError when it cannot be reached."""
    return ImapMailbox(
        Access(
            settings.MAIL_IMAP_URL,
            settings.MAIL_IMAP_USER,
            settings.MAIL_IMAP_PASSWORD,
            settings.MAIL_IMAP_FOLDER,
            settings.MAIL_IMAP_CA_PATH,
        )
    )
