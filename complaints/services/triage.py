"""Triage: taking the next letter, saying what it is, giving it to a handler; again, back, and right.

Two triagers never have the same letter: a lease is taken while the letter's row is locked, and runs
out by itself, so that nothing is stuck.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Channel, Kind, Letter, LetterEvent, Severity, TriageLease
from complaints.recusal import ASKED, NAMED
from complaints.selectors.handlers import out_of_scope
from complaints.selectors.recusal import conflicts_of
from complaints.selectors.triage import held_elsewhere, triage_queue
from complaints.services.letters import (
    LetterChange,
    NewEvent,
    events_add,
    letter_event_add,
    letters_announce,
    letters_place,
)
from complaints.services.refusals import ActRefused, MustRecuse
from complaints.services.states import letter_lock, letter_move, told
from complaints.taxonomy import BUSINESSES, CAUSES, SERVICE_CHANNELS
from outlets.models import Staff, Unit

State = Letter.State
E = LetterEvent.Kind

LEASE: Final = timedelta(minutes=10)
# What can be put right once a letter is given out; one that ended early stays as it was.
SORTED: Final = (State.ASSIGNED, State.ANSWERED, State.CLOSED)
_FIELDS: Final = (
    "kind", "channel", "severity", "unit", "staff", "service_channel", "business", "cause",
)  # fmt: skip


class TriageTaken(ActRefused):
    """Somebody else is sorting the letter."""

    code = "triage_taken"

    def __init__(self, lease: TriageLease) -> None:
        super().__init__(f"来信{lease.letter.reference}正由{lease.triager.name}分拣")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What a letter is. Codes of `complaints.taxonomy`; a complaint has a business and a cause."""

    kind: str
    channel: str
    severity: str
    unit: Unit
    staff: Staff | None = None
    service_channel: str = ""
    business: str = ""
    cause: str = ""


# Taking


def letter_take_next(*, triager: User, passed: Collection[int] = ()) -> Letter | None:
    """The triager's next letter, leased: the one they hold, else the oldest that nobody has.

    `passed` are ids to leave out. None when there is nothing left for this triager.
    """
    queue = triage_queue(triager).exclude(pk__in=passed)
    held = queue.filter(triage_lease__triager=triager, triage_lease__until__gt=Now()).first()
    if held and _claim_again(held, triager):
        return held
    while True:
        taken, more = _take_one(queue, triager)
        if taken or not more:
            return taken


@transaction.atomic
def _take_one(queue: Any, triager: User) -> tuple[Letter | None, bool]:
    """A letter of the queue, if it could be had; and whether there was one to try."""
    free = queue.exclude(held_elsewhere(triager))
    letter = free.select_for_update(skip_locked=True, of=("self",)).first()
    if letter is None:
        return None, False
    return (letter if _claim(letter, triager) else None), True


def _claim(letter: Letter, triager: User) -> bool:
    """Lease the letter, whose row the caller has locked; False when another's lease still runs."""
    leases = TriageLease.objects.filter(letter=letter, until__gt=Now())
    if leases.exclude(triager=triager).exists():
        return False
    TriageLease.objects.update_or_create(
        letter=letter, defaults={"triager": triager, "until": timezone.now() + LEASE}
    )
    return True


def _claim_again(letter: Letter, triager: User) -> bool:
    until = timezone.now() + LEASE
    return bool(TriageLease.objects.filter(letter=letter, triager=triager).update(until=until))


@transaction.atomic
def letter_take(*, letter: Letter, triager: User) -> Letter:
    """Lease this letter; LetterMoved when it is not waiting, TriageTaken when another has it."""
    letter_lock(letter=letter, states=(State.RECEIVED,), act="分派")
    if not _claim(letter, triager):
        raise TriageTaken(
            TriageLease.objects.select_related("letter", "triager").get(letter=letter)
        )
    return letter


def letter_let_go(*, letter: Letter, triager: User) -> None:
    """End the triager's lease, so that others are offered the letter."""
    TriageLease.objects.filter(letter=letter, triager=triager).delete()


# Deciding


@transaction.atomic
def letter_triage(*, letter: Letter, found: Classification, handler: User, actor: User) -> Letter:
    """Say what a waiting letter is and give it to a handler; the figures it moves are announced.

    LetterMoved when it is not waiting any more, TriageTaken when another is sorting it, MustRecuse
    for an interest of the actor's, ValidationError by field.
    """
    locked = letter_take(letter=letter, triager=actor)
    locked = Letter.objects.select_related("unit", "staff").get(pk=locked.pk)
    before = _figures(locked)
    columns = _classified(locked, found)
    _check_triager(locked, actor)
    _check_handler(locked, handler)
    letter_move(
        letter=locked,
        states=(State.RECEIVED,),
        state=State.ASSIGNED,
        act="分派",
        handler=handler,
        **columns,
    )
    letters_announce([*before, *_figures(locked)])
    now = timezone.now()
    events_add(
        [
            NewEvent(locked, E.CLASSIFIED, now, _details(locked)),
            NewEvent(locked, E.ASSIGNED, now, {"handler": handler.pk}),
        ],
        actor=actor,
    )
    letter_let_go(letter=locked, triager=actor)
    audit_add(event="letter.triage", actor=actor, subject=locked.reference, result=handler.name)
    return locked


@transaction.atomic
def letter_reclassify(*, letter: Letter, found: Classification, actor: User) -> Letter:
    """Put right what a letter is that was given out already; nothing changed: no event.

    The handler stays, unless they would have to recuse: then ValidationError, keyed `unit`. The
    kind stays once somebody's responsibility was proposed. An inquiry handled so badly that it
    became a complaint is no mistake of sorting: `letter_escalate`.
    """
    letter_lock(letter=letter, states=SORTED, act="更正分类")
    locked = Letter.objects.select_related("unit", "staff", "handler__unit").get(pk=letter.pk)
    was, before = _details(locked), _figures(locked)
    columns = _classified(locked, found)
    if _details(locked) == was:
        return locked
    _check_judged(locked, was["kind"])
    _check_triager(locked, actor)
    _check_keeps(locked)
    letter_move(letter=locked, states=SORTED, state=locked.state, act="更正分类", **columns)
    letters_announce([*before, *_figures(locked)])
    detail = _details(locked) | {"from": was["kind"]}
    events_add([NewEvent(locked, E.CLASSIFIED, timezone.now(), detail)], actor=actor)
    before_words, after_words = _changed(was, _details(locked))
    audit_add(
        event="letter.reclassify",
        actor=actor,
        subject=locked.reference,
        before=before_words,
        after=after_words,
    )
    return locked


@transaction.atomic
def letter_reassign(*, letter: Letter, handler: User, reason: str, actor: User) -> Letter:
    """Give a letter that is being handled to another handler, with a reason."""
    letter_lock(letter=letter, states=(State.ASSIGNED,), act="改派")
    locked = Letter.objects.select_related("unit").get(pk=letter.pk)
    reason = _reason(locked, reason)
    before = locked.handler_id
    if before == handler.pk:
        raise ValidationError({"handler": f"{handler.name}已经是承办人"})
    _check_handler(locked, handler)
    letter_move(
        letter=locked,
        states=(State.ASSIGNED,),
        state=State.ASSIGNED,
        act="改派",
        handler=handler,
    )
    letter_event_add(
        letter=locked,
        kind=E.REASSIGNED,
        actor=actor,
        handler=handler.pk,
        before=before,
        reason=reason,
    )
    audit_add(
        event="letter.reassign",
        actor=actor,
        subject=locked.reference,
        result=handler.name,
        reason=reason,
    )
    return locked


@transaction.atomic
def letter_return(*, letter: Letter, reason: str, actor: User) -> Letter:
    """Give a letter back to triage, by its handler, with a reason; ActRefused for anybody else."""
    locked = letter_lock(letter=letter, states=(State.ASSIGNED,), act="退回")
    if locked.handler_id != actor.pk:
        raise ActRefused("只有承办人可以退回来信")
    reason = _reason(locked, reason)
    letter_move(
        letter=locked, states=(State.ASSIGNED,), state=State.RECEIVED, act="退回", handler=None
    )
    letter_event_add(letter=locked, kind=E.RETURNED, actor=actor, before=actor.pk, reason=reason)
    audit_add(event="letter.return", actor=actor, subject=locked.reference, reason=reason)
    return locked


def _reason(letter: Letter, reason: str) -> str:
    reason = told(letter, reason)
    if not reason:
        raise ValidationError({"reason": "请写明原因"})
    return reason


# Checks and columns


def _classified(letter: Letter, found: Classification) -> dict[str, Any]:
    """Set what was found on the letter and return it as columns; ValidationError by field."""
    problems = _problems(letter, found)
    if problems:
        raise ValidationError(problems)
    columns = {name: getattr(found, name) for name in _FIELDS}
    if letter.first_kind in {"", letter.kind}:  # not escalated: it came as what it is
        columns["first_kind"] = found.kind
    for name, value in columns.items():
        setattr(letter, name, value)
    letters_place([letter])
    return columns | {"unit_path": letter.unit_path}


def _problems(letter: Letter, found: Classification) -> dict[str, str]:
    """What cannot be, by field."""
    problems = {
        name: "请选择列表中的一项"
        for name, known in (
            ("kind", Kind.values),
            ("channel", Channel.values),
            ("severity", Severity.values),
            ("service_channel", ["", *SERVICE_CHANNELS]),
            ("business", ["", *BUSINESSES]),
            ("cause", ["", *CAUSES]),
        )
        if getattr(found, name) not in known
    }
    if found.unit.branch_id != letter.branch_id:
        problems["unit"] = "所选机构不属于本分行"
    if found.staff and found.staff.branch_id != letter.branch_id:
        problems["staff"] = "所选员工不属于本分行"
    if found.kind == Kind.COMPLAINT:
        problems |= {
            name: text
            for name, text in (("business", "投诉须选业务类别"), ("cause", "投诉须选投诉原因"))
            if not getattr(found, name)
        }
    return problems


def _details(letter: Letter) -> dict[str, str]:
    """What a letter is, for its event; nothing of the customer's."""
    return {
        "kind": letter.kind,
        "unit": letter.unit.code if letter.unit else "",
        "staff": letter.staff.number if letter.staff else "",
        **{
            name: getattr(letter, name)
            for name in ("channel", "severity", "service_channel", "business", "cause")
        },
    }


_LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": dict(Kind.choices),
    "channel": dict(Channel.choices),
    "severity": dict(Severity.choices),
    "service_channel": SERVICE_CHANNELS,
    "business": BUSINESSES,
    "cause": CAUSES,
}


def _changed(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    """What differs, before and after, in words."""
    names = [name for name in now if was[name] != now[name]]
    return tuple(
        {name: _LABELS.get(name, {}).get(each[name], each[name]) for name in names}
        for each in (was, now)
    )


def _figures(letter: Letter) -> list[LetterChange]:
    """Where a letter answered late counts now (R3)."""
    counts = letter.is_late and letter.kind in {Kind.INQUIRY, Kind.COMPLAINT}
    if not (counts and letter.answered_on and letter.unit_id):
        return []
    return [LetterChange(letter.branch_id, letter.unit_id, letter.answered_on)]


def _check_triager(letter: Letter, actor: User) -> None:
    """Who is named in a letter, or has stepped back from it, does not sort it either."""
    reasons = [one for one in conflicts_of(actor, letter) if one in {NAMED, ASKED}]
    if reasons:
        raise MustRecuse("您就是来信涉及的员工，或已对它申请回避，不能分派，请跳过由他人分派")


def _check_handler(letter: Letter, handler: User) -> None:
    problem = out_of_scope(handler, letter)
    if problem:
        raise ValidationError({"handler": f"{handler.name}不能承办：{problem}"})
    reasons = conflicts_of(handler, letter)
    if reasons:
        raise ValidationError({"handler": f"{handler.name}须回避：{'；'.join(reasons)}"})


def _check_keeps(letter: Letter) -> None:
    """The handler of a letter that is still handled must still be able to handle it."""
    if letter.state != State.ASSIGNED or letter.handler is None:
        return
    reasons = conflicts_of(letter.handler, letter)
    problem = "；".join(reasons) or out_of_scope(letter.handler, letter)
    if problem:
        name = letter.handler.name
        raise ValidationError({"unit": f"更正后{name}不能再承办（{problem}），请先改派"})


def _check_judged(letter: Letter, was: str) -> None:
    if letter.kind != was and letter.responsibilities.exclude(state="REJECTED").exists():
        raise ValidationError({"kind": "已提出责任认定，不能再改类型"})
