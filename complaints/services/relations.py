"""Letters that belong together: an inquiry that becomes a complaint, repeats, merging, undoing."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Kind, Letter, LetterEvent, LetterLink
from complaints.services.letters import NewEvent, events_add, letter_event_add
from complaints.services.refusals import ActRefused, LetterMoved
from complaints.services.states import letter_lock, letter_move, recusal_check, told

State = Letter.State
Link = LetterLink.Kind

OPEN: Final = (State.RECEIVED, State.ASSIGNED)


@transaction.atomic
def letter_escalate(*, letter: Letter, reason: str, actor: User) -> Letter:
    """Turn an inquiry into a complaint: its history stays, it counts as a complaint from now on.

    One that was answered or closed is handled again. LetterMoved for a letter that ended early,
    ActRefused for what is no inquiry.
    """
    letter = letter_lock(
        letter=letter, states=(*OPEN, State.ANSWERED, State.CLOSED), act="转为投诉"
    )
    recusal_check(letter=letter, actor=actor)
    if letter.kind != Kind.INQUIRY:
        raise ActRefused("只有协查可以转为投诉")
    reason = told(letter, reason)
    if not reason:
        raise ValidationError({"reason": "请写明转为投诉的原因"})
    letter_move(
        letter=letter,
        states=(letter.state,),
        state=State.ASSIGNED if letter.handler_id else State.RECEIVED,
        act="转为投诉",
        kind=Kind.COMPLAINT,
        closed_at=None,
    )
    detail = {"kind": str(Kind.COMPLAINT), "from": str(Kind.INQUIRY), "reason": reason}
    events_add([NewEvent(letter, LetterEvent.Kind.ESCALATED, timezone.now(), detail)], actor=actor)
    audit_add(event="letter.escalate", actor=actor, subject=letter.reference, reason=reason)
    return letter


@transaction.atomic
def letter_grew(*, complaint: Letter, inquiry: Letter, actor: User) -> LetterLink:
    """Say that a complaint, a letter of its own, grew out of an inquiry; both are counted."""
    if complaint.kind != Kind.COMPLAINT or inquiry.first_kind != Kind.INQUIRY:
        raise ActRefused("只能把投诉关联到它所由来的协查")
    return _link(complaint, inquiry, Link.ESCALATED, actor)


@transaction.atomic
def letter_repeats(*, letter: Letter, other: Letter, actor: User) -> LetterLink:
    """Say that two letters tell the same matter; the later one is the repeat.

    Counted raw both stay, de-duplicated the earlier one.
    """
    _check_branch(letter, other)
    earlier, later = sorted((letter, other), key=lambda one: (one.received_at, one.pk))
    return _link(later, earlier, Link.REPEAT, actor)


@transaction.atomic
def letter_merge(*, letter: Letter, into: Letter, actor: User) -> Letter:
    """Handle a letter with another about the same matter; this one ends here.

    ActRefused when the other is itself merged or ended, when others were merged into this one, or
    when somebody has been found responsible for this one.
    """
    _check_branch(letter, into)
    # Both rows are locked in the order of their ids, so that two mergers cannot block each other.
    locked = Letter.objects.select_for_update(of=("self",)).filter(pk__in=(letter.pk, into.pk))
    rows = {one.pk: one for one in locked.order_by("pk")}
    letter, into = rows[letter.pk], rows[into.pk]
    recusal_check(letter=letter, actor=actor)
    _check_mergeable(letter, into)
    letter_move(letter=letter, states=OPEN, state=State.MERGED, act="并案")
    _link(letter, into, Link.MERGED, actor)
    letter_event_add(
        letter=letter, kind=LetterEvent.Kind.MERGED, actor=actor, reference=into.reference
    )
    letter_event_add(
        letter=into, kind=LetterEvent.Kind.REPEATED, actor=actor, reference=letter.reference
    )
    audit_add(
        event="letter.merge", actor=actor, subject=letter.reference, result=f"并入{into.reference}"
    )
    return letter


def _check_branch(letter: Letter, other: Letter) -> None:
    if letter.pk == other.pk:
        raise ActRefused("不能选这封来信自己")
    if letter.branch_id != other.branch_id:
        raise ActRefused("只能关联本分行的来信")


def _check_mergeable(letter: Letter, into: Letter) -> None:
    if into.state in {State.MERGED, State.WITHDRAWN}:
        raise LetterMoved(into, "并入")
    if LetterLink.objects.filter(other=letter, kind=Link.MERGED).exists():
        raise ActRefused(f"已有来信并入{letter.reference}，不能再并入他案")
    if letter.responsibilities.exclude(state="REJECTED").exists():
        raise ActRefused(f"{letter.reference}已提出责任认定，不能并案")


def _link(letter: Letter, other: Letter, kind: str, actor: User) -> LetterLink:
    _check_branch(letter, other)
    link, created = LetterLink.objects.get_or_create(
        letter=letter, other=other, kind=kind, defaults={"actor": actor}
    )
    if created and kind != Link.MERGED:
        audit_add(
            event="letter.link",
            actor=actor,
            subject=letter.reference,
            kind=Link(kind).label,
            result=other.reference,
        )
    return link


@transaction.atomic
def link_undo(*, link: LetterLink, actor: User) -> None:
    """Take a relation back; a merged letter is then handled on its own again.

    A merger can be undone until the letter it went into is answered: what was decided together
    stays together. Again: nothing.
    """
    letter = link.letter
    if not LetterLink.objects.filter(pk=link.pk).delete()[0]:
        return
    if link.kind == Link.MERGED:
        _unmerge(letter, link.other, actor)
    audit_add(
        event="letter.unlink",
        actor=actor,
        subject=letter.reference,
        kind=Link(link.kind).label,
        result=link.other.reference,
    )


def _unmerge(letter: Letter, other: Letter, actor: User) -> None:
    recusal_check(letter=letter, actor=actor)
    letter_lock(letter=other, states=OPEN, act="撤销并案")
    letter_move(
        letter=letter,
        states=(State.MERGED,),
        state=State.ASSIGNED if letter.handler_id and letter.kind else State.RECEIVED,
        act="撤销并案",
    )
    letter_event_add(
        letter=letter,
        kind=LetterEvent.Kind.REOPENED,
        actor=actor,
        reason=f"不再并入{other.reference}",
    )
