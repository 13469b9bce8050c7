"""What the months of the evaluation device come to: by unit, by person, over the months (S15)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models import Q, QuerySet, Sum

from accounts.models import User
from outlets.models import Post, Posting, Unit
from outlets.months import Month
from outlets.selectors import paths_on
from outlets.selectors.staff import on_day
from tellers.selectors.devices import devices_visible_to
from tellers.selectors.places import postings_seen_by
from tellers.usage import BEFORE, COUNTED, LOW_USAGE, Counts, jumps, total

TREND_MONTHS: Final = 12
_ABOVE: Final = (Unit.Kind.BRANCH, Unit.Kind.INSTITUTION)


@dataclass(frozen=True, slots=True)
class DeviceSought:
    """What is looked at: a month, perhaps a unit with what was below it, or `alone` its people."""

    month: Month
    unit: Unit | None = None
    alone: bool = False

    @property
    def names_people(self) -> bool:
        """Whether people are shown and not units."""
        return self.alone or (self.unit is not None and self.unit.kind not in _ABOVE)

    @property
    def months(self) -> list[Month]:
        """The months of the trend, this one last."""
        return (self.month + (1 - TREND_MONTHS)).range_to(self.month)


class Person(NamedTuple):
    """Somebody, and where they were in the month."""

    staff_id: int
    number: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A month beside the one before, where there is one."""

    counts: Counts
    before: Counts | None

    @property
    def usage_change(self) -> Decimal | None:
        """How usage moved, in points."""
        return _change(self.counts.usage, self.before.usage if self.before else None)

    @property
    def satisfaction_change(self) -> Decimal | None:
        """How satisfaction moved, in points."""
        return _change(self.counts.satisfaction, self.before.satisfaction if self.before else None)


def _moved(points: Decimal) -> str:
    if not round(points, 2):
        return "持平"
    return f"{'上升' if points > 0 else '下降'} {abs(points):.2f} 个百分点"


def _change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


@dataclass(frozen=True, slots=True, kw_only=True)
class TellerMonth(Compared):
    """One person's month, and what jumps in it."""

    person: Person
    jumps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitMonth(Compared):
    """A unit's month."""

    unit: Unit
    alone: bool  # whether a look inside is at its own people
    tellers: int


class Idle(NamedTuple):
    """Somebody who does not use the device, or hardly, and why that is said."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class DeviceStatistics:
    """Everything the page shows of a month."""

    sought: DeviceSought
    trend: list[tuple[Month, Counts]]
    units: list[UnitMonth]  # empty where people are shown
    people: list[TellerMonth]
    idle: list[Idle]

    @property
    def words(self) -> str:
        """The month in one sentence."""
        now, before = self.now, self.before
        if now.usage is None:
            return f"{self.sought.month.label}没有业务数据。"
        moved = _change(now.usage, before.usage)
        compared = "" if moved is None else f"，较上月{_moved(moved)}"
        pleased = "" if now.satisfaction is None else f"，满意度 {now.satisfaction:.2f}%"
        idle = f"；{len(self.idle)} 人未使用或很少使用" if self.idle else ""
        return f"使用率 {now.usage:.2f}%{compared}{pleased}{idle}。"

    @property
    def now(self) -> Counts:
        """The month."""
        return self.trend[-1][1]

    @property
    def before(self) -> Counts:
        """The month before."""
        return self.trend[-2][1]

    @property
    def jumping(self) -> list[TellerMonth]:
        """Those whose month is far from those before."""
        return [one for one in self.people if one.jumps]


class _Fact(NamedTuple):
    """One person's month at the unit it belongs to."""

    month: Month
    person: Person
    place: int | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class _Places:
    """The branch's units and where each stood at the end of each month."""

    sought: DeviceSought
    units: Mapping[int, Unit]
    codes: Mapping[str, Unit]
    paths: Mapping[tuple[int, date], str]

    def holds(self, place: int | None, month: Month) -> bool:
        """Whether a unit stood within what is looked at."""
        unit = self.sought.unit
        if unit is None or unit.kind == Unit.Kind.BRANCH:
            return True
        if place is None or self.sought.names_people:
            return place == unit.pk
        return unit.code in self.paths[place, month.last].split("/")

    def group(self, place: int | None, month: Month) -> Unit | None:
        """The row a unit's counts stand in: its institution, or inside one itself."""
        if place is None:
            return None
        inside = self.sought.unit is not None and self.sought.unit.kind != Unit.Kind.BRANCH
        above = [self.codes[code] for code in self.paths[place, month.last].split("/") if code]
        institutions = [one for one in above if one.kind == Unit.Kind.INSTITUTION]
        return institutions[-1] if institutions and not inside else self.units[place]


def device_statistics(user: User, sought: DeviceSought) -> DeviceStatistics:
    """What the visible months come to. A constant number of queries."""
    places = _places(user, sought)
    facts = [fact for fact in _facts(user, sought) if places.holds(fact.place, fact.month)]
    people = _people(facts, sought.month)
    return DeviceStatistics(
        sought=sought,
        trend=_trend(user, places),
        units=[] if sought.names_people else _units(facts, places),
        people=people,
        idle=_idle(user, places, people),
    )


def _places(user: User, sought: DeviceSought) -> _Places:
    branch = user.unit.branch_id if user.unit else None
    units = Unit.objects.filter(branch=branch).in_bulk()
    days = [(unit, month.last) for unit in units.values() for month in sought.months]
    codes = {unit.code: unit for unit in units.values()}
    return _Places(sought, units, codes, paths_on(days))


def _facts(user: User, sought: DeviceSought) -> Iterable[_Fact]:
    """The visible months of people: the one looked at and those it is held against."""
    first = sought.month + -BEFORE
    rows = devices_visible_to(user).filter(month__range=(first.first, sought.month.first))
    columns = ("month", "staff", "staff__number", "staff__name", "place_name", "place", *COUNTED)
    for month, staff_id, number, name, unit, place, *counted in rows.values_list(*columns):
        yield _Fact(
            Month.of(month), Person(staff_id, number, name, unit or "—"), place, Counts(*counted)
        )


def _trend(user: User, places: _Places) -> list[tuple[Month, Counts]]:
    months = places.sought.months
    sums: defaultdict[Month, Counts] = defaultdict(Counts)
    span = (months[0].first, months[-1].first)
    rows: QuerySet[Any] = devices_visible_to(user).filter(month__range=span)
    added = [Sum(name) for name in COUNTED]
    for month, place, *counted in rows.order_by().values_list("month", "place").annotate(*added):
        if places.holds(place, Month.of(month)):
            sums[Month.of(month)] += Counts(*counted)
    return [(month, sums[month]) for month in months]


def _people(facts: Iterable[_Fact], month: Month) -> list[TellerMonth]:
    held: defaultdict[int, dict[Month, Counts]] = defaultdict(dict)
    now: dict[int, Person] = {}
    for fact in facts:
        held[fact.person.staff_id][fact.month] = fact.counts
        if fact.month == month:
            now[fact.person.staff_id] = fact.person
    return [_person(now[pk], held[pk], month) for pk in now]


def _person(person: Person, held: dict[Month, Counts], month: Month) -> TellerMonth:
    before = [counts for each, counts in held.items() if each != month]
    return TellerMonth(
        counts=held[month],
        before=held.get(month.previous),
        person=person,
        jumps=jumps(held[month], before),
    )


def _units(facts: Iterable[_Fact], places: _Places) -> list[UnitMonth]:
    sums: defaultdict[tuple[Unit, Month], list[Counts]] = defaultdict(list)
    for fact in facts:
        if unit := places.group(fact.place, fact.month):
            sums[unit, fact.month].append(fact.counts)
    sought, month = places.sought, places.sought.month
    rows = [
        UnitMonth(
            unit=unit,
            alone=unit == sought.unit,
            tellers=len(counts),
            counts=total(counts),
            before=total(sums[unit, month.previous]) if (unit, month.previous) in sums else None,
        )
        for (unit, each), counts in list(sums.items())
        if each == month
    ]
    return sorted(rows, key=lambda row: row.unit.path)


def _idle(user: User, places: _Places, people: list[TellerMonth]) -> list[Idle]:
    """Those who do not use the device, those without any data first."""
    if not people:
        return []
    known = {one.person.staff_id for one in people}
    month = places.sought.month
    posted = (
        Posting.objects.filter(postings_seen_by(user), on_day(month.last), post=Post.TELLER)
        .filter(Q(staff__left_on=None) | Q(staff__left_on__gte=month.last))
        .select_related("staff", "unit")
        .order_by("unit__path", "staff__number")
    )
    absent = [
        Idle(_posted(held), "没有数据")
        for held in posted
        if held.staff_id not in known and places.holds(held.unit_id, month)
    ]
    return absent + [Idle(one.person, why) for one in people if (why := _why_idle(one.counts))]


def _posted(held: Posting) -> Person:
    return Person(held.staff_id, held.staff.number, held.staff.name, held.unit.short_name)


def _why_idle(counts: Counts) -> str:
    if counts.usage is None or counts.usage >= LOW_USAGE:
        return ""
    if not counts.evaluations:
        return f"办理 {counts.transactions} 笔，没有一笔评价"
    return f"使用率 {counts.usage:.2f}%"
