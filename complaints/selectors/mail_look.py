"""Looking at a mail: what was read of it, and the letter it would make."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone

from complaints.mail.drafting import Draft, Terms, draft_of
from complaints.mail.message import Reading
from complaints.mail.reader import MailReader, MailUnreadable
from complaints.mail.words import KnownUnit
from complaints.models import Mail
from complaints.sealed_files import file_unseal
from complaints.sealing import SealBroken
from complaints.selectors.patterns import patterns_of
from complaints.taxonomy import BUSINESSES
from outlets.models import Unit


@dataclass(frozen=True, slots=True)
class Look:
    """What was made of a mail; without a reading or a draft it could not be read."""

    digest: str
    problem: str
    reading: Reading | None = None
    draft: Draft | None = None


def terms_of(branch: Unit, patterns: Mapping[str, Sequence[str]] | None = None) -> Terms:
    """What the branch's mail is read by, or would be with other patterns; two queries."""
    rows = Unit.objects.filter(branch=branch).values_list("pk", "code", "name", "short_name")
    units = [KnownUnit(*row) for row in rows]
    return Terms(patterns_of(branch) if patterns is None else patterns, units, BUSINESSES)


def mail_bytes(mail: Mail) -> bytes:
    """The raw mail; SealBroken when its years are over, or it cannot be opened."""
    if not mail.file:
        raise SealBroken("原件已按保存期限删除")
    return file_unseal(mail.file)


def mail_look(branch: Unit, raw: bytes, reader: MailReader, size: int = 0) -> Look:
    """What a branch makes of a mail's bytes; `size` is the full size when they are only its head."""
    try:
        reading = reader.read(raw)
    except MailUnreadable as error:
        return Look(_bytes_digest(raw), str(error))
    if size > len(raw):
        return Look(
            _bytes_digest(raw),
            f"邮件有{size // 1024 // 1024}MB，只取了邮件头，请到邮箱中查看",
            reading,
        )
    draft = draft_of(reading, terms_of(branch), timezone.localtime())
    return Look(reading.digest, draft.problem, reading, draft)


def _bytes_digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
