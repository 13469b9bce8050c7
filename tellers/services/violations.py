"""Violations: recorded by the catalogue, taken back with a reason; never removed (S17)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Letter
from complaints.redaction import redact
from inspections.models import Answer, Inspection
from outlets.models import Post, Posting, Staff, Unit
from tellers.models import Violation, ViolationKind
from tellers.services.changes import RecordChange, records_announce
from tellers.services.refusals import RecordRefused

Source = Violation.Source
State = Violation.State


@dataclass(frozen=True, slots=True, kw_only=True)
class ViolationFacts:
    """What somebody did: the unit is where they were posted that day, unless it is given.

    `recorded_on` is the day that counts for the month's figures; empty: today.
    """

    staff: Staff
    kind: ViolationKind
    day: date
    source: str = Source.MANUAL
    unit: Unit | None = None
    inspection: Inspection | None = None
    answer: Answer | None = None
    letter: Letter | None = None
    note: str = ""
    recorded_on: date | None = None


def violation_record(*, facts: ViolationFacts, actor: User) -> Violation:
    """Record one violation; see `violations_record`."""
    return violations_record(facts=[facts], actor=actor)[0]


@transaction.atomic
def violations_record(*, facts: Sequence[ViolationFacts], actor: User) -> list[Violation]:
    """Record violations by a constant number of statements, each with its leader of that day.

    ValidationError by field for a day in the future, a kind that is not in use, or somebody posted
    nowhere that day; RecordRefused for what is recorded already.
    """
    postings = _postings([one.staff for one in facts])
    rows = [_violation(one, postings[one.staff.pk], actor) for one in facts]
    _leaders_set(rows)
    try:
        with transaction.atomic():
            stored = Violation.objects.bulk_create(rows)
    except IntegrityError as error:
        raise RecordRefused("这一项违规已经记录过") from error
    records_announce(RecordChange(row.branch_id, row.unit_id, row.recorded_on) for row in rows)
    audit_add(
        event="violation.record",
        actor=actor,
        subject=f"{len(stored)}项违规",
        items=[row.pk for row in stored],
    )
    return stored


@transaction.atomic
def violation_revoke(*, violation: Violation, reason: str, actor: User) -> Violation:
    """Take a violation back: it counts nowhere any more, and stays to be seen."""
    if not reason.strip():
        raise ValidationError({"reason": "请写明撤销的原因"})
    if violation.penalties.exclude(state__in=["REFUSED", "REVOKED"]).exists():
        raise RecordRefused("还有依据这项违规的处罚，请先撤销处罚")
    revoked = Violation.objects.filter(pk=violation.pk, state=State.RECORDED).update(
        state=State.REVOKED, revoked_on=timezone.localdate(), revoked_reason=reason.strip()
    )
    if not revoked:
        raise RecordRefused("这项违规已经撤销")
    records_announce([RecordChange(violation.branch_id, violation.unit_id, violation.recorded_on)])
    violation.refresh_from_db()
    audit_add(event="violation.revoke", actor=actor, subject=violation.staff.number, reason=reason)
    return violation


def _violation(facts: ViolationFacts, postings: Sequence[Posting], actor: User) -> Violation:
    recorded_on = facts.recorded_on or timezone.localdate()
    unit = facts.unit or _posted_at(postings, facts.day)
    problems: dict[str, str] = {}
    if facts.day > timezone.localdate() or recorded_on < facts.day:
        problems["day"] = "违规日期不能晚于记录日期，也不能在将来"
    if not facts.kind.is_active or facts.kind.branch_id != facts.staff.branch_id:
        problems["kind"] = "该违规事项未启用，或不是本分行的"
    if unit is None:
        problems["staff"] = "该员工当天没有任职，请指明机构"
    if problems:
        raise ValidationError(problems)
    assert unit is not None  # noqa: S101  (see above)
    return Violation(
        branch_id=facts.staff.branch_id,
        staff=facts.staff,
        unit=unit,
        unit_path=unit.path,
        kind=facts.kind,
        severity=facts.kind.severity,
        day=facts.day,
        recorded_on=recorded_on,
        source=facts.source,
        inspection=facts.inspection,
        answer=facts.answer,
        letter=facts.letter,
        note=redact(facts.note.strip()),
        recorded_by=actor,
    )


def _postings(people: Collection[Staff]) -> Mapping[int, list[Posting]]:
    held: defaultdict[int, list[Posting]] = defaultdict(list)
    rows = Posting.objects.filter(staff__in=people).select_related("unit").order_by("start")
    for posting in rows:
        held[posting.staff_id].append(posting)
    return held


def _posted_at(postings: Sequence[Posting], day: date) -> Unit | None:
    for posting in postings:
        if posting.start <= day and (posting.end is None or posting.end >= day):
            return posting.unit
    return None


def _leaders_set(rows: Sequence[Violation]) -> None:
    """Give each its leader: who led service work at the unit that day, or nearest above it."""
    days = [row.day for row in rows]
    if not days:
        return
    posted = Posting.objects.filter(
        Q(end=None) | Q(end__gte=min(days)),
        start__lte=max(days),
        post=Post.LEADER,
        staff__branch_id__in={row.branch_id for row in rows},
    ).select_related("unit")
    leaders = sorted(posted, key=lambda one: (-len(one.unit.path), one.pk))
    for row in rows:
        row.leader_id = _leader(row, leaders)


def _leader(row: Violation, leaders: Sequence[Posting]) -> int | None:
    for posting in leaders:
        holds = posting.start <= row.day and (posting.end is None or posting.end >= row.day)
        if (
            holds
            and row.unit_path.startswith(posting.unit.path)
            and posting.staff_id != row.staff_id
        ):
            return posting.staff_id
    return None
