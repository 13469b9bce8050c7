"""What a draft's numbers would make of the last period; nothing is stored (S16)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from outlets.models import Staff, Unit
from tellers.models import StarPeriod, StarRating, StarScheme
from tellers.rating import DISQUALIFIED, INSUFFICIENT, RATED
from tellers.selectors.star_facts import teller_facts
from tellers.services.ratings import RatingRow, rated_under
from tellers.stars import DIMENSION_LABELS, HIGHEST, STAR_LABELS, StarRules

_STATUS: Final = {DISQUALIFIED: "不予评定", INSUFFICIENT: "数据不足"}
OUT: Final = -1  # stands below no star


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody whose star would be another: what it was, what it would be, and why."""

    number: str
    name: str
    unit: str
    before: str
    after: str
    steps: int
    why: str

    @property
    def down(self) -> int:
        """How many stars are lost."""
        return -self.steps


@dataclass(frozen=True, slots=True)
class Level:
    """How many people hold one star (or are not rated) before and after."""

    label: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """How many more."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The last period under its own scheme and under the draft, from the same facts."""

    period: StarPeriod
    levels: list[Level]
    moves: list[Move]
    people: int
    moved_since: int  # whose stored star today's facts would change without any new rule

    @property
    def ups(self) -> int:
        """How many rise."""
        return sum(one.steps > 0 for one in self.moves)

    @property
    def downs(self) -> int:
        """How many fall."""
        return sum(one.steps < 0 for one in self.moves)


def last_period(branch_id: int) -> StarPeriod | None:
    """The latest period that was computed, with its scheme."""
    computed = StarPeriod.objects.filter(branch=branch_id, computed_at__isnull=False)
    return computed.select_related("scheme").order_by("-last_day", "-pk").first()


def star_what_if(draft: StarScheme) -> WhatIf | None:
    """The last period rated twice from the facts as they stand: a constant number of statements.

    None when no period was computed yet.
    """
    period = last_period(draft.branch_id)
    if period is None:
        return None
    branch_id = period.branch_id
    old, new = StarRules.from_json(period.scheme.rules), StarRules.from_json(draft.rules)
    posts = {*old.targets, *new.targets}
    facts = list(teller_facts([branch_id], period.first_day, period.last_day, posts))
    before = {row.staff_id: row for row in rated_under([period], {branch_id: old}, facts)}
    after = {row.staff_id: row for row in rated_under([period], {branch_id: new}, facts)}
    return WhatIf(
        period=period,
        levels=_levels(list(before.values()), list(after.values())),
        moves=_moves(before, after),
        people=len({*before, *after}),
        moved_since=_moved_since(period, before),
    )


def _levels(before: Sequence[RatingRow], after: Sequence[RatingRow]) -> list[Level]:
    held = [Counter(map(_standing, rows)) for rows in (before, after)]
    stars = [(STAR_LABELS[star], (RATED, star)) for star in range(HIGHEST, -1, -1)]
    rest = [(label, (status, 0)) for status, label in _STATUS.items()]
    return [Level(label, *(each[key] for each in held)) for label, key in [*stars, *rest]]


def _standing(row: RatingRow) -> tuple[str, int]:
    return row.status, row.star


def _moves(before: Mapping[int, RatingRow], after: Mapping[int, RatingRow]) -> list[Move]:
    changed = [
        key for key in {*before, *after} if _place(before.get(key)) != _place(after.get(key))
    ]
    people = Staff.objects.in_bulk(changed)
    places = {row.unit_id for rows in (before, after) for key, row in rows.items() if key in people}
    units = Unit.objects.in_bulk(places)
    moves = [_move(people[key], before.get(key), after.get(key), units) for key in changed]
    return sorted(moves, key=lambda one: (-one.steps, one.number))


def _move(
    staff: Staff, old: RatingRow | None, new: RatingRow | None, units: Mapping[int, Unit]
) -> Move:
    row = new or old
    assert row is not None  # noqa: S101  (one of them moved)
    return Move(
        number=staff.number,
        name=staff.name,
        unit=units[row.unit_id].short_name,
        before=_label(old),
        after=_label(new),
        steps=_rank(new) - _rank(old),
        why=_why(old, new),
    )


def _place(row: RatingRow | None) -> tuple[str, int] | None:
    return None if row is None else _standing(row)


def _rank(row: RatingRow | None) -> int:
    return OUT if row is None or row.status != RATED else row.star


def _label(row: RatingRow | None) -> str:
    if row is None:
        return "不参评"
    return STAR_LABELS[row.star] if row.status == RATED else _STATUS[row.status]


def _why(old: RatingRow | None, new: RatingRow | None) -> str:
    """The dimensions and total that changed, then what the new rules say of the star."""
    if new is None:
        return "新办法没有这个岗位的业务量目标"
    if old is None:
        return "原办法没有这个岗位的业务量目标"
    parts = [
        f"{label}{_figure(getattr(old, name))}→{_figure(getattr(new, name))}"
        for name, label in (*DIMENSION_LABELS.items(), ("total", "总分"))
        if getattr(old, name) != getattr(new, name) and getattr(new, name) is not None
    ]
    reasons = [new.reason] if new.reason else []
    if old.reason and old.reason != new.reason:
        reasons.append(f"原先：{old.reason}")
    return "；".join([*parts, *reasons]) or "分数线不同"


def _figure(value: object) -> str:
    return "无" if value is None else str(value)


def _moved_since(period: StarPeriod, now: Mapping[int, RatingRow]) -> int:
    """Whose stored figures no longer are what the same rules make of today's facts."""
    stored = StarRating.objects.filter(period=period).values_list(
        "staff", "status", "computed_star"
    )
    then = {staff_id: (status, star) for staff_id, status, star in stored}
    today = {staff_id: _standing(row) for staff_id, row in now.items()}
    return sum(then.get(key) != today.get(key) for key in {*then, *today})
