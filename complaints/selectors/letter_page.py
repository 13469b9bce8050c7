"""One letter with everything its page shows a user; free texts are masked here, once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.models import User
from accounts.roles import Capability
from complaints.acts import Situation, acts
from complaints.deadlines import Clock
from complaints.models import Attachment, Letter, LetterNote, Reply, Responsibility
from complaints.redaction import redact
from complaints.selectors.clocks import clocks_of
from complaints.selectors.relations import Candidate, Related, duplicates_of, related_to
from complaints.selectors.responsibility import in_force, objection_closed, objection_day
from complaints.selectors.standing import Standing, speaks_for, standing_of
from complaints.selectors.timeline import Happening, timeline_of
from complaints.taxonomy import BUSINESSES, CAUSES

_State = Responsibility.State


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note with its masked text."""

    note: LetterNote
    body: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """An attachment with its masked name, and whether the user may have it."""

    file: Attachment
    name: str
    may_open: bool


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply with its masked text."""

    reply: Reply
    body: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with its masked texts, its evidence and what the user may do about it."""

    row: Responsibility
    grounds: str
    opinion: str
    objection: str
    objection_answer: str
    evidence: tuple[str, ...]
    until: date | None  # the last day for an objection
    may_decide: bool
    may_object: bool
    may_settle: bool
    may_record: bool  # as a violation of the employee it names


@dataclass(frozen=True, slots=True)
class LetterPage:
    """What the page shows. `text` is masked; `acts` are codes of `complaints.acts`."""

    letter: Letter
    standing: Standing
    clock: Clock
    today: date
    lead: str
    business: str
    cause: str
    notes: list[NoteRow]
    files: list[FileRow]
    replies: list[ReplyRow]
    draft: ReplyRow | None
    findings: list[FindingRow]
    related: list[Related]
    candidates: list[Candidate]
    timeline: list[Happening]
    acts: list[str]

    @property
    def finding(self) -> FindingRow | None:
        """The finding to act on: the one that waits, else the one in force."""
        waiting = (one for one in self.findings if one.row.state == _State.PROPOSED)
        return next(waiting, next((one for one in self.findings if in_force(one.row)), None))


def letter_page(user: User, letter: Letter) -> LetterPage:
    """The page of a letter the user may see, in a constant number of queries."""
    today = timezone.localdate()
    standing = standing_of(user, letter)
    clock = clocks_of([letter])[letter.pk]
    notes = _notes(letter, standing)
    replies = _replies(letter, standing)
    findings = _findings(user, letter, standing, today)
    draft = next((one for one in replies if one.reply.sent_at is None), None)
    related = related_to(user, letter)
    return LetterPage(
        letter=letter,
        standing=standing,
        clock=clock,
        today=today,
        lead=lead(letter, clock, today, _merged_into(related)),
        business=BUSINESSES.get(letter.business, letter.business),
        cause=CAUSES.get(letter.cause, letter.cause),
        notes=notes,
        files=_files(letter, standing),
        replies=[one for one in replies if one.reply.sent_at],
        draft=draft,
        findings=findings,
        related=related,
        candidates=duplicates_of(user, letter) if standing.handles and letter.is_open else [],
        timeline=timeline_of(letter, inside=reads_all(standing)),
        acts=acts(_situation(letter, standing, (notes, draft, findings))),
    )


def reads_all(standing: Standing) -> bool:
    """Whether somebody reads what is inside the office: remarks, drafts, findings not yet in force."""
    return standing.handles or standing.triages or standing.confirms


def may_open(file: Attachment, standing: Standing) -> bool:
    """What came with the letter names the customer: only who handles it opens that."""
    return standing.handles or file.kind != Attachment.Kind.RECEIVED


def _notes(letter: Letter, standing: Standing) -> list[NoteRow]:
    rows = LetterNote.objects.filter(letter=letter).select_related("author__unit")
    if not reads_all(standing):
        rows = rows.exclude(kind=LetterNote.Kind.REMARK)
    return [NoteRow(one, redact(one.body, letter.customer_name)) for one in rows]


def _files(letter: Letter, standing: Standing) -> list[FileRow]:
    rows = Attachment.objects.filter(letter=letter).select_related("uploaded_by")
    return [
        FileRow(one, redact(one.name, letter.customer_name), may_open(one, standing))
        for one in rows
    ]


def _replies(letter: Letter, standing: Standing) -> list[ReplyRow]:
    rows = Reply.objects.filter(letter=letter).select_related("author", "sent_by")
    if not reads_all(standing):
        rows = rows.exclude(sent_at=None)
    return [ReplyRow(one, redact(one.body, letter.customer_name)) for one in rows]


def _findings(user: User, letter: Letter, standing: Standing, today: date) -> list[FindingRow]:
    rows = (
        Responsibility.objects.filter(letter=letter)
        .select_related("unit", "staff", "proposed_by", "confirmed_by", "objected_by")
        .prefetch_related("evidence_notes__author", "evidence_files")
        .order_by("-pk")
    )
    if not reads_all(standing):
        rows = rows.filter(state=_State.CONFIRMED)
    return [_finding(user, letter, standing, today, one) for one in rows]


def _finding(
    user: User, letter: Letter, standing: Standing, today: date, row: Responsibility
) -> FindingRow:
    others = standing.confirms and row.proposed_by_id != user.pk
    open_objection = row.objected_at is not None and row.objection_upheld is None
    return FindingRow(
        row=row,
        grounds=redact(row.grounds, letter.customer_name),
        opinion=redact(row.opinion, letter.customer_name),
        objection=redact(row.objection, letter.customer_name),
        objection_answer=redact(row.objection_answer, letter.customer_name),
        evidence=tuple(evidence_of(row, letter)),
        until=objection_day(row) if in_force(row) and row.unit_id else None,
        may_decide=others and row.state == _State.PROPOSED,
        may_object=speaks_for(user, row.unit) and not objection_closed(row, today),
        may_settle=others and in_force(row) and open_objection,
        may_record=user.can(Capability.RECORDS_EDIT) and names_a_culprit(row),
    )


def names_a_culprit(row: Responsibility) -> bool:
    """Whether a finding in force makes a complaint an employee's fault."""
    valid = row.finding == Responsibility.Finding.BANK
    return valid and row.staff_id is not None and in_force(row)


def evidence_of(row: Responsibility, letter: Letter) -> Iterable[str]:
    """What a finding rests on, in words; file names masked."""
    for note in row.evidence_notes.all():
        author = note.author.name if note.author else ""
        yield f"{note.get_kind_display()}（{author} {timezone.localtime(note.at):%m-%d %H:%M}）"
    for file in row.evidence_files.all():
        yield f"{file.get_kind_display()}“{redact(file.name, letter.customer_name)}”"


def _situation(
    letter: Letter,
    standing: Standing,
    found: tuple[list[NoteRow], ReplyRow | None, list[FindingRow]],
) -> Situation:
    notes, draft, findings = found
    return Situation(
        state=letter.state,
        kind=letter.kind,
        triages=standing.triages,
        holds=standing.holds,
        handles=standing.handles,
        speaks=standing.speaks,
        has_statement=any(one.note.kind == LetterNote.Kind.STATEMENT for one in notes),
        has_draft=draft is not None,
        is_judged=any(one.row.state == _State.PROPOSED or in_force(one.row) for one in findings),
        may_decide=any(one.may_decide for one in findings),
        may_object=any(one.may_object for one in findings),
        may_settle=any(one.may_settle for one in findings),
        may_record=any(one.may_record for one in findings),
    )


def _merged_into(related: Iterable[Related]) -> str:
    return next((one.letter.reference for one in related if one.words == "本件已并入"), "他案")


def lead(letter: Letter, clock: Clock, today: date, merged_into: str = "他案") -> str:
    """What the letter is, where it stands, and until when, in one sentence."""
    parts = [_what(letter), _where(letter, merged_into), _when(letter, clock, today)]
    return "，".join(part for part in parts if part) + "。"


def _what(letter: Letter) -> str:
    kind = letter.get_kind_display() if letter.kind else "未定类的来信"
    if letter.kind and letter.first_kind not in {"", letter.kind}:
        kind += f"（原为{letter.get_first_kind_display()}）"
    unit = letter.unit.short_name if letter.unit else ""
    person = letter.staff.name if letter.staff else ""
    return f"{kind}，涉及{unit}{person}" if unit or person else kind


def _where(letter: Letter, merged_into: str) -> str:
    handler = letter.handler.name if letter.handler else "服务办"
    answered = f"{letter.answered_on:%Y-%m-%d}" if letter.answered_on else ""
    closed = f"{timezone.localdate(letter.closed_at):%Y-%m-%d}" if letter.closed_at else ""
    words = {
        Letter.State.RECEIVED: "等待分派",
        Letter.State.ASSIGNED: f"由{handler}办理",
        Letter.State.ANSWERED: f"{answered}已答复，等待办结",
        Letter.State.CLOSED: f"{closed}办结",
        Letter.State.WITHDRAWN: "客户已撤回",
        Letter.State.MERGED: f"已并入{merged_into}",
    }
    return words[Letter.State(letter.state)]


def _when(letter: Letter, clock: Clock, today: date) -> str:
    if clock.due is None:
        return ""
    if clock.answered_on:
        late = (clock.answered_on - clock.due).days
        return f"比期限晚{late}天答复" if late > 0 else "在期限内答复"
    if clock.ended or not letter.is_open:
        return ""
    left = (clock.due - today).days
    days = f"还有{left}天" if left > 0 else "今天到期" if left == 0 else f"已逾期{-left}天"
    return f"答复期限{clock.due:%Y-%m-%d}，{days}"
