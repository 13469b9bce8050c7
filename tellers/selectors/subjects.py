"""Whom penalties may be proposed for: offenders, repeat violators, and who led them (S17)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from accounts.models import User
from outlets.models import Staff, Unit
from tellers.models import Penalty, Severity, Violation
from tellers.selectors.discipline import violations_visible_to
from tellers.services.penalties import OVER, REPEATED

Ground = Penalty.Ground
# In a list: those who did it often first, then who led, then who did it once.
_ORDER: Final = (Ground.REPEAT, Ground.LEADER, Ground.OFFENDER)


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody with the violations a penalty would stand on; `held`: kinds proposed or in force."""

    ground: str
    staff: Staff
    violations: tuple[Violation, ...]
    held: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What names it in a form: REPEAT-12."""
        return f"{self.ground}-{self.staff.pk}"

    @property
    def ground_label(self) -> str:
        """In what quality."""
        return str(Ground(self.ground).label)

    @property
    def held_labels(self) -> list[str]:
        """What they have got already."""
        return [str(Penalty.Kind(kind).label) for kind in self.held]

    @property
    def worst(self) -> str:
        """The gravest severity."""
        order = [one.value for one in Severity]
        return max((one.severity for one in self.violations), key=order.index)


def subjects_of(violations: Iterable[Violation]) -> list[Subject]:
    """Everybody these violations may be held against, once a quality. Two queries at any number."""
    did: defaultdict[Staff, list[Violation]] = defaultdict(list)
    led: defaultdict[Staff, list[Violation]] = defaultdict(list)
    for one in violations:
        did[one.staff].append(one)
        if one.leader is not None:
            led[one.leader].append(one)
    found = [(_ground(held), staff, held) for staff, held in did.items()]
    found += [(Ground.LEADER, staff, held) for staff, held in led.items()]
    proposed = _proposed([one.pk for _, _, held in found for one in held])
    subjects = [
        Subject(ground, staff, tuple(held), _held(ground, staff, held, proposed))
        for ground, staff, held in found
    ]
    return sorted(subjects, key=_place)


def subjects_of_year(user: User, year: int, unit: Unit | None = None) -> list[Subject]:
    """The repeat violators of a year and the leaders of where violations were, most first."""
    held = violations_to_penalise(user).filter(day__year=year)
    if unit is not None:
        held = held.filter(unit_path__contains=f"{unit.code}/")
    return [one for one in subjects_of(held) if one.ground != Ground.OFFENDER]


def violations_to_penalise(user: User, ids: Collection[int] | None = None) -> QuerySet[Violation]:
    """The recorded violations the user sees (only these ids), with their leaders."""
    found = violations_visible_to(user).filter(state=Violation.State.RECORDED)
    if ids is not None:
        found = found.filter(pk__in=ids)
    return found.select_related("staff", "unit", "kind", "leader")


def _ground(held: Collection[Violation]) -> str:
    return Ground.REPEAT if len(held) >= REPEATED else Ground.OFFENDER


_Proposed = dict[tuple[int, int, str], list[str]]  # violation, staff, ground → kinds


def _proposed(violation_ids: Collection[int]) -> _Proposed:
    rows = Penalty.violations.through.objects.filter(violation__in=violation_ids).exclude(
        penalty__state__in=OVER
    )
    found: defaultdict[tuple[int, int, str], list[str]] = defaultdict(list)
    for violation, staff, ground, kind in rows.order_by("penalty__kind").values_list(
        "violation", "penalty__staff", "penalty__ground", "penalty__kind"
    ):
        found[violation, staff, ground].append(kind)
    return dict(found)


def _held(
    ground: str, staff: Staff, held: Iterable[Violation], proposed: _Proposed
) -> tuple[str, ...]:
    kinds = (proposed.get((one.pk, staff.pk, ground), ()) for one in held)
    return tuple(sorted({kind for some in kinds for kind in some}))


def _place(subject: Subject) -> tuple[int, int, str]:
    ground = _ORDER.index(Ground(subject.ground))
    return ground, -len(subject.violations), subject.staff.number
