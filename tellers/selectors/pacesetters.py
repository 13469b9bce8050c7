"""Candidates for pacesetter (服务标兵) of a year, and who lost the right to be one (S17)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounts.models import User
from accounts.roles import Capability
from outlets.models import Staff
from tellers.models import Penalty, StarPeriod, StarRating
from tellers.pacesetters import Year, is_candidate, lacks, obstacles
from tellers.rating import Offence
from tellers.selectors.discipline import IN_FORCE, violations_of
from tellers.stars import StarRules


@dataclass(frozen=True, slots=True)
class Pacesetter:
    """One person with what the year says: the rating if there is one, and what stands against it."""

    staff: Staff
    unit: str
    rating: StarRating | None
    reasons: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal | None:
        """The total of the year's rating."""
        return self.rating.total if self.rating else None

    @property
    def star(self) -> int | None:
        """The star of the year's rating; None when not rated."""
        rated = self.rating is not None and self.rating.status == StarRating.Status.RATED
        return self.rating.star if self.rating is not None and rated else None


@dataclass(frozen=True, slots=True)
class Pacesetters:
    """A year's candidates by total, the disqualified by number, and how many stars fall short."""

    period: StarPeriod
    rules: StarRules
    candidates: list[Pacesetter]
    disqualified: list[Pacesetter]
    short: int


def pacesetter_years(user: User) -> list[StarPeriod]:
    """The computed years of the user's branch, newest first."""
    if user.unit is None or not user.can(Capability.RECORDS_CONFIRM):
        return []
    years = StarPeriod.objects.filter(
        branch_id=user.unit.branch_id, computed_at__isnull=False, label__regex="^[0-9]{4}$"
    )
    return list(years.select_related("scheme", "branch").order_by("-last_day"))


def pacesetters(period: StarPeriod) -> Pacesetters:
    """The year by the rules of its scheme. Five queries, however many people."""
    rules = StarRules.from_json(period.scheme.rules)
    ratings = {
        row.staff_id: row
        for row in StarRating.objects.filter(period=period).select_related("staff", "unit")
    }
    barred = _barred(period)
    offences = _offences({*ratings, *barred}, period.first_day, period.last_day)
    found = _Sorted(rules)
    for staff_id in {*ratings, *barred}:
        rating, penalty = ratings.get(staff_id), barred.get(staff_id)
        found.add(rating, penalty, offences.get(staff_id, []))
    return Pacesetters(
        period=period,
        rules=rules,
        candidates=sorted(found.candidates, key=lambda one: (-(one.total or 0), one.staff.number)),
        disqualified=sorted(found.disqualified, key=lambda one: one.staff.number),
        short=found.short,
    )


@dataclass(slots=True)
class _Sorted:
    rules: StarRules
    candidates: list[Pacesetter] = field(default_factory=list)
    disqualified: list[Pacesetter] = field(default_factory=list)
    short: int = 0

    def add(
        self, rating: StarRating | None, penalty: Penalty | None, offences: list[Offence]
    ) -> None:
        """Put somebody where the rules say."""
        rated = rating is not None and rating.status == StarRating.Status.RATED
        year = Year(rating.star if rating and rated else None, offences, barred=penalty is not None)
        reasons = obstacles(self.rules, year)
        one = _person(rating, penalty, reasons)
        if is_candidate(self.rules, year):
            self.candidates.append(one)
        elif reasons:
            missing = lacks(self.rules, year)
            self.disqualified.append(
                _person(rating, penalty, [*reasons, *([missing] if missing else [])])
            )
        else:
            self.short += 1


def _person(rating: StarRating | None, penalty: Penalty | None, reasons: list[str]) -> Pacesetter:
    held = rating or penalty
    assert held is not None  # noqa: S101  (somebody is known by one of them)
    return Pacesetter(held.staff, held.unit.short_name, rating, reasons)


def _barred(period: StarPeriod) -> Mapping[int, Penalty]:
    rows = Penalty.objects.filter(
        branch=period.branch_id,
        kind=Penalty.Kind.NO_PACESETTER,
        state__in=IN_FORCE,
        year=period.first_day.year,
    )
    return {row.staff_id: row for row in rows.select_related("staff", "unit")}


def _offences(staff_ids: Collection[int], first: date, last: date) -> Mapping[int, list[Offence]]:
    found: defaultdict[int, list[Offence]] = defaultdict(list)
    for one in violations_of(staff_ids, first, last):
        found[one.staff_id].append(Offence(one.pk, one.kind.name, one.severity, one.day))
    return found
