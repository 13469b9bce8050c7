"""Taking mail in: every mail is kept whole and ends as a letter, set aside, a duplicate or ignored.

A mail is read before its transaction begins, in a process of its own with a time limit
(`complaints.mail.reader`); the transaction then holds nothing but statements, which have limits of
their own. Whoever fetches marks a mail as seen only after it: killed before, the mail is taken the
next time; killed after, it is the row there is, by its `origin`.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.mail.drafting import Draft
from complaints.mail.parts import MAX_FILE, File
from complaints.mail.reader import MailReader
from complaints.mail.suspicion import suspicion
from complaints.models import Attachment, Channel, Letter, LetterEvent, Mail
from complaints.redaction import redact
from complaints.sealed_files import file_delete, file_seal
from complaints.selectors.mail_look import Look, mail_bytes, mail_look
from complaints.services.attachments import attachment_add
from complaints.services.letters import LetterFacts, letter_event_add, letter_receive
from complaints.services.refusals import ActRefused
from complaints.services.states import recusal_check, told
from outlets.models import Unit

log = structlog.get_logger(__name__)

FOLDER: Final = "mail"
MAX_MAIL: Final = 72 * 1024 * 1024  # bytes; of a larger one only the head is fetched
LOCK_SPACE: Final = 704180
STATEMENT_SECONDS: Final = 30
LOCK_SECONDS: Final = 20
_REASON: Final = 200

# What stops one mail from becoming a letter without stopping the others.
_FAULTS: Final = (ValidationError, IntegrityError, DataError, ValueError)
# Why somebody puts a mail aside for good; chosen, not written: reasons are not sealed.
IGNORED_AS: Final = {
    "AD": "广告或垃圾邮件",
    "OTHER": "与来信无关",
    "KNOWN": "已另行登记",
    "TEST": "测试邮件",
}


class MailMoved(ActRefused):
    """The mail is in a state in which this cannot be done."""

    code = "mail_moved"

    def __init__(self, mail: Mail, act: str) -> None:
        super().__init__(f"这封邮件现在是“{mail.get_state_display()}”，不能{act}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as it was fetched; `size` is its full size when `raw` is only the head of it."""

    raw: bytes
    origin: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class HandMade:
    """A letter made of a mail by hand: what was filled in stands, what is empty is the mail's."""

    reference: str = ""
    channel: str = ""
    kind: str = ""
    received_at: datetime | None = None
    unit: Unit | None = None
    business: str = ""
    customer_name: str = ""
    customer_phone: str = ""
    body: str = ""


def mail_take(*, branch: Unit, arrival: Arrival, reader: MailReader) -> tuple[Mail, bool]:
    """Take a mail in; whether it is new. Of an origin that is known it is the row there is."""
    origin = arrival.origin or uuid.uuid4().hex
    if known := Mail.objects.filter(branch=branch, origin=origin).first():
        return known, False
    look = mail_look(branch, arrival.raw, reader, arrival.size)
    file = file_seal(FOLDER, arrival.raw)
    mail = Mail(branch=branch, origin=origin, file=file, size=arrival.size or len(arrival.raw))
    try:
        kept, is_new = _insert(mail, look)
    except BaseException:
        file_delete(file)
        raise
    if not is_new:
        file_delete(file)
    return kept, is_new


def mail_replay(*, mail: Mail, actor: User | None, reader: MailReader) -> Mail:
    """Read a mail that was set aside again, by the patterns of now; MailMoved for any other."""
    look = mail_look(mail.branch, mail_bytes(mail), reader, mail.size)
    with transaction.atomic():
        held = _held(mail, {Mail.State.SET_ASIDE}, "重新处理")
        _describe(held, look)
        _judge(held, look)
        _handled(held, actor)
        held.save()
        if actor is not None:
            _audit("letter.mail_replay", held, actor)
    return held


def mail_make_letter(*, mail: Mail, made: HandMade, actor: User, reader: MailReader) -> Mail:
    """Make a letter of a mail that is none; ValidationError or MailMoved when that cannot be."""
    look = mail_look(mail.branch, mail_bytes(mail), reader, mail.size)
    with transaction.atomic():
        held = _held(mail, set(Mail.State) - {Mail.State.TAKEN}, "登记为来信")
        facts = _facts_by_hand(look.draft, made, held)
        _take(held, facts, look.reading.files if look.reading else (), actor)
        _handled(held, actor)
        held.save()
        _audit("letter.mail_by_hand", held, actor)
    return held


@transaction.atomic
def mail_ignore(*, mail: Mail, why: str, actor: User) -> Mail:
    """Put a mail away that is no letter; `why` is one of IGNORED_AS. MailMoved when it is one."""
    held = _held(mail, {Mail.State.SET_ASIDE, Mail.State.DUPLICATE}, "忽略")
    held.state, held.reason = Mail.State.IGNORED, f"人工忽略：{IGNORED_AS[why]}"
    _handled(held, actor)
    held.save()
    _audit("letter.mail_ignore", held, actor, state=IGNORED_AS[why])
    return held


@transaction.atomic
def mail_raw(*, mail: Mail, why: str, actor: User) -> bytes:
    """The raw mail, for somebody who may have it; the reason given is on record.

    ActRefused when it is a letter the actor has an interest in, or whose years are over; SealBroken
    when the file cannot be opened.
    """
    reason = redact(why)
    if mail.letter is not None:
        recusal_check(letter=mail.letter, actor=actor)
        if mail.letter.redacted_at is not None:
            raise ActRefused("这封来信已脱敏归档，原件不再提供")
        reason = told(mail.letter, why)
        kind = LetterEvent.Kind.REVEALED
        letter_event_add(letter=mail.letter, kind=kind, actor=actor, reason=f"下载原件：{reason}")
    content = mail_bytes(mail)
    _audit("letter.mail_read", mail, actor, reason=reason)
    return content


# One mail


@transaction.atomic
def _insert(mail: Mail, look: Look) -> tuple[Mail, bool]:
    """Write the mail and what becomes of it; the row there is when somebody else was faster."""
    _limit()
    _lock(mail.branch)
    if known := Mail.objects.filter(branch=mail.branch, origin=mail.origin).first():
        return known, False
    _describe(mail, look)
    _judge(mail, look)
    mail.save()
    return mail, True


def _describe(mail: Mail, look: Look) -> None:
    mail.digest = look.digest
    if look.reading:
        mail.message_id = look.reading.message_id
        mail.subject, mail.sender = look.reading.subject, look.reading.sender


def _limit() -> None:
    """No statement of this transaction may take long."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'")
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")


def _lock(branch: Unit) -> None:
    """One mail of a branch at a time, so that of two alike one is the duplicate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, branch.pk])


def _judge(mail: Mail, look: Look) -> None:
    """Decide what becomes of a mail, and make the letter if it is one."""
    signs = look.reading.signs if look.reading else None
    draft = look.draft
    if signs and signs.strong:
        _end(mail, Mail.State.IGNORED, signs.strong)
    elif original := _same(mail, look.digest):
        mail.original = original
        _end(mail, Mail.State.DUPLICATE, "内容与先前收到的一封完全相同")
    elif draft is None or draft.problem:
        _set_aside_or_ignore(mail, look)
    elif signs and signs.weak and not draft.reference:
        _end(mail, Mail.State.IGNORED, signs.weak)
    elif _shares_id(mail, look.digest):
        _end(mail, Mail.State.SET_ASIDE, "邮件号与先前一封相同而内容不同，请核对")
    else:
        _try(mail, _facts(draft, mail.branch), look.reading.files if look.reading else ())


def _set_aside_or_ignore(mail: Mail, look: Look) -> None:
    """A mail that cannot be understood is a person's matter, unless a machine made it."""
    weak = look.reading.signs.weak if look.reading else ""
    reference = look.draft.reference if look.draft else ""
    damaged = look.reading is None or bool(look.reading.problem)
    if weak and not reference and not damaged:
        _end(mail, Mail.State.IGNORED, weak)
    else:
        _end(mail, Mail.State.SET_ASIDE, look.problem)


def _end(mail: Mail, state: str, reason: str) -> None:
    mail.state, mail.reason = state, reason[:_REASON]


def _same(mail: Mail, digest: str) -> Mail | None:
    """The first mail that says the same."""
    alike = Mail.objects.filter(branch=mail.branch, digest=digest, original=None)
    return alike.exclude(pk=mail.pk).order_by("id").first()


def _shares_id(mail: Mail, digest: str) -> bool:
    if not mail.message_id:
        return False
    others = Mail.objects.filter(branch=mail.branch, message_id=mail.message_id)
    return others.exclude(pk=mail.pk).exclude(digest=digest).exists()


def _try(mail: Mail, facts: LetterFacts, files: Iterable[File]) -> None:
    """Make the letter, or set the mail aside with what is against it."""
    try:
        with transaction.atomic():
            _take(mail, facts, files, None)
    except _FAULTS as error:
        log.warning("mail set aside", origin=mail.origin, error=type(error).__name__)
        said = (
            "；".join(error.messages)
            if isinstance(error, ValidationError)
            else "登记来信时出错，请手工登记"
        )
        _end(mail, Mail.State.SET_ASIDE, said)


def _take(mail: Mail, facts: LetterFacts, files: Iterable[File], actor: User | None) -> None:
    """The letter with its files; what of them is not kept is the mail's `reason`."""
    letter = letter_receive(branch=mail.branch, facts=facts, actor=actor)
    stored: list[str] = []
    try:
        refused = [
            f"第{place}个附件未存入来信：{why}"
            for place, file in enumerate(files, start=1)
            if (why := _attach(letter, file, stored))
        ]
    except BaseException:
        for name in stored:
            file_delete(name)
        raise
    mail.letter = letter
    _end(mail, Mail.State.TAKEN, "；".join(refused))


def _attach(letter: Letter, file: File, stored: list[str]) -> str:
    """Keep a file with the letter; else why not."""
    if file.data is None:
        return f"超过{MAX_FILE // 1024 // 1024}MB"
    if found := suspicion(file.name, file.data):
        return found
    try:
        row, is_new = attachment_add(
            letter=letter,
            kind=Attachment.Kind.RECEIVED,
            name=file.name,
            content=file.data,
            actor=None,
        )
    except ValidationError:
        return "类型不在可收之列，或已损坏"
    if is_new:
        stored.append(row.file)
    return ""


def _facts(draft: Draft, branch: Unit) -> LetterFacts:
    return LetterFacts(
        channel=draft.channel,
        source=Letter.Source.MAIL,
        received_at=draft.received_at,
        body=draft.body,
        reference=draft.reference,
        kind=draft.kind,
        unit=Unit.objects.get(pk=draft.unit_id, branch=branch) if draft.unit_id else None,
        business=draft.business,
        customer_name=draft.name,
        customer_phone=draft.phone,
    )


def _facts_by_hand(draft: Draft | None, made: HandMade, mail: Mail) -> LetterFacts:
    """What was filled in, and the mail's own where nothing was; ValidationError without a text."""
    body = made.body or (draft.body if draft else "")
    if not body.strip():
        raise ValidationError({"body": "邮件里没有可用的正文，请填写"})
    return LetterFacts(
        channel=made.channel or (draft.channel if draft else Channel.HOTLINE),
        source=Letter.Source.MAIL,
        received_at=made.received_at or (draft.received_at if draft else mail.received_at),
        body=body,
        reference=made.reference,
        kind=made.kind,
        unit=made.unit,
        business=made.business,
        customer_name=made.customer_name or (draft.name if draft else ""),
        customer_phone=made.customer_phone or (draft.phone if draft else ""),
    )


def _held(mail: Mail, states: Iterable[str], act: str) -> Mail:
    """The mail, locked, with its branch; MailMoved unless it is in one of the states."""
    _limit()
    _lock(mail.branch)
    held = Mail.objects.select_for_update(of=("self",)).select_related("branch").get(pk=mail.pk)
    if held.state not in states:
        raise MailMoved(held, act)
    return held


def _handled(mail: Mail, actor: User | None) -> None:
    mail.handled_at, mail.handled_by = timezone.now(), actor


def _audit(event: str, mail: Mail, actor: User, **detail: str) -> None:
    known = {"result": mail.letter.reference} if mail.letter else {}
    audit_add(event=event, actor=actor, subject=f"邮件{mail.pk}", **known, **detail)
