"""What the page of one mail shows: its text and files, with nothing of the customer's in clear."""

from dataclasses import dataclass

from complaints.mail.drafting import Draft
from complaints.mail.reader import MailReader
from complaints.mail.suspicion import suspicion
from complaints.models import Channel, Kind, Mail
from complaints.redaction import mask_name, mask_number, normalised, redact
from complaints.sealing import SealBroken
from complaints.selectors.mail_look import Look, mail_bytes, mail_look
from complaints.taxonomy import BUSINESSES
from outlets.models import Unit


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a mail: its name redacted, bytes, and what speaks against it."""

    name: str
    size: int
    warning: str


@dataclass(frozen=True, slots=True)
class MailPreview:
    """A mail to be looked at; `problem` is why it is no letter by the patterns of now."""

    text: str
    problem: str
    facts: list[tuple[str, str]]
    files: list[ShownFile]
    draft: Draft | None


def mail_preview(mail: Mail, reader: MailReader) -> MailPreview:
    """What can be shown of a mail, read anew."""
    try:
        raw = mail_bytes(mail)
    except SealBroken as error:
        return MailPreview("", f"原件无法打开：{error}", [], [], None)
    return preview_of(mail_look(mail.branch, raw, reader, mail.size))


def preview_of(look: Look) -> MailPreview:
    """The same of a mail that was read already."""
    reading, draft = look.reading, look.draft
    if reading is None:
        return MailPreview("", look.problem, [], [], None)
    name = draft.name if draft else ""
    files = [
        ShownFile(
            redact(file.name, name) or "（未命名）",
            file.size,
            suspicion(file.name, file.data) if file.data is not None else "过大",
        )
        for file in reading.files
    ]
    facts = draft_facts(draft, masked=True) if draft else []
    return MailPreview(redact(reading.text, name), look.problem, facts, files, draft)


def draft_facts(draft: Draft, *, masked: bool) -> list[tuple[str, str]]:
    """What was recognised, as label and value; the customer masked where asked for."""
    unit = Unit.objects.filter(pk=draft.unit_id).first() if draft.unit_id else None
    phone = mask_number(normalised(draft.phone)) if draft.phone else ""
    return [
        ("工单号", draft.reference),
        ("类型", Kind(draft.kind).label if draft.kind else ""),
        ("来源", Channel(draft.channel).label),
        ("受理时间", f"{draft.received_at:%Y-%m-%d %H:%M}"),
        ("网点", unit.name if unit else ""),
        ("客户", mask_name(draft.name) if masked else draft.name),
        ("电话", phone if masked else draft.phone),
        ("业务", BUSINESSES.get(draft.business, "")),
    ]
