"""A mail read whole: who, when, what it says, what it carries, what is wrong with it. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Final

from complaints.mail.headers import AnyMessage, charset_of, field_text, raw_field
from complaints.mail.parts import Content, File, clean, content_of
from complaints.mail.recognise import Ours, Signs, addresses_in, signs_of

_SUBJECT: Final = 500  # characters kept
_ID: Final = 250


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `problem` says in Chinese why a person must look at it; empty when nothing is.

    `digest` is of what the mail says and carries, whichever way it came and whatever its encoding.
    """

    message_id: str
    subject: str
    sender: str
    sent_at: datetime | None
    text: str
    problem: str
    signs: Signs
    files: tuple[File, ...]
    digest: str


def read(raw: bytes, ours: Ours) -> Reading:
    """Read a mail."""
    message: AnyMessage = BytesParser(policy=compat32).parsebytes(raw)
    signs = signs_of(message, ours)
    content = content_of(message)
    hint = _hint(message)
    subject = clean(field_text(message, "Subject", hint))[:_SUBJECT]
    sender = clean(field_text(message, "From", hint))[:_SUBJECT]
    return Reading(
        message_id=field_text(message, "Message-ID")[:_ID],
        subject=subject,
        sender=sender,
        sent_at=_sent_at(message),
        text=content.text,
        problem="；".join(content.problems),
        signs=signs,
        files=tuple(content.files),
        digest=_digest(message, subject, content, raw),
    )


def _hint(message: AnyMessage) -> str:
    """The charset that raw 8-bit fields are likely in: that of the first text."""
    return next((found for part in message.walk() if (found := charset_of(part))), "")


def _sent_at(message: AnyMessage) -> datetime | None:
    """When it says it was sent; naive without a zone; None when that is no date."""
    try:
        return parsedate_to_datetime(raw_field(message, "Date").decode("ascii", "replace"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _digest(message: AnyMessage, subject: str, content: Content, raw: bytes) -> str:
    """A fingerprint of what the mail says; of its bytes when it says nothing or is damaged."""
    if content.problems or not (content.text or content.files):
        return hashlib.sha256(raw).hexdigest()
    digest = hashlib.sha256()
    said = [*addresses_in(message, "From")[:1], subject, content.text]
    for one in said:
        digest.update(hashlib.sha256(one.encode()).digest())
    for file in content.files:
        digest.update(hashlib.sha256(file.data or str(file.size).encode()).digest())
    return digest.hexdigest()
