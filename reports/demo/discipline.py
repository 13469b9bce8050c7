"""The demonstration's violations and penalties of 2011, through the services of real use (S17)."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import F
from django.utils.timezone import localdate

from accounts.models import User
from accounts.roles import Role
from complaints.models import Responsibility
from inspections.models import Answer
from outlets.models import Post, Posting, Staff, Unit
from outlets.months import Month
from reports.demo.offences import BY_HAND, OF_ITEM, YEAR, YEAR_BEGINS, Planned, planned
from reports.demo.organisation import SEED
from tellers.models import Penalty, Violation, ViolationKind
from tellers.services.catalogue import catalogue_seed
from tellers.services.penalties import (
    PenaltyFacts,
    penalty_appeal,
    penalty_appeal_decide,
    penalty_decide,
    penalty_notify,
    penalty_propose,
)
from tellers.services.violations import ViolationFacts, violations_record
from tellers.stars import GRAVE, MINOR, SERIOUS

_FINES: Final = (100, 200, 300)
_LEADERS_FINES: Final = (300, 500)
_NOTES: Final = ("值班巡查时发现", "调看录像时发现", "支行自查上报", "现场检查时发现")


def discipline(branch: Unit, month: Month, office: User) -> None:
    """Record the month's violations and what followed from them, unless that was done before."""
    catalogue_seed(branch=branch)
    held = Violation.objects.filter(branch=branch)
    if held.filter(recorded_on__range=(month.first, month.last)).exists():
        return
    found = _Found(branch, month)
    due = [one for one in planned() if one.month == month]
    facts = [found.again(one) if one.again else found.first(one) for one in due]
    facts += [*_by_letters(branch, month, found.taken)]
    if facts:
        recorded = violations_record(facts=facts, actor=office)
        _penalise(found.chance, [*zip(due, recorded, strict=False)], recorded[len(due) :], office)


class _Found:
    """Who is found out in a month, each person once in the year but for the second violations."""

    def __init__(self, branch: Unit, month: Month) -> None:
        self.branch, self.month = branch, month
        self.chance = random.Random(f"{SEED}:discipline:{month}")
        kinds = ViolationKind.objects.filter(branch=branch)
        self.kinds = {kind.code: kind for kind in kinds}
        before = Violation.objects.filter(branch=branch).select_related("staff", "kind")
        self.before = list(before.order_by("day", "staff__number"))
        # Those who sign in stay clean, so that there is a star to dispute.
        known = User.objects.exclude(staff=None).values_list("staff", flat=True)
        self.taken = {one.staff_id for one in self.before} | set(known)

    def first(self, one: Planned) -> ViolationFacts:
        """On a mark somebody lost at the place this month where there is one, else otherwise."""
        lost = [*self._lost(one)]
        if not lost:
            staff = self.chance.choice(self._free(one.place))
            self.taken.add(staff.pk)
            return self._by_hand(staff, self.chance.choice(BY_HAND[one.severity]))
        code, answer = self.chance.choice(lost)
        assert answer.staff is not None  # noqa: S101  (see _lost)
        self.taken.add(answer.staff.pk)
        return ViolationFacts(
            staff=answer.staff, kind=self.kinds[code], day=answer.inspection.date,
            source=Violation.Source.INSPECTION, inspection=answer.inspection, answer=answer,
            note=answer.note, recorded_on=self._after(answer.inspection.date),
        )  # fmt: skip

    def again(self, one: Planned) -> ViolationFacts:
        """By somebody with one minor violation so far, of the same kind or another."""
        times = Counter(held.staff_id for held in self.before)
        minor = [
            held for held in self.before
            if held.severity == MINOR and times[held.staff_id] == 1 and held.day < self.month.first
        ]  # fmt: skip
        earlier = self.chance.choice(minor)
        self.before = [held for held in self.before if held.staff_id != earlier.staff_id]
        others = [code for code in BY_HAND[MINOR] if code != earlier.kind.code]
        code = earlier.kind.code if one.same else self.chance.choice(others)
        return self._by_hand(earlier.staff, code)

    def _by_hand(self, staff: Staff, code: str) -> ViolationFacts:
        day = date(self.month.year, self.month.month, self.chance.randint(3, 24))
        return ViolationFacts(
            staff=staff, kind=self.kinds[code], day=day, note=self.chance.choice(_NOTES),
            recorded_on=self._after(day),
        )  # fmt: skip

    def _after(self, day: date) -> date:
        return min(self.month.last, day + timedelta(days=self.chance.randint(1, 4)))

    def _free(self, place: str) -> list[Staff]:
        """The tellers of a unit since before the year who have no violation."""
        posted = Posting.objects.filter(
            unit__code=place, post=Post.TELLER, start__lt=YEAR_BEGINS.first, end=None
        ).exclude(staff__in=self.taken)
        return [one.staff for one in posted.select_related("staff").order_by("staff__number")]

    def _lost(self, one: Planned) -> Iterator[tuple[str, Answer]]:
        """Marks that such people lost in released open visits and that are such a violation."""
        answers = Answer.objects.filter(
            staff__in=self._free(one.place),
            earned__lt=F("possible"),
            item__code__in=OF_ITEM,
            inspection__channel="OPEN",
            inspection__state="RELEASED",
            inspection__date__range=(self.month.first, self.month.last),
        ).select_related("inspection", "item", "staff")
        for answer in answers.order_by("item__code", "staff__number"):
            code = OF_ITEM[answer.item.code]
            if self.kinds[code].severity == one.severity:
                yield code, answer


def _by_letters(branch: Unit, month: Month, taken: set[int]) -> Iterator[ViolationFacts]:
    """Who is to blame for a complaint found valid this month."""
    found = Responsibility.objects.filter(
        branch=branch,
        finding=Responsibility.Finding.BANK,
        state=Responsibility.State.CONFIRMED,
        superseded_on=None,
        decided_on__range=(month.first, month.last),
    ).select_related("letter", "staff")
    kind = ViolationKind.objects.get(branch=branch, code="B01")
    for finding in found.order_by("decided_on", "letter__reference"):
        staff = finding.staff or _somebody(finding, taken)
        yield ViolationFacts(
            staff=staff, kind=kind, day=localdate(finding.letter.received_at),
            source=Violation.Source.LETTER, letter=finding.letter, recorded_on=finding.decided_on,
            note="经核实，客户反映属实",
        )  # fmt: skip


def _somebody(finding: Responsibility, taken: Iterable[int]) -> Staff:
    """The first teller of the unit who has no other violation."""
    posted = Posting.objects.filter(unit=finding.unit_id, post=Post.TELLER, end=None)
    return posted.exclude(staff__in=taken).order_by("staff__number")[0].staff


def _penalise(
    chance: random.Random,
    due: Sequence[tuple[Planned, Violation]],
    by_letters: Iterable[Violation],
    office: User,
) -> None:
    """Criticism for what is not minor, fines for repetition and for leaders, rights lost for grave."""
    proposed = [fact for one, violation in due for fact in _following(chance, one, violation)]
    proposed += [_offender(violation, Penalty.Kind.CRITICISM) for violation in by_letters]
    leadership = User.objects.get(username="fenhang")
    for facts in proposed:
        day = max(one.recorded_on for one in facts.violations)
        penalty = penalty_propose(facts=facts, actor=office, today=day)
        penalty_decide(penalty=penalty, agreed=True, actor=leadership, today=day)
        penalty_notify(penalty=penalty, actor=office, today=day)
        _dispute(penalty, day, leadership)


def _following(chance: random.Random, one: Planned, violation: Violation) -> Iterator[PenaltyFacts]:
    kinds = Penalty.Kind
    if violation.severity in {SERIOUS, GRAVE}:
        yield _offender(violation, kinds.CRITICISM)
    if violation.severity == GRAVE:
        yield _offender(violation, kinds.NO_STAR, year=YEAR)
        yield _offender(violation, kinds.NO_PACESETTER, year=YEAR)
    if one.again:
        held = Violation.objects.filter(staff=violation.staff, day__year=YEAR)
        yield PenaltyFacts(
            staff=violation.staff, kind=kinds.ECONOMIC, ground=Penalty.Ground.REPEAT,
            amount=Decimal(chance.choice(_FINES)), violations=[*held],
            reason="一年内多次违反服务规范",
        )  # fmt: skip
    if one.led and violation.leader is not None:
        yield PenaltyFacts(
            staff=violation.leader, kind=kinds.ECONOMIC, ground=Penalty.Ground.LEADER,
            amount=Decimal(chance.choice(_LEADERS_FINES)), violations=[violation],
            reason="对所辖网点服务管理不到位，负主管领导责任",
        )  # fmt: skip


def _offender(violation: Violation, kind: str, year: int | None = None) -> PenaltyFacts:
    return PenaltyFacts(
        staff=violation.staff, kind=kind, ground=Penalty.Ground.OFFENDER, year=year,
        violations=[violation], reason=f"违反服务规范：{violation.kind.name}",
    )  # fmt: skip


def _dispute(penalty: Penalty, day: date, leadership: User) -> None:
    """The one leader who signs in had something to say."""
    person = User.objects.filter(role=Role.INSTITUTION_HEAD, staff=penalty.staff).first()
    if person is None or penalty.kind != Penalty.Kind.ECONOMIC:
        return
    penalty_appeal(
        penalty=penalty, text="当日本人在分行参加会议，事后已组织全员学习并整改，请予减轻。",
        actor=person, today=day,
    )  # fmt: skip
    penalty_appeal_decide(
        penalty=penalty, upheld=False, actor=leadership, today=day,
        reason="会议不免除日常管理责任，维持原处罚。",
    )  # fmt: skip
