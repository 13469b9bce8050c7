"""A branch's table of a month, row by row, from facts already gathered (R3, R4, R5)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from reports.monthly import (
    Line,
    Member,
    MonthFigures,
    OutletFacts,
    institution_month,
    outlet_month,
)
from reports.ranking import Entry, standings
from reports.scheme import COMPONENTS, SchemeRules
from reports.selectors.facts import NO_FACTS, MonthFacts, Place

OUTLET: Final = "OUTLET"
INSTITUTION: Final = "INSTITUTION"
_NO_POINTS: Final = Decimal("0.00")


@dataclass(slots=True)
class Row:
    """One row of a table, its fields the columns of `reports.models.MonthlyScore`.

    `lines` is None where a row was read back without them: they are then left as they are.
    """

    branch_id: int
    month: date
    kind: str
    unit_id: int
    unit_path: str
    institution_id: int | None
    peer_group: str
    windows: int
    open: Decimal | None = None
    covert: Decimal | None = None
    special: Decimal | None = None
    device: Decimal | None = None
    quiz: Decimal | None = None
    base: Decimal | None = None
    adjustment: Decimal = _NO_POINTS
    complaints: int = 0
    total: Decimal | None = None
    rank: int | None = None
    group_rank: int | None = None
    previous_rank: int | None = None
    lines: Sequence[Line] | None = None
    edition: int = 0
    frozen: bool = False

    @property
    def key(self) -> tuple[str, int]:
        """What tells the rows of one table apart."""
        return self.kind, self.unit_id

    @property
    def components(self) -> dict[str, Decimal]:
        """The components there are, by name."""
        held = ((name, getattr(self, name)) for name in COMPONENTS)
        return {name: value for name, value in held if value is not None}

    def take(self, figures: MonthFigures) -> None:
        """Take over what the rules computed."""
        for name in COMPONENTS:
            setattr(self, name, figures.components.get(name))
        self.base = figures.base
        self.adjustment = figures.adjustment
        self.complaints = figures.complaints
        self.total = figures.total
        self.lines = figures.lines


def branch_table(rules: SchemeRules, branch_id: int, month: date, facts: MonthFacts) -> list[Row]:
    """The whole table of one branch: outlets and institutions, ranked."""
    places = facts.places.get(branch_id, ())
    outlets = [_row(OUTLET, place, month, facts.previous) for place in places if place.serves]
    for row in outlets:
        row.take(outlet_month(rules, facts.of(row.unit_id)))
    heads = [place for place in places if place.is_institution]
    institutions = [_row(INSTITUTION, place, month, facts.previous) for place in heads]
    institutions_fill(rules, institutions, outlets, facts.units)
    for rows in (outlets, institutions):
        rank(rules, rows)
    return outlets + institutions


def institutions_fill(
    rules: SchemeRules,
    institutions: Iterable[Row],
    outlets: Iterable[Row],
    facts: Mapping[int, OutletFacts],
) -> None:
    """Compute institutions from the stored figures of their outlets, and from causes of their own.

    One that serves customers has its causes in its row as an outlet already, but for liabilities.
    """
    members: defaultdict[int | None, list[Row]] = defaultdict(list)
    serving: set[int] = set()
    for row in outlets:
        members[row.institution_id].append(row)
        serving.add(row.unit_id)
    for row in institutions:
        own = members.get(row.unit_id, [])
        row.windows = sum(member.windows for member in own)
        held = facts.get(row.unit_id, NO_FACTS)
        causes = () if row.unit_id in serving else held.causes
        counted = [_member(member) for member in own]
        row.take(institution_month(rules, counted, (*causes, *held.liabilities)))


def rank(rules: SchemeRules, rows: Iterable[Row]) -> None:
    """Set the ranks of one kind's rows, for all and within their peer groups."""
    by_unit = {row.unit_id: row for row in rows}
    entries = [
        Entry(
            row.unit_id,
            row.total,
            {name: getattr(row, name) for name in rules.tie_break},
            row.peer_group or None,
        )
        for row in by_unit.values()
    ]
    for standing in standings(entries, rules.tie_break):
        row = by_unit[standing.key]
        row.rank, row.group_rank = standing.rank, standing.group_rank


def _row(kind: str, place: Place, month: date, previous: Mapping[tuple[str, int], int]) -> Row:
    return Row(
        branch_id=place.branch_id,
        month=month,
        kind=kind,
        unit_id=place.unit_id,
        unit_path=place.path,
        institution_id=place.institution_id,
        peer_group=place.peer_group,
        windows=place.windows,
        previous_rank=previous.get((kind, place.unit_id)),
    )


def _member(row: Row) -> Member:
    return Member(row.unit_id, row.windows, row.total, row.components, row.complaints)
