"""What a rating is made of: every dimension's arithmetic and the evidence behind it (S16, R8)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from complaints.models import Letter
from complaints.selectors.letters import letters_visible_to
from inspections.models import Answer
from inspections.selectors.inspections import answers_visible_to
from outlets.models import Posting
from outlets.selectors import postings_visible_to
from tellers.models import DeviceMonth, Penalty, Quiz, StarRating, Violation
from tellers.selectors.discipline import IN_FORCE, penalties_visible_to, violations_visible_to
from tellers.stars import (
    DIMENSION_LABELS,
    DISCIPLINE,
    EFFICIENCY,
    QUALITY,
    SKILL,
    STANDARDS,
    StarRules,
)

_TOTAL: Final = "total"
_STAR: Final = "star"
_REFUSED: Final = "refused"
_LABELS: Final = {**DIMENSION_LABELS, _TOTAL: "总分", _STAR: "星级"}
_ELSEWHERE: Final = "含本人在别处的记录，不显示算式"
_BRANCH_ROLES: Final = {Role.SERVICE_OFFICE, Role.LEADERSHIP}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence: its day, what it is, its figure, where it opens (perhaps nowhere)."""

    day: str
    text: str
    figure: str = ""
    url: str = ""


@dataclass(slots=True)
class Part:
    """One line of the arithmetic with its evidence; `hidden` pieces the user may not see."""

    name: str
    label: str
    weight: Decimal | None
    arithmetic: str
    value: str
    pieces: list[Piece] = field(default_factory=list)
    hidden: int = 0

    @property
    def is_result(self) -> bool:
        """Whether it follows from the lines above it."""
        return self.name in {_TOTAL, _STAR, _REFUSED}


@dataclass(frozen=True, slots=True)
class _Held:
    """The visible postings of the person: what happened on these days may be shown."""

    everything: bool
    postings: Sequence[Posting]

    def covers(self, day: date) -> bool:
        """Whether the user may see what happened that day."""
        return self.everything or any(
            one.start <= day and (one.end is None or day <= one.end) for one in self.postings
        )

    def covers_month(self, month: date) -> bool:
        """Whether the person was where the user sees them at some day of the month."""
        return self.everything or any(
            (one.start.year, one.start.month) <= (month.year, month.month)
            and (one.end is None or month <= one.end)
            for one in self.postings
        )


def rating_parts(user: User, rating: StarRating, rules: StarRules) -> list[Part]:
    """The stored lines in their order, each with what the user may see of its evidence.

    A constant number of queries; what happened elsewhere, before the person came, is counted only, and
    an arithmetic that would tell of it is not shown.
    """
    lines = {
        rule.removeprefix("R8."): (ids, text, value) for rule, ids, text, value in rating.lines
    }
    held = _held(user, rating)
    parts = []
    for name, (ids, text, value) in lines.items():
        part = Part(name, _LABELS[name], rules.weights.get(name), text, value or "")
        if name in _EVIDENCE:
            part.pieces, part.hidden = _EVIDENCE[name](user, rating, ids, held)
        if part.hidden:
            part.arithmetic = _ELSEWHERE
        parts.append(part)
    if rating.status == StarRating.Status.DISQUALIFIED:
        parts.append(_refusal(user, rating))
    return parts


def _refusal(user: User, rating: StarRating) -> Part:
    """Why somebody is not rated, with the penalties that take the right away."""
    period = rating.period
    found = penalties_visible_to(user).filter(
        staff=rating.staff_id,
        kind=Penalty.Kind.NO_STAR,
        state__in=IN_FORCE,
        year__range=(period.first_day.year, period.last_day.year),
    )
    pieces = [
        Piece(
            f"{one.approved_on}",
            one.get_kind_display(),
            url=reverse("tellers:penalty", args=[one.pk]),
        )
        for one in found
    ]
    return Part(_REFUSED, "评定资格", None, rating.reason, "不予评定", pieces)


def _held(user: User, rating: StarRating) -> _Held:
    everything = user.role in _BRANCH_ROLES or user.staff_id == rating.staff_id
    postings = [] if everything else postings_visible_to(user).filter(staff=rating.staff_id)
    return _Held(everything, list(postings))


_Found = tuple[list[Piece], int]


def _tests(user: User, rating: StarRating, ids: Collection[int], held: _Held) -> _Found:  # noqa: ARG001
    rows = Quiz.objects.filter(pk__in=ids).order_by("date", "pk")
    seen = [
        Piece(
            f"{one.date}",
            f"{one.get_kind_display()}测试",
            f"{one.score}",
            f"{reverse('tellers:tests')}?{urlencode(_tested(rating, one))}",
        )
        for one in rows
        if held.covers(one.date)
    ]
    return seen, len(ids) - len(seen)


def _tested(rating: StarRating, quiz: Quiz) -> dict[str, Any]:
    """What the register of tests is asked, to show this one."""
    return {"first": quiz.date, "last": quiz.date, "person": rating.staff.number}


def _letters(user: User, rating: StarRating, ids: Collection[int], held: _Held) -> _Found:
    """The letters that count, then the months at the device whose answers count."""
    rows = Letter.objects.filter(pk__in=ids).only("reference", "kind", "received_at", "unit_id")
    mine = user.staff_id == rating.staff_id
    visible = set(letters_visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
    seen = [
        Piece(
            f"{one.received_at:%Y-%m-%d}",
            f"{one.get_kind_display()}来信{f' {one.reference}' if one.pk in visible else ''}",
            url=reverse("complaints:letter", args=[one.pk]) if one.pk in visible else "",
        )
        for one in rows.order_by("received_at", "pk")
        if one.pk in visible or mine
    ]
    months, elsewhere = _device(rating, held, _answers_words)
    return [*seen, *months], len(ids) - len(seen) + elsewhere


def _months(user: User, rating: StarRating, ids: Collection[int], held: _Held) -> _Found:  # noqa: ARG001
    return _device(rating, held, _transactions_words)


def _device(
    rating: StarRating, held: _Held, words: Callable[[DeviceMonth], tuple[str, str]]
) -> _Found:
    period = rating.period
    rows = DeviceMonth.objects.filter(
        staff=rating.staff_id, month__range=(period.first_day, period.last_day)
    ).order_by("month")
    seen = [
        Piece(f"{one.month:%Y-%m}", *words(one), _file(rating, one.month.year))
        for one in rows
        if held.covers_month(one.month)
    ]
    return seen, len(rows) - len(seen)


def _file(rating: StarRating, year: int) -> str:
    """The device months of a year in the person's service file."""
    return f"{reverse('tellers:file', args=[rating.staff_id])}?year={year}&kind=DEVICE"


def _answers_words(one: DeviceMonth) -> tuple[str, str]:
    good = one.very_satisfied + one.satisfied
    return f"评价 {one.evaluations} 笔，满意 {good} 笔", f"{good}/{one.evaluations}"


def _transactions_words(one: DeviceMonth) -> tuple[str, str]:
    return "业务笔数", f"{one.transactions}"


def _answers(user: User, rating: StarRating, ids: Collection[int], held: _Held) -> _Found:  # noqa: ARG001
    """The marks by inspection; where the user sees the inspection it opens."""
    rows = (
        answers_visible_to(user)
        .filter(inspection__in=ids, staff=rating.staff_id)
        .select_related("inspection")
        .order_by("inspection__date", "inspection_id", "pk")
    )
    by_inspection: dict[int, list[Answer]] = {}
    for one in rows:
        by_inspection.setdefault(one.inspection_id, []).append(one)
    seen = [_inspection_piece(answers) for answers in by_inspection.values()]
    return seen, len(ids) - len(seen)


def _inspection_piece(answers: Sequence[Answer]) -> Piece:
    inspection = answers[0].inspection
    earned = sum((one.earned for one in answers), Decimal(0)).normalize()
    possible = sum((one.possible for one in answers), Decimal(0)).normalize()
    return Piece(
        f"{inspection.date}",
        f"{inspection.get_channel_display()}，{len(answers)}项归属本人",
        f"{earned:f}/{possible:f}",
        reverse("inspections:inspection", args=[inspection.pk]),
    )


def _violations(user: User, rating: StarRating, ids: Collection[int], held: _Held) -> _Found:  # noqa: ARG001
    rows = violations_visible_to(user).filter(pk__in=ids).order_by("day", "pk")
    seen = [_violation_piece(one) for one in rows]
    return seen, len(ids) - len(seen)


def _violation_piece(one: Violation) -> Piece:
    words = f"{one.get_severity_display()}违规“{one.kind.name}”"
    taken = "（已撤销）" if one.state == Violation.State.REVOKED else ""
    return Piece(f"{one.day}", f"{words}{taken}", url=reverse("tellers:violation", args=[one.pk]))


_EVIDENCE: Final[Mapping[str, Callable[[User, StarRating, Collection[int], _Held], Any]]] = {
    SKILL: _tests,
    QUALITY: _letters,
    EFFICIENCY: _months,
    STANDARDS: _answers,
    DISCIPLINE: _violations,
}
