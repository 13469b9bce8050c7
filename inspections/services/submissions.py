"""Submitting: once, whatever the network repeats; then returning for correction."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused
from accounts.services import audit_add
from inspections.models import Answer, Channel, Draft, Inspection, Item, Visit
from inspections.models.inspections import Method
from inspections.selectors.forms import VersionForm, published_form
from inspections.services.evidence import drafted_evidence, evidence_copy
from inspections.services.records import Record, records_insert
from inspections.services.sheets import (
    Fault,
    Reply,
    ScoredSheet,
    Sheet,
    SheetInvalid,
    Surroundings,
    content,
    content_hash,
    sheet_score,
)
from inspections.services.visits import OPEN_STATES, VisitNotOpen, is_open_on, wave_lock
from outlets.selectors import staff_at

MAX_SUMMARY: Final = 2_000
_DRAWS: Final = 5
_DRAWN: Final = frozenset({"inspections_inspection_pkey", "inspection_number"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """The inspection as it was first submitted; `created` is False when it was there already."""

    inspection: Inspection
    created: bool


class SubmissionDiffers(Refused):
    """The UUID was submitted before with other content; `differences` names what, in Chinese."""

    code = "submission_differs"

    def __init__(self, number: str, differences: list[str]) -> None:
        self.differences = differences
        super().__init__(f"检查{number}已提交过，内容与本次不同：{'、'.join(differences)}")

    @property
    def more(self) -> dict[str, Any]:
        """What differs."""
        return {"differences": self.differences}


class InspectionNotOpen(Refused):
    """The inspection is released or returned already."""

    code = "inspection_not_open"


def inspection_submit(
    *,
    visit: Visit,
    key: uuid.UUID,
    sheet: Sheet,
    actor: User,
    photos_needed: bool = True,
) -> Receipt:
    """Check, score and store a visit's result under the client's UUID.

    The same UUID and content give the first receipt again, other content SubmissionDiffers.
    SheetInvalid says what is missing; VisitNotOpen that the visit is over or somebody else's.
    `visit` comes with `unit`. Photos are not asked for where none can be had, as in demonstrations.
    """
    form = published_form(visit.version_id, visit.channel)
    try:
        scored = _checked(visit, form, sheet, photos_needed=photos_needed)
        facts = _facts(visit, actor)
        record = Record(uuid=key, form=form, sheet=sheet, scored=scored, facts=facts)
        return Receipt(_written(visit, record, actor), created=True)
    except (SheetInvalid, VisitNotOpen, IntegrityError):
        # Sent before? Then what is wrong now, such as a window that is over, does not matter.
        if receipt := _first_receipt(key, form, sheet, actor):
            return receipt
        raise


@transaction.atomic
def inspection_return(*, inspection: Inspection, reason: str, actor: User) -> Inspection:
    """Send a submitted inspection back: its visit opens again with the answers as a new draft.

    InspectionNotOpen when it is released or returned already, or came from a file.
    """
    if inspection.wave_id is not None:
        wave_lock(inspection.wave_id)
    returned = Inspection.objects.filter(
        pk=inspection.pk, state=Inspection.State.SUBMITTED, visit__isnull=False
    ).update(state=Inspection.State.RETURNED, returned_reason=reason.strip())
    inspection.refresh_from_db()
    visit_id = inspection.visit_id
    if not returned or visit_id is None:
        raise InspectionNotOpen(
            f"检查{inspection.number}{inspection.get_state_display()}，不能退回"
        )
    Visit.objects.filter(pk=visit_id).update(state=Visit.State.RETURNED)
    _draft_restore(visit_id, _sheet_of(inspection))
    evidence_copy(inspection=inspection)
    # Its number and the reason would tell a covert inspection; both stand in the row's history.
    audit_add(
        event="inspection.return", actor=actor, subject="1次检查", inspections=[inspection.pk]
    )
    return inspection


def _checked(visit: Visit, form: VersionForm, sheet: Sheet, *, photos_needed: bool) -> ScoredSheet:
    """The scored sheet; SheetInvalid with the faults of the head and of the items together."""
    faults = list(_head_faults(visit, sheet))
    around = _surroundings(visit, form, sheet, photos_needed=photos_needed)
    try:
        scored = sheet_score(form, sheet, around)
    except SheetInvalid as error:
        raise SheetInvalid(faults + error.faults) from None
    if faults:
        raise SheetInvalid(faults)
    return scored


def _head_faults(visit: Visit, sheet: Sheet) -> Iterator[Fault]:
    if sheet.date > timezone.localdate():
        yield Fault("date", "检查日期在将来")
    elif not visit.not_before <= sheet.date <= visit.not_after:
        yield Fault("date", f"检查日期应在任务期限{visit.not_before}至{visit.not_after}之内")
    if not is_open_on(visit.unit, sheet.date):
        yield Fault("date", f"“{visit.unit.short_name}”当日未开业或已撤并")
    if not set(sheet.methods) <= set(Method.values):
        yield Fault("methods", "检查方法不在可选范围内")
    if len(sheet.note) > MAX_SUMMARY:
        yield Fault("note", f"总体评价不能超过{MAX_SUMMARY}个字")


def _surroundings(
    visit: Visit, form: VersionForm, sheet: Sheet, *, photos_needed: bool
) -> Surroundings:
    """Who was posted there and which photos have arrived; asked only where it matters."""
    staff: Collection[int] = ()
    attributes = any(item.attribution == Item.Attribution.STAFF for item in form.items.values())
    if attributes or any(reply.staff is not None for reply in sheet.replies.values()):
        staff = set(staff_at(visit.unit_id, sheet.date).values_list("staff_id", flat=True))
    return Surroundings(
        staff=staff,
        # A shopper cannot always read the badge.
        staff_needed=bool(staff) and visit.channel != Channel.COVERT,
        photos=_photos(visit, form, sheet) if photos_needed else None,
    )


def _photos(visit: Visit, form: VersionForm, sheet: Sheet) -> Mapping[int, set[str]]:
    asked = any(item.photo != Item.Photo.NO for item in form.items.values())
    if not asked and not any(reply.photos for reply in sheet.replies.values()):
        return {}
    arrived: dict[int, set[str]] = {}
    rows = drafted_evidence(visit).values_list("item", "sha256")
    for item, sha256 in rows:
        arrived.setdefault(item, set()).add(sha256)
    return arrived


def _facts(visit: Visit, actor: User) -> dict[str, Any]:
    return {
        "branch_id": visit.branch_id,
        "unit_id": visit.unit_id,
        "unit_path": visit.unit.path,
        "channel": visit.channel,
        "visit_id": visit.pk,
        "wave_id": visit.wave_id,
        "inspector_id": actor.pk,
        "inspector_name": actor.name,
    }


def _written(visit: Visit, record: Record, actor: User) -> Inspection:
    """Store the record, drawing another number should the first be taken."""
    for attempt in range(_DRAWS - 1):
        try:
            return _write(visit, record, actor, attempt)
        except IntegrityError as error:
            if _constraint(error) not in _DRAWN:
                raise
    return _write(visit, record, actor, _DRAWS - 1)


@transaction.atomic
def _write(visit: Visit, record: Record, actor: User, attempt: int) -> Inspection:
    """Claim the visit, then insert; whoever sends the same at once waits at the claim."""
    claimed = Visit.objects.filter(pk=visit.pk, state__in=OPEN_STATES, inspector=actor).update(
        state=Visit.State.SUBMITTED
    )
    if not claimed:
        raise VisitNotOpen("该任务已提交、取消或改派他人，不能再提交")
    (inspection,) = records_insert([record], attempt=attempt)
    named = [sha256 for reply in record.sheet.replies.values() for sha256 in reply.photos]
    if named:
        drafted_evidence(visit).filter(sha256__in=named).update(inspection=inspection)
    return inspection


def _constraint(error: IntegrityError) -> str | None:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None)


def _first_receipt(key: uuid.UUID, form: VersionForm, sheet: Sheet, actor: User) -> Receipt | None:
    """The receipt already given for the UUID; SubmissionDiffers when that was something else."""
    first = Inspection.objects.filter(uuid=key).first()
    if first is None:
        return None
    if first.inspector_id != actor.pk:
        raise SubmissionDiffers("", ["检查人"])
    if first.content_hash != content_hash(form, sheet):
        raise SubmissionDiffers(first.number, list(_differences(first, form, sheet)))
    return Receipt(first, created=False)


def _differences(first: Inspection, form: VersionForm, sheet: Sheet) -> Iterator[str]:
    """What a second submission has otherwise, by item code."""
    if first.version_id != form.version_id or first.channel != form.channel:
        yield "检查任务"
        return
    if first.date != sheet.date:
        yield "检查日期"
    if first.methods != sorted(set(sheet.methods)):
        yield "检查方法"
    if first.note != sheet.note.strip():
        yield "总体评价"
    before = content(form, _sheet_of(first))["answers"]
    now = content(form, sheet)["answers"]
    for key in sorted(before.keys() | now.keys(), key=int):
        if before.get(key) != now.get(key):
            yield f"项目{form.items[int(key)].code}" if int(key) in form.items else f"项目{key}"


def _sheet_of(inspection: Inspection) -> Sheet:
    """A stored inspection as the sheet it was made from."""
    photos: dict[int, list[str]] = {}
    for item, sha256 in inspection.evidence.filter(removed_at=None).values_list("item", "sha256"):
        photos.setdefault(item, []).append(sha256)
    replies = {
        answer.item_id: Reply(
            answer.value, answer.note, answer.staff_id, tuple(photos.get(answer.item_id, ()))
        )
        for answer in Answer.objects.filter(inspection=inspection)
    }
    return Sheet(
        date=inspection.date,
        replies=replies,
        methods=tuple(inspection.methods),
        note=inspection.note,
    )


def _draft_restore(visit_id: int, sheet: Sheet) -> None:
    """The visit's draft anew: a UUID of its own, everything that was answered."""
    answers = {
        str(key): {"value": reply.value, "note": reply.note, "staff": reply.staff}
        for key, reply in sheet.replies.items()
    }
    header = {
        "date": sheet.date.isoformat(),
        "methods": list(sheet.methods),
        "note": sheet.note,
    }
    content = {"uuid": uuid.uuid4(), "answers": answers, "header": header}
    Draft.objects.update_or_create(visit_id=visit_id, defaults=content)
