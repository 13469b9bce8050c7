"""Discipline of a period in figures, as the yearly report tells it (S17)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from accounts.models import User
from outlets.models import Unit
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
    by_penalty: Sequence[tuple[str, int, int]] = field(default=())  # kind, penalties, people


def discipline_figures(user: User, first: date, last: date) -> DisciplineFigures:
    """The figures of a period (by the day it happened), in a constant number of queries."""
    held = violations_visible_to(user).filter(
        state=Violation.State.RECORDED, day__range=(first, last)
    )
    rows = list(
        held.order_by().values_list("staff_id", "unit_path", "kind_id", "kind__name", "severity")
    )
    penalties = _penalties(user, first, last)
    economic = [one for one in penalties if one.kind == Kind.ECONOMIC]
    people = Counter(staff for staff, *_ in rows)
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
        by_penalty=_by_penalty(penalties),
    )


_Row = tuple[int, str, int, str, str]  # staff, path, kind, name of the kind, severity


def _penalties(user: User, first: date, last: date) -> list[Penalty]:
    inside = Q(violations__day__range=(first, last), violations__state=Violation.State.RECORDED)
    found = penalties_visible_to(user).filter(inside, state__in=IN_FORCE)
    return list(found.order_by("pk").distinct("pk"))


def _people(penalties: Iterable[Penalty], ground: str) -> int:
    return len({one.staff_id for one in penalties if one.ground == ground})


def _by_unit(rows: Sequence[_Row], economic: Sequence[Penalty]) -> list[Tally]:
    """By institution as it stood, in the order of the tree."""
    names = _institutions([path for _, path, *_ in rows] + [one.unit.path for one in economic])
    held: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        held[_institution(row[1], names)].append(row)
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
        held[row[3], row[2]].append(row)
    found = [_tally(name, key, group) for (name, key), group in held.items()]
    return sorted(found, key=lambda one: (-one.violations, one.label))


def _by_severity(rows: Sequence[_Row]) -> list[Tally]:
    return [
        _tally(str(severity.label), severity.value, [row for row in rows if row[4] == severity])
        for severity in Severity
    ]


def _by_penalty(penalties: Sequence[Penalty]) -> list[tuple[str, int, int]]:
    return [
        (str(kind.label), len(held), len({one.staff_id for one in held}))
        for kind in Kind
        if (held := [one for one in penalties if one.kind == kind])
    ]


def _tally(label: str, key: int | str | None, rows: Sequence[_Row], economic: int = 0) -> Tally:
    counted = Counter(severity for *_, severity in rows)
    return Tally(
        label=label,
        key=key,
        violations=len(rows),
        people=len({staff for staff, *_ in rows}),
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
    return [day.year for day in years_of(violations_visible_to(user))]


def years_of(violations: QuerySet[Violation]) -> list[date]:
    """The first days of the years they happened in, latest first."""
    return list(violations.order_by().dates("day", "year", order="DESC"))


def penalties_waiting(user: User) -> dict[str, int]:
    """How many visible penalties are in each state."""
    found = penalties_visible_to(user).order_by().values_list("state").annotate(n=Count("pk"))
    return dict(found)
