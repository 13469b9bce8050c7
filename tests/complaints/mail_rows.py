"""Who gets in at the pages of mail and of the patterns it is read by."""

from typing import Any

from accounts.roles import Capability
from complaints.mail.reader import MailReader
from complaints.models import Mail
from complaints.services.mail import Arrival, mail_take
from outlets.models import Unit
from tests.access_table import Row, who
from tests.complaints.mail.builder import mail, part

TRIAGE, SETTINGS = who(Capability.LETTERS_TRIAGE), who(Capability.LETTERS_SETTINGS)
NO_LETTER = mail(part("大家好，明天下午两点开会，请准时参加。"))


def set_aside(branch: Unit) -> Mail:
    """A mail that waits for a person."""
    with MailReader() as reader:
        return mail_take(branch=branch, arrival=Arrival(NO_LETTER), reader=reader)[0]


def _own(org: Any) -> dict[str, Any]:
    return {"pk": set_aside(org.branch).pk}


def _foreign(org: Any) -> dict[str, Any]:
    return {"pk": set_aside(org.other).pk}


def _row(name: str, method: str = "GET") -> Row:
    return Row(name, TRIAGE, own=_own, other=_foreign, method=method)


ROWS = [
    Row("complaints:mails", TRIAGE),
    Row("complaints:mail_fetch", TRIAGE, method="POST"),
    Row("complaints:mails_replay", TRIAGE, method="POST"),
    _row("complaints:mail"),
    _row("complaints:mail_letter"),
    _row("complaints:mail_letter", "POST"),
    _row("complaints:mail_replay", "POST"),
    _row("complaints:mail_ignore", "POST"),
    _row("complaints:mail_raw", "POST"),
    Row("complaints:patterns", SETTINGS),
    Row("complaints:patterns", SETTINGS, method="POST"),
    Row("complaints:patterns_try", SETTINGS, method="POST"),
    Row("complaints:patterns_reset", SETTINGS, method="POST"),
]
