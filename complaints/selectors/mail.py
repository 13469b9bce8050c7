"""Mail as its pages show it: whose, in which state, and what may be shown of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Final

from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.roles import Capability
from complaints.mail.drafting import name_in
from complaints.models import SEALED, Mail
from complaints.redaction import redact
from complaints.selectors.patterns import patterns_of
from outlets.models import Unit

_NOT_SHOWN: Final = set(SEALED) - {"customer_name"}


def mails_visible_to(user: User) -> QuerySet[Mail]:
    """The mails of the branch, for who triages its letters, newest first."""
    if user.unit is None or not user.can(Capability.LETTERS_TRIAGE):
        return Mail.objects.none()
    mails = Mail.objects.filter(branch_id=user.unit.branch_id)
    joined = mails.select_related("letter", "handled_by", "branch")
    return joined.defer(*(f"letter__{name}" for name in _NOT_SHOWN)).order_by("-id")


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many mails are in a state."""

    state: str
    label: str
    count: int


def mail_counts(user: User) -> list[StateCount]:
    """How many mails are in which state; together they are every mail that ever came."""
    rows = mails_visible_to(user).order_by().values_list("state").annotate(number=Count("pk"))
    counts: dict[str, Any] = dict(rows)
    return [StateCount(state, state.label, counts.get(state, 0)) for state in Mail.State]


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail in the list, with nothing of the customer's in clear."""

    mail: Mail
    subject: str
    sender: str


def mail_lines(mails: Iterable[Mail], branch: Unit) -> list[MailLine]:
    """Mails of a branch as the list shows them."""
    patterns = patterns_of(branch)
    return [MailLine(mail, shown_subject(mail, patterns), shown_sender(mail)) for mail in mails]


def shown_sender(mail: Mail) -> str:
    """Whose server the mail came from, and of the address the first letter alone."""
    address = parseaddr(mail.sender)[1]
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if local else "（未写明）"


def shown_subject(mail: Mail, patterns: Mapping[str, Sequence[str]]) -> str:
    """The subject, redacted; the customer's name goes too, where letter or patterns know it."""
    name = mail.letter.customer_name if mail.letter else ""
    return redact(mail.subject, name, name_in(mail.subject, patterns)) or "（无主题）"
