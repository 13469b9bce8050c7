"""From what was read of a mail to the letter it is, or why it is none yet. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from accounts.masking import IDENTITY, PHONE, kind_of
from complaints.mail.extract import FIELDS, Extraction, extract
from complaints.mail.message import Reading
from complaints.mail.times import time_in
from complaints.mail.words import KnownUnit, business_of, channel_in, kind_in, unit_of

_REFERENCE: Final = re.compile(r"[\w〔〕\[\]()（）./-]{3,40}")
_PERSONAL: Final = frozenset({PHONE, IDENTITY})
_TELLING: Final = ("reference", "unit", "name", "phone", "business")
_SLACK: Final = timedelta(minutes=10)  # by which the clocks of two machines may differ
_FIELD: Final = 60  # characters of a name or a phone


@dataclass(frozen=True, slots=True)
class Terms:
    """What a branch reads letters by: its patterns, units and the labels of businesses by code."""

    patterns: Mapping[str, Sequence[str]]
    units: Sequence[KnownUnit]
    businesses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as its mail has it; `problem` says in Chinese why a person must look at it first."""

    body: str
    reference: str
    channel: str
    kind: str
    received_at: datetime
    unit_id: int | None
    business: str
    name: str
    phone: str
    problem: str


def draft_of(reading: Reading, terms: Terms, now: datetime) -> Draft:
    """The letter of a mail; times without a zone are in that of `now`."""
    found = extract(reading.text, terms.patterns)
    sent_at = _zoned(reading.sent_at, now)
    received_at = _received_at(found, sent_at, now)
    return Draft(
        body=reading.text,
        reference=_reference(found),
        channel=channel_in(reading.text),
        kind=kind_in(reading.subject, reading.text),
        received_at=received_at or sent_at,
        unit_id=unit_of(found.value("unit"), terms.units),
        business=business_of(found.value("business"), terms.businesses),
        name=(found.value("name") or name_in(reading.subject, terms.patterns))[:_FIELD],
        phone=found.value("phone")[:_FIELD],
        problem=reading.problem or _problem(reading, found, received_at, now),
    )


def name_in(subject: str, patterns: Mapping[str, Sequence[str]]) -> str:
    """The customer's name in a subject; empty when there is none."""
    return extract(subject, {"name": patterns["name"]}).value("name") if subject else ""


def _zoned(sent_at: datetime | None, now: datetime) -> datetime:
    """When the mail was sent, as far as that can be believed; else now."""
    if sent_at is None:
        return now
    zoned = sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=now.tzinfo)
    return min(zoned.astimezone(now.tzinfo), now)


def _received_at(found: Extraction, sent_at: datetime, now: datetime) -> datetime | None:
    """The time the letter states, else when it was sent; None when what it states is no time."""
    said = found.value("time")
    if not said:
        return sent_at
    stated = time_in(said, sent_at)
    return min(stated, now) if stated and stated <= now + _SLACK else stated


def _reference(found: Extraction) -> str:
    said = found.value("reference").rstrip("-./")
    return "" if kind_of(said) in _PERSONAL or not _REFERENCE.fullmatch(said) else said


def _problem(
    reading: Reading, found: Extraction, received_at: datetime | None, now: datetime
) -> str:
    """Why what was found does not make a letter; empty when it does."""
    if not reading.text.strip():
        return "邮件没有正文" + ("，内容可能在附件中" if reading.files else "")
    late = [
        f"{FIELDS[field]}第{place}条" for field, place in found.overdue if field not in found.found
    ]
    if late:
        return f"提取模式在这封信上超时：{'、'.join(late)}"
    if not any(found.value(field) for field in _TELLING):
        return "按现行提取模式没有认出工单号、网点、客户、电话或业务"
    if received_at is None:
        return "受理时间的写法无法识别"
    return "受理时间在将来" if received_at > now else ""
