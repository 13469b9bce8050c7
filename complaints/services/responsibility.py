"""Who answers for a letter: proposed by one, confirmed by another, contested by the unit.

A finding is never rewritten: a later one supersedes it, and both days are told to whoever computes
with them, so that open months move and closed ones wait for a correction.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.judging import COUNTING, FINDINGS, OF_A_UNIT, day_problem, earliest_day
from complaints.models import Attachment, Letter, LetterEvent, LetterNote, Responsibility
from complaints.selectors.responsibility import in_force, objection_closed
from complaints.selectors.standing import speaks_for
from complaints.services.letters import (
    LetterChange,
    NewEvent,
    events_add,
    letter_event_add,
    letters_announce,
)
from complaints.services.refusals import ActRefused
from complaints.services.states import letter_lock, recusal_check, told
from outlets.models import Staff, Unit

State = Responsibility.State
Finding = Responsibility.Finding

JUDGED_IN: Final = (Letter.State.ASSIGNED, Letter.State.ANSWERED, Letter.State.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is found, on what grounds; the evidence is notes and attachments of the same letter."""

    finding: str
    grounds: str
    unit: Unit | None = None
    staff: Staff | None = None
    notes: Collection[LetterNote] = ()
    attachments: Collection[Attachment] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A finding made elsewhere (an imported file), already in force on its day."""

    letter: Letter
    finding: str
    decided_on: date
    unit: Unit | None = None
    staff: Staff | None = None
    grounds: str = ""


@transaction.atomic
def responsibility_propose(*, letter: Letter, verdict: Verdict, actor: User) -> Responsibility:
    """Propose a finding, for another to confirm.

    ValidationError by field; ActRefused when one already waits; MustRecuse for an interest.
    """
    letter = letter_lock(letter=letter, states=JUDGED_IN, act="提出责任认定")
    recusal_check(letter=letter, actor=actor)
    _check(letter, verdict)
    try:
        with transaction.atomic():
            row = Responsibility.objects.create(
                branch_id=letter.branch_id,
                letter=letter,
                finding=verdict.finding,
                unit=verdict.unit,
                staff=verdict.staff,
                grounds=verdict.grounds.strip(),
                proposed_by=actor,
            )
    except IntegrityError as error:
        raise ActRefused("这封来信已有一份责任认定等待复核") from error
    row.evidence_notes.set(verdict.notes)
    row.evidence_files.set(verdict.attachments)
    _audit("letter.judge_propose", row, actor)
    return row


def _check(letter: Letter, verdict: Verdict) -> None:
    problems: dict[str, str] = {}
    if verdict.finding not in FINDINGS.get(letter.kind, ()):
        problems["finding"] = f"{letter.get_kind_display()}不能作这样的认定"
    if verdict.unit is None and verdict.finding in OF_A_UNIT:
        problems["unit"] = "请选择责任机构"
    if verdict.unit is not None and verdict.unit.branch_id != letter.branch_id:
        problems["unit"] = "责任机构不属于本分行"
    if verdict.staff is not None and verdict.staff.branch_id != letter.branch_id:
        problems["staff"] = "责任员工不属于本分行"
    if not verdict.grounds.strip():
        problems["grounds"] = "请写明认定的依据"
    letters = {one.letter_id for one in verdict.notes}
    letters |= {one.letter_id for one in verdict.attachments}
    if letters - {letter.pk}:
        problems["grounds"] = "作为证据的记录和附件须是这封来信的"
    if problems:
        raise ValidationError(problems)


@transaction.atomic
def responsibility_confirm(
    *, responsibility: Responsibility, actor: User, day: date | None = None, opinion: str = ""
) -> Responsibility:
    """Put a proposed finding in force from a day on (today; dated back only within this month).

    The second signature is another person's. A finding in force until then is superseded that day.
    """
    letter = letter_lock(letter=responsibility.letter, states=JUDGED_IN, act="复核责任认定")
    row = _proposed(responsibility, actor)
    if row.finding not in FINDINGS.get(letter.kind, ()):
        raise ActRefused(
            f"来信已改为{letter.get_kind_display()}，这份认定不再适用，请不同意后重新提出"
        )
    before = letter.responsibilities.filter(state=State.CONFIRMED, superseded_on=None).first()
    day = _day(letter, before, day)
    if before is not None:
        Responsibility.objects.filter(pk=before.pk).update(superseded_on=day)
    Responsibility.objects.filter(pk=row.pk).update(
        state=State.CONFIRMED, confirmed_by=actor, decided_on=day, opinion=opinion.strip()
    )
    row.refresh_from_db()
    letter_event_add(
        letter=letter,
        kind=LetterEvent.Kind.JUDGED,
        actor=actor,
        finding=row.finding,
        decided_on=day.isoformat(),
        unit=row.unit.code if row.unit else "",
    )
    letters_announce(changes_of([one for one in (before, row) if one is not None]))
    _audit("letter.judge", row, actor, decided_on=day.isoformat())
    return row


def changes_of(rows: Iterable[Responsibility]) -> list[LetterChange]:
    """Where these findings move figures: the unit found responsible, on the day of the finding."""
    return [
        LetterChange(row.branch_id, row.unit_id, row.decided_on)
        for row in rows
        if row.finding in COUNTING and row.unit_id and row.decided_on
    ]


def _day(letter: Letter, before: Responsibility | None, day: date | None) -> date:
    today = timezone.localdate()
    day = day or today
    received = timezone.localdate(letter.received_at)
    earliest = earliest_day(today, received, before.decided_on if before else None)
    problem = day_problem(day, today, earliest)
    if problem:
        raise ValidationError({"day": problem})
    return day


@transaction.atomic
def responsibility_reject(
    *, responsibility: Responsibility, opinion: str, actor: User
) -> Responsibility:
    """Refuse a proposed finding, with the reason; it can then be proposed anew."""
    row = _proposed(responsibility, actor)
    if not opinion.strip():
        raise ValidationError({"opinion": "请写明不同意的理由"})
    Responsibility.objects.filter(pk=row.pk).update(
        state=State.REJECTED, confirmed_by=actor, opinion=opinion.strip()
    )
    row.refresh_from_db()
    _audit("letter.judge_reject", row, actor)
    return row


def _proposed(responsibility: Responsibility, actor: User) -> Responsibility:
    row = _locked(responsibility)
    if row.state != State.PROPOSED:
        raise ActRefused(f"这份责任认定已经复核过：{row.get_state_display()}")
    if row.proposed_by_id == actor.pk:
        raise ActRefused("提出和复核须是两个人，请由另一位有复核权限的人员复核")
    recusal_check(letter=row.letter, actor=actor)
    return row


@transaction.atomic
def responsibility_object(
    *, responsibility: Responsibility, objection: str, actor: User
) -> Responsibility:
    """Contest a finding in force, once, by the head of the unit found responsible, in time."""
    if not objection.strip():
        raise ValidationError({"objection": "请写明异议的理由"})
    row = _locked(responsibility)
    if not speaks_for(actor, row.unit):
        raise ActRefused("只有责任机构的负责人可以提出异议")
    closed = objection_closed(row, timezone.localdate())
    if closed:
        raise ActRefused(closed)
    row.objection, row.objected_by, row.objected_at = objection.strip(), actor, timezone.now()
    row.save(update_fields=["objection", "objected_by", "objected_at"])
    _audit("letter.object", row, actor)
    return row


@transaction.atomic
def objection_dismiss(
    *, responsibility: Responsibility, answer: str, actor: User
) -> Responsibility:
    """Decide that an objection does not hold; the finding stays."""
    row = _settle(responsibility, upheld=False, answer=answer, actor=actor)
    _audit("letter.objection_dismiss", row, actor)
    return row


@transaction.atomic
def objection_uphold(
    *, responsibility: Responsibility, answer: str, verdict: Verdict, actor: User
) -> Responsibility:
    """Decide that an objection holds and propose what shall be found instead.

    The contested finding stays in force until another person confirms the new one, which is returned.
    """
    row = _settle(responsibility, upheld=True, answer=answer, actor=actor)
    _audit("letter.objection_uphold", row, actor)
    return responsibility_propose(letter=row.letter, verdict=verdict, actor=actor)


def _settle(
    responsibility: Responsibility, *, upheld: bool, answer: str, actor: User
) -> Responsibility:
    if not answer.strip():
        raise ValidationError({"answer": "请写明对异议的答复"})
    row = _locked(responsibility)
    recusal_check(letter=row.letter, actor=actor)
    if row.proposed_by_id == actor.pk:
        raise ActRefused("对自己提出的认定的异议，须由另一位有复核权限的人员处理")
    if not in_force(row) or row.objected_at is None or row.objection_upheld is not None:
        raise ActRefused("没有等待处理的异议")
    row.objection_upheld, row.objection_answer = upheld, answer.strip()
    row.save(update_fields=["objection_upheld", "objection_answer"])
    return row


def _locked(responsibility: Responsibility) -> Responsibility:
    return Responsibility.objects.select_for_update(of=("self",)).get(pk=responsibility.pk)


@transaction.atomic
def responsibilities_take(*, taken: Sequence[Taken], actor: User | None) -> list[Responsibility]:
    """Take findings made elsewhere over, one a letter, by a constant number of statements.

    They carry one signature: whoever brought them in proposes, nobody confirms.
    """
    rows = Responsibility.objects.bulk_create(
        Responsibility(
            branch_id=one.letter.branch_id,
            letter=one.letter,
            finding=one.finding,
            unit=one.unit,
            staff=one.staff,
            grounds=told(one.letter, one.grounds),
            state=State.CONFIRMED,
            proposed_by=actor,
            decided_on=one.decided_on,
        )
        for one in taken
    )
    events_add([_taken_event(one) for one in taken], actor=actor)
    letters_announce(changes_of(rows))
    return rows


def _taken_event(one: Taken) -> NewEvent:
    noon = timezone.make_aware(datetime.combine(one.decided_on, time(12)))
    detail = {
        "finding": one.finding,
        "decided_on": one.decided_on.isoformat(),
        "unit": one.unit.code if one.unit else "",
    }
    return NewEvent(one.letter, LetterEvent.Kind.JUDGED, noon, detail)


def _audit(event: str, row: Responsibility, actor: User, **detail: str) -> None:
    audit_add(
        event=event,
        actor=actor,
        subject=row.letter.reference,
        result=Finding(row.finding).label,
        unit=row.unit.code if row.unit else "",
        **detail,
    )
