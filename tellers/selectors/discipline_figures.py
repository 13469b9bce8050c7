"""Discipline of a period in figures, as the yearly report tells it (S17)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, TextChoices

from accounts.models import User
from outlets.models import Unit
from outlets.months import Month
from tellers.models import Penalty, Severity, Violation
from tellers.selectors.discipline import IN_FORCE, penalties_visible_to, violations_visible_to
from tellers.services.penalties import REPEATED

Ground, Kind = Penalty.Ground, Penalty.Kind


@dataclass(frozen=True, slots=True)
class Tally:
    """One line of a table: violations and the people they are of, by severity."""

    label: str
    key: int | str | None  # what the list of violations filters by
    violations: int
    people: int
    minor: int = 0
    serious: int = 0
    grave: int = 0
    economic: int = 0  # people penalised economically, where the line is an institution


class PenaltyTally(NamedTuple):
    """Penalties of one kind or ground: how many, of how many people, and yuan in all."""

    key: str
    label: str
    penalties: int
    people: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DisciplineFigures:
    """What a period held, of what the user sees. People are counted once each.

    `leaders` and `repeaters` are of those penalised economically, by the ground of the penalty;
    a penalty belongs to the period of the violations it stands on.
    """

    violations: int = 0
    violators: int = 0
    repeated: int = 0  # people with two violations or more
    penalised: int = 0
    leaders: int = 0
    repeaters: int = 0
    amount: Decimal = Decimal(0)
    by_unit: Sequence[Tally] = ()
    by_kind: Sequence[Tally] = ()
    by_severity: Sequence[Tally] = ()
    by_month: Sequence[Tally] = ()
    by_penalty: Sequence[PenaltyTally] = ()
    by_ground: Sequence[PenaltyTally] = ()  # of the economic ones


def discipline_figures(user: User, first: date, last: date) -> DisciplineFigures:
    """The figures of a period (by the day it happened), in a constant number of queries."""
    held = violations_visible_to(user).filter(
        state=Violation.State.RECORDED, day__range=(first, last)
    )
    rows = [_Row(*one) for one in held.order_by().values_list(*_FIELDS)]
    penalties = _penalties(user, first, last)
    economic = [one for one in penalties if one.kind == Kind.ECONOMIC]
    people = Counter(one.staff for one in rows)
    return DisciplineFigures(
        violations=len(rows),
        violators=len(people),
        repeated=sum(times >= REPEATED for times in people.values()),
        penalised=len({one.staff_id for one in economic}),
        leaders=_people(economic, Ground.LEADER),
        repeaters=_people(economic, Ground.REPEAT),
        amount=sum((one.amount or Decimal(0) for one in economic), Decimal(0)),
        by_unit=_by_unit(rows, economic),
        by_kind=_by_kind(rows),
        by_severity=_by_severity(rows),
        by_month=_by_month(rows, first, last),
        by_penalty=_penalties_by(penalties, Kind, "kind"),
        by_ground=_penalties_by(economic, Ground, "ground"),
    )


class _Row(NamedTuple):
    staff: int
    path: str
    kind: int
    kind_name: str
    severity: str
    day: date


_FIELDS = ("staff_id", "unit_path", "kind_id", "kind__name", "severity", "day")


def _penalties(user: User, first: date, last: date) -> list[Penalty]:
    inside = Q(violations__day__range=(first, last), violations__state=Violation.State.RECORDED)
    found = penalties_visible_to(user).filter(inside, state__in=IN_FORCE)
    return list(found.order_by("pk").distinct("pk"))


def _people(penalties: Iterable[Penalty], ground: str) -> int:
    return len({one.staff_id for one in penalties if one.ground == ground})


def _by_unit(rows: Sequence[_Row], economic: Sequence[Penalty]) -> list[Tally]:
    """By institution as it stood, in the order of the tree."""
    names = _institutions([one.path for one in rows] + [one.unit.path for one in economic])
    held: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        held[_institution(row.path, names)].append(row)
    fined: defaultdict[str, set[int]] = defaultdict(set)
    for one in economic:
        fined[_institution(one.unit.path, names)].add(one.staff_id)
    return [
        _tally(names[code].short_name if code else "分行本部及部门", names[code].pk if code else None,
               held[code], len(fined[code]))
        for code in sorted({*held, *fined})
    ]  # fmt: skip


def _institutions(paths: Iterable[str]) -> dict[str, Unit]:
    codes = {code for path in paths for code in path.split("/")}
    units = Unit.objects.filter(code__in=codes, kind=Unit.Kind.INSTITUTION)
    return {unit.code: unit for unit in units}


def _institution(path: str, names: dict[str, Unit]) -> str:
    return next((code for code in reversed(path.split("/")) if code in names), "")


def _by_kind(rows: Sequence[_Row]) -> list[Tally]:
    held: defaultdict[tuple[str, int], list[_Row]] = defaultdict(list)
    for row in rows:
        held[row.kind_name, row.kind].append(row)
    found = [_tally(name, key, group) for (name, key), group in held.items()]
    return sorted(found, key=lambda one: (-one.violations, one.label))


def _by_severity(rows: Sequence[_Row]) -> list[Tally]:
    return [
        _tally(
            str(severity.label), severity.value, [row for row in rows if row.severity == severity]
        )
        for severity in Severity
    ]


def _by_month(rows: Sequence[_Row], first: date, last: date) -> list[Tally]:
    """Every month of the period, also without any."""
    held: defaultdict[Month, list[_Row]] = defaultdict(list)
    for row in rows:
        held[Month.of(row.day)].append(row)
    months = Month.of(first).range_to(Month.of(last))
    return [_tally(f"{month.month}月", str(month), held[month]) for month in months]


def _penalties_by(
    penalties: Sequence[Penalty], choices: type[TextChoices], name: str
) -> list[PenaltyTally]:
    return [
        PenaltyTally(
            key=choice.value,
            label=str(choice.label),
            penalties=len(held),
            people=len({one.staff_id for one in held}),
            amount=sum((one.amount or Decimal(0) for one in held), Decimal(0)),
        )
        for choice in choices
        if (held := [one for one in penalties if getattr(one, name) == choice])
    ]


def _tally(label: str, key: int | str | None, rows: Sequence[_Row], economic: int = 0) -> Tally:
    counted = Counter(row.severity for row in rows)
    return Tally(
        label=label,
        key=key,
        violations=len(rows),
        people=len({row.staff for row in rows}),
        minor=counted[Severity.MINOR],
        serious=counted[Severity.SERIOUS],
        grave=counted[Severity.GRAVE],
        economic=economic,
    )


def figures_lead(figures: DisciplineFigures, period: str) -> str:
    """The sentence of the yearly report."""
    if not figures.violations:
        return f"{period}没有查出违规员工。"
    text = f"{period}查出违规员工 {figures.violators} 人，受到经济处罚 {figures.penalised} 人"
    if figures.penalised:
        text += f"，其中主管领导 {figures.leaders} 人、多次违规员工 {figures.repeaters} 人"
    return f"{text}。"


def discipline_years(user: User) -> list[int]:
    """The years with violations the user sees, latest first."""
    days = violations_visible_to(user).order_by().dates("day", "year", order="DESC")
    return [day.year for day in days]
