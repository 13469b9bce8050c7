"""Violations: recorded by the catalogue, taken back with a reason; never removed (S17)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from accounts.services import audit_add
from complaints.models import Letter, Responsibility
from complaints.redaction import redact
from inspections.models import Answer, Inspection
from inspections.selectors.firewall import released
from outlets.models import Post, Posting, Staff, Unit
from outlets.selectors import paths_on
from tellers.models import Violation, ViolationKind
from tellers.services.changes import RecordChange, records_announce
from tellers.services.refusals import RecordRefused

Source = Violation.Source
State = Violation.State
_ONCE: Final = ("one_violation_an_answer", "one_violation_a_letter")


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


class _Proofs(NamedTuple):
    """What the facts may stand on: lost marks as (answer, inspection, staff), letters as (letter, staff).

    Somebody not named there (None) may be found out by other means.
    """

    answers: Collection[tuple[int, int, int | None]]
    letters: Collection[tuple[int, int | None]]


def violation_record(*, facts: ViolationFacts, actor: User) -> Violation:
    """Record one violation; see `violations_record`."""
    return violations_record(facts=[facts], actor=actor)[0]


@transaction.atomic
def violations_record(*, facts: Sequence[ViolationFacts], actor: User) -> list[Violation]:
    """Record violations by a constant number of statements, each with its leader of that day.

    ValidationError by field for a day in the future, a kind that is not in use, somebody posted
    nowhere that day, or evidence that does not show it; RecordRefused for what is recorded already.
    """
    postings = _postings([one.staff for one in facts])
    proofs = _proofs(facts)
    rows = [_violation(one, postings[one.staff.pk], proofs, actor) for one in facts]
    paths = paths_on([(row.unit, row.day) for row in rows])
    for row in rows:
        row.unit_path = paths[row.unit_id, row.day]
    _leaders_set(rows)
    stored = _stored(rows)
    _announce(stored)
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
    # Held, so that no penalty is proposed on it at the same time.
    held = Violation.objects.select_for_update(no_key=True).get(pk=violation.pk)
    if held.state == State.REVOKED:
        raise RecordRefused("这项违规已经撤销")
    if held.penalties.exclude(state__in=["REFUSED", "REVOKED"]).exists():
        raise RecordRefused("还有依据这项违规的处罚，须先处理完毕")
    Violation.objects.filter(pk=held.pk).update(
        state=State.REVOKED, revoked_on=timezone.localdate(), revoked_reason=redact(reason.strip())
    )
    _announce([held])
    violation.refresh_from_db()
    audit_add(
        event="violation.revoke",
        actor=actor,
        subject=violation.staff.number,
        reason=violation.revoked_reason,
    )
    return violation


def _announce(rows: Collection[Violation]) -> None:
    records_announce(
        RecordChange(row.branch_id, row.unit_id, row.recorded_on, opens=False) for row in rows
    )


def _stored(rows: Sequence[Violation]) -> list[Violation]:
    try:
        with transaction.atomic():
            return Violation.objects.bulk_create(rows)
    except IntegrityError as error:
        if not any(name in str(error) for name in _ONCE):
            raise
        raise RecordRefused("这一项违规已经记录过") from error


def _violation(
    facts: ViolationFacts, postings: Sequence[Posting], proofs: _Proofs, actor: User
) -> Violation:
    unit = facts.unit or _posted_at(postings, facts.day)
    problems = _day_problems(facts) | _problems(facts, unit) | _proof_problems(facts, proofs)
    if problems:
        raise ValidationError(problems)
    assert unit is not None  # noqa: S101  (see above)
    return Violation(
        branch_id=facts.staff.branch_id,
        staff=facts.staff,
        unit=unit,
        kind=facts.kind,
        severity=facts.kind.severity,
        day=facts.day,
        recorded_on=facts.recorded_on or timezone.localdate(),
        source=facts.source,
        inspection=facts.inspection,
        answer=facts.answer,
        letter=facts.letter,
        note=redact(facts.note.strip()),
        recorded_by=actor,
    )


def _day_problems(facts: ViolationFacts) -> dict[str, str]:
    today = timezone.localdate()
    recorded_on = facts.recorded_on or today
    if facts.day > today or recorded_on > today:
        return {"day": "日期不能在将来"}
    if recorded_on < facts.day:
        return {"day": "违规日期不能晚于记录日期"}
    return {}


def _problems(facts: ViolationFacts, unit: Unit | None) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not facts.kind.is_active or facts.kind.branch_id != facts.staff.branch_id:
        problems["kind"] = "该违规事项未启用，或不是本分行的"
    if unit is None:
        problems["staff"] = "该员工当天没有任职，请指明机构"
    elif unit.branch_id != facts.staff.branch_id:
        problems["unit"] = "该机构不属于员工所在的分行"
    return problems


def _proof_problems(facts: ViolationFacts, proofs: _Proofs) -> dict[str, str]:
    """Whether the inspection or letter named shows anything against this person."""
    if facts.source == Source.INSPECTION and not _shown_by_answer(facts, proofs):
        return {"answer": "依据检查记录的违规，须是已发布检查中归属该员工的失分项目"}
    if facts.source == Source.LETTER and not _shown_by_letter(facts, proofs):
        return {"letter": "依据来信记录的违规，须是认定为有效投诉且归属该员工的来信"}
    return {}


def _shown_by_answer(facts: ViolationFacts, proofs: _Proofs) -> bool:
    if facts.answer is None or facts.inspection is None:
        return False
    named = facts.answer.pk, facts.inspection.pk
    return not {(*named, facts.staff.pk), (*named, None)}.isdisjoint(proofs.answers)


def _shown_by_letter(facts: ViolationFacts, proofs: _Proofs) -> bool:
    if facts.letter is None:
        return False
    named = facts.letter.pk
    return not {(named, facts.staff.pk), (named, None)}.isdisjoint(proofs.letters)


def _proofs(facts: Sequence[ViolationFacts]) -> _Proofs:
    """What stands behind these facts, by at most two statements."""
    branches = {one.staff.branch_id for one in facts}
    answers = Answer.objects.filter(
        released("inspection__"),
        pk__in=[one.answer.pk for one in facts if one.answer],
        inspection__branch__in=branches,
        earned__lt=F("possible"),
    )
    letters = Responsibility.objects.filter(
        letter__in=[one.letter.pk for one in facts if one.letter],
        branch__in=branches,
        finding=Responsibility.Finding.BANK,
        state=Responsibility.State.CONFIRMED,
        superseded_on=None,
    )
    return _Proofs(
        set(answers.values_list("pk", "inspection_id", "staff_id")),
        set(letters.values_list("letter_id", "staff_id")),
    )


def _postings(people: Collection[Staff]) -> Mapping[int, list[Posting]]:
    held: defaultdict[int, list[Posting]] = defaultdict(list)
    rows = Posting.objects.filter(staff__in=people).select_related("unit").order_by("start")
    for posting in rows:
        held[posting.staff_id].append(posting)
    return held


def _posted_at(postings: Sequence[Posting], day: date) -> Unit | None:
    return next((one.unit for one in postings if _holds(one, day)), None)


def _holds(posting: Posting, day: date) -> bool:
    return posting.start <= day and (posting.end is None or posting.end >= day)


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
    leaders: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in posted.order_by("pk"):
        leaders[posting.unit.code].append(posting)
    for row in rows:
        row.leader_id = _leader(row, leaders)


def _leader(row: Violation, leaders: Mapping[str, Sequence[Posting]]) -> int | None:
    """From the unit upwards, as it stood that day; nobody is the leader of themselves."""
    for code in reversed(row.unit_path.split("/")):
        for posting in leaders.get(code, ()):
            if _holds(posting, row.day) and posting.staff_id != row.staff_id:
                return posting.staff_id
    return None
