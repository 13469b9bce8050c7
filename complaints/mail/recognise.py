"""Mail that nobody wrote: replies by machines, bounces, our own mail come back. Pure.

A strong sign is enough. A weak one is also borne by tickets that the hotline's system sends, so it
counts only when the mail holds no ticket number.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import getaddresses
from typing import Final

from flufl.bounce import all_failures

from complaints.mail.headers import AnyMessage, field_text, raw_field, raw_fields

MAX_HOPS: Final = 50  # Received fields; a mail that passed more servers goes round in circles

_AUTOMATIC: Final = re.compile(
    r"(自动回复|自動回覆|自动答复|自动应答|外出自动|不在办公室|休假自动|automatic reply|auto[- ]?reply|auto:|out of (the )?office)"
    r"(\s*[:：\]】)）]|$|\s)",
    re.IGNORECASE,
)
_RETURNED: Final = re.compile(
    r"^\W*(系统退信|退信|投递失败|邮件投递失败|無法傳遞|undeliver|delivery (status|failure)|mail delivery (failed|failure)"
    r"|returned mail|failure notice|message delivery)",
    re.IGNORECASE,
)
_POSTMAN: Final = re.compile(
    r"^(mailer-daemon|postmaster|mail-daemon)@|^mailer-daemon$", re.IGNORECASE
)
_ID: Final = re.compile(r"@([^<>@\s]+?)>?\s*$")


@dataclass(frozen=True, slots=True)
class Ours:
    """What our own mail is known by: addresses it is sent from, domains of its Message-ID and List-Id."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Signs:
    """Why a mail is nobody's, in Chinese; empty when there is no such sign."""

    strong: str = ""
    weak: str = ""


@dataclass(frozen=True, slots=True)
class _Facts:
    message: AnyMessage
    ours: Ours
    values: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """A field's text, lower case."""
        return field_text(self.message, name).lower()


def signs_of(message: AnyMessage, ours: Ours) -> Signs:
    """What speaks for a mail that nobody wrote."""
    facts = _Facts(message, ours)
    strong = next((reason for test, reason in _STRONG if test(facts)), "")
    weak = next((reason for test, reason in _WEAK if test(facts)), "")
    return Signs(strong, weak)


def addresses_in(message: AnyMessage, name: str) -> list[str]:
    """The addresses of every field of a name, lower case."""
    fields = [raw.decode("ascii", "replace") for raw in raw_fields(message, name)]
    return [address.lower() for _, address in getaddresses(fields) if address]


def _is_ours(facts: _Facts) -> bool:
    senders = {*addresses_in(facts.message, "From"), *addresses_in(facts.message, "Sender")}
    looped = {*addresses_in(facts.message, "X-Loop")}
    return bool((senders | looped) & facts.ours.addresses)


def _has_our_mark(facts: _Facts) -> bool:
    made = _ID.search(facts.value("Message-ID"))
    listed = facts.value("List-Id").strip("<> ").rpartition("<")[2]
    domains = facts.ours.domains
    return (made is not None and made[1] in domains) or any(
        listed == domain or listed.endswith(f".{domain}") for domain in domains
    )


def _goes_round(facts: _Facts) -> bool:
    return len(raw_fields(facts.message, "Received")) > MAX_HOPS


def _is_report(facts: _Facts) -> bool:
    return facts.message.get_content_type() == "multipart/report"


def _is_null_path(facts: _Facts) -> bool:
    paths = raw_fields(facts.message, "Return-Path")
    return bool(paths) and paths[0].replace(b" ", b"") == b"<>"


def _is_bounce(facts: _Facts) -> bool:
    """A report in another shape: from a postman or without a sender, and it names who was not reached."""
    if raw_field(facts.message, "X-Failed-Recipients"):
        return True
    postman = any(_POSTMAN.match(one) for one in addresses_in(facts.message, "From"))
    if not postman and not _is_null_path(facts):
        return False
    return bool(_RETURNED.match(facts.value("Subject")) or _names_failures(facts.message))


def _names_failures(message: AnyMessage) -> bool:
    """Whether flufl.bounce finds who was not reached; some of its detectors break on odd mails."""
    try:
        temporary, permanent = all_failures(message)
    except (LookupError, ValueError, TypeError, AttributeError):
        return False
    return bool(temporary or permanent)


def _is_reply_by_machine(facts: _Facts) -> bool:
    return (
        facts.value("Auto-Submitted").startswith("auto-replied")
        or facts.value("X-Autoreply") not in {"", "no"}
        or facts.value("X-Autorespond") != ""
        or facts.value("Precedence") == "auto_reply"
    )


def _has_automatic_subject(facts: _Facts) -> bool:
    return _AUTOMATIC.match(facts.value("Subject").lstrip("[【(（ ")) is not None


def _is_made_by_machine(facts: _Facts) -> bool:
    said = facts.value("Auto-Submitted")
    return said not in {"", "no"} or facts.value("X-Auto-Response-Suppress") not in {"", "none"}


def _is_sent_in_bulk(facts: _Facts) -> bool:
    return facts.value("Precedence") in {"bulk", "junk", "list"}


_Test = Callable[[_Facts], bool]
_STRONG: Final[tuple[tuple[_Test, str], ...]] = (
    (_is_ours, "回路：发件人是本系统自己的地址"),
    (_has_our_mark, "回路：邮件号或列表号是本系统的"),
    (_goes_round, f"回路：经过的服务器超过{MAX_HOPS}个"),
    (_is_report, "退信或回执：投递状态报告"),
    (_is_bounce, "退信：邮件系统通知投递失败"),
    (_is_reply_by_machine, "自动回复：邮件头标明由程序答复"),
    (_has_automatic_subject, "自动回复：主题是自动回复的写法"),
)
_WEAK: Final[tuple[tuple[_Test, str], ...]] = (
    (_is_null_path, "系统通知：退信地址为空，正文没有工单号"),
    (_is_made_by_machine, "系统通知：邮件头标明由程序发出，正文没有工单号"),
    (_is_sent_in_bulk, "群发邮件：正文没有工单号"),
)
