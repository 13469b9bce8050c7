"""Letters counted by type and by what they are about, in several spans of time at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from complaints.models import Letter, LetterLink, Responsibility
from outlets.models import Unit
from reports.periods import Period, Span

NOW: Final = "now"
YEAR: Final = "year"  # the same a year before
BEFORE: Final = "before"  # just before
TREND: Final = "trend"

CHANNEL: Final = "channel"
BUSINESS: Final = "business"
CAUSE: Final = "cause"
STAFF: Final = "staff_id"
UNIT: Final = "unit"
MONTH: Final = "month"
# A dimension is grouped by its columns; the empty one is the sum.
_DIMENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "": (),
    CHANNEL: ("channel",),
    BUSINESS: ("business",),
    CAUSE: ("cause",),
    STAFF: ("staff_id",),
    UNIT: ("unit_id", "unit_path"),
    MONTH: ("month",),
}


class Cell(NamedTuple):
    """How many letters, how many without repeats, and of them those found to be whose fault."""

    letters: int = 0
    unique: int = 0
    bank: int = 0
    customer: int = 0
    mixed: int = 0

    def plus(self, other: "Cell") -> "Cell":
        """Both together."""
        return Cell(*(a + b for a, b in zip(self, other, strict=True)))

    @property
    def undecided(self) -> int:
        """Of complaints: nobody has been found responsible yet."""
        return self.letters - self.bank - self.customer - self.mixed


class Place(NamedTuple):
    """A unit as it stood when a letter came: itself, and its 机构 then (nearest above, or itself)."""

    unit_id: int
    name: str
    institution_id: int | None
    institution: str


Kinds = dict[str, Cell]  # by Letter.Kind, "" for those not triaged yet
_Column = dict[Any, Kinds]


@dataclass(frozen=True, slots=True)
class Counts:
    """The letters of a scope, counted."""

    spans: Mapping[str, Span]
    cells: Mapping[tuple[str, str], _Column]  # by span and dimension
    places: Mapping[tuple[int | None, str], Place | None]

    def total(self, span: str, *kinds: str) -> Cell:
        """All letters of a span, or those of some kinds."""
        return summed(self.kinds(span), *kinds)

    def kinds(self, span: str) -> Kinds:
        """All letters of a span by type."""
        return self.cells.get((span, ""), {}).get((), {})

    def column(self, span: str, dimension: str) -> Mapping[Any, Kinds]:
        """The letters of a span by the values of a dimension; units by their id."""
        return self.cells.get((span, dimension), {})

    def units(self, span: str) -> dict[int | None, Kinds]:
        """By unit; None for letters about no unit."""
        return self._placed(span, lambda place: place.unit_id)

    def institutions(self, span: str) -> dict[int | None, Kinds]:
        """By the institution the unit belonged to then; None for those without one."""
        return self._placed(span, lambda place: place.institution_id)

    @property
    def institution_of(self) -> dict[int, str]:
        """The institutions by id."""
        held = filter(None, self.places.values())
        return {one.institution_id: one.institution for one in held if one.institution_id}

    @property
    def unit_of(self) -> dict[int, Place]:
        """The units by id, as they stood last."""
        return {place.unit_id: place for place in filter(None, self.places.values())}

    def _placed(self, span: str, key: Any) -> dict[int | None, Kinds]:
        found: dict[int | None, Kinds] = {}
        for where, kinds in self.column(span, UNIT).items():
            place = self.places[where]
            held = found.setdefault(key(place) if place else None, {})
            for kind, cell in kinds.items():
                held[kind] = held.get(kind, Cell()).plus(cell)
        return found


def summed(kinds: Kinds, *wanted: str) -> Cell:
    """The cells of some kinds together, of all when none is named."""
    total = Cell()
    for kind, cell in kinds.items():
        if not wanted or kind in wanted:
            total = total.plus(cell)
    return total


def spans_of(period: Period, trend: Span | None = None) -> dict[str, Span]:
    """The spans a period is shown with."""
    spans = {NOW: period.now, YEAR: period.year_before, BEFORE: period.before, TREND: trend}
    return {name: span for name, span in spans.items() if span}


def letters_since(letters: QuerySet[Letter]) -> tuple[date, date] | None:
    """The days of the first and of the last letter; None without any."""
    first, last = letters.order_by().aggregate(a=Min("received_at"), b=Max("received_at")).values()
    return (timezone.localdate(first), timezone.localdate(last)) if first else None


def letter_counts(letters: QuerySet[Letter], spans: Mapping[str, Span], as_of: date) -> Counts:
    """Count the letters a user sees by every dimension; findings as they held on a day.

    Letters count on the day they came, for the unit where it stood then. Two statements.
    """
    cells: defaultdict[tuple[str, str], _Column] = defaultdict(dict)
    for span, dimension, value, kind, cell in _counted(letters, spans, as_of):
        cells[span, dimension].setdefault(value, {})[kind] = cell
    wheres = {where for (_, name), column in cells.items() if name == UNIT for where in column}
    return Counts(spans, cells, _places(wheres))


def _counted(
    letters: QuerySet[Letter], spans: Mapping[str, Span], as_of: date
) -> Iterator[tuple[str, str, Any, str, Cell]]:
    held = spans.values()
    whole = Span(min(each.first for each in held), max(each.last for each in held))
    try:
        rows, params = _rows(letters, whole, as_of).query.sql_with_params()
    except EmptyResultSet:  # somebody who sees none
        return
    named = [each for name, span in spans.items() for each in (name, span.first, span.last)]
    values = ", ".join(["(%s, %s::date, %s::date)"] * len(spans))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(letters=rows, spans=values), [*params, *named])
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield _counted_row(dict(zip(names, row, strict=True)))


def _counted_row(row: Mapping[str, Any]) -> tuple[str, str, Any, str, Cell]:
    dimension = _BY_MASK[row["mask"]]
    value = tuple(row[column] for column in _DIMENSIONS[dimension])
    cell = Cell(*(row[name] for name in Cell._fields))
    return row["span"], dimension, value[0] if len(value) == 1 else value, row["kind"], cell


def _rows(letters: QuerySet[Letter], span: Span, as_of: date) -> QuerySet[Letter, Any]:
    """A row a letter of the span with what it is counted by."""
    held = Responsibility.objects.filter(
        Q(superseded_on=None) | Q(superseded_on__gt=as_of),
        letter=OuterRef("pk"),
        state=Responsibility.State.CONFIRMED,
        decided_on__lte=as_of,
    ).order_by("-decided_on", "-pk")
    again = LetterLink.objects.filter(
        letter=OuterRef("pk"), kind__in=(LetterLink.Kind.REPEAT, LetterLink.Kind.MERGED)
    )
    repeats = Case(
        When(Q(state=Letter.State.MERGED) | Exists(again), then=Value(value=True)),
        default=Value(value=False),
    )
    return (
        letters.filter(**received_in(span))
        .order_by()
        .values("kind", "channel", "business", "cause", "staff_id", "unit_id", "unit_path")
        .annotate(
            day=TruncDate("received_at"),
            finding=Subquery(held.values("finding")[:1]),
            repeats=repeats,
        )
    )


def received_in(span: Span) -> dict[str, Any]:
    """The filter of letters that came in a span: two moments, for the index on the time."""
    first, after = (
        timezone.make_aware(datetime.combine(day, time()))
        for day in (span.first, span.last + timedelta(days=1))
    )
    return {"received_at__gte": first, "received_at__lt": after}


def _places(wheres: Iterable[tuple[int | None, str]]) -> dict[tuple[int | None, str], Place | None]:
    """Each unit with the institution its path then names; one statement."""
    wheres = list(wheres)
    codes = {code for _, path in wheres for code in path.split("/") if code}
    ids = {unit_id for unit_id, _ in wheres if unit_id}
    units = Unit.objects.filter(Q(code__in=codes) | Q(pk__in=ids)).only(
        "code", "short_name", "kind"
    )
    by_id = {unit.pk: unit for unit in units}
    by_code = {unit.code: unit for unit in by_id.values()}
    return {
        (unit_id, path): _place(by_id[unit_id], path, by_code) if unit_id else None
        for unit_id, path in wheres
    }


def _place(unit: Unit, path: str, by_code: Mapping[str, Unit]) -> Place:
    above = (by_code.get(code) for code in reversed(path.split("/")))
    head = next((one for one in above if one and one.kind == Unit.Kind.INSTITUTION), None)
    return Place(
        unit.pk, unit.short_name, head.pk if head else None, head.short_name if head else ""
    )


_GROUPED: Final = tuple(column for columns in _DIMENSIONS.values() for column in columns)


def _mask(columns: tuple[str, ...]) -> int:
    """What GROUPING() says of the set of these columns: a bit for every other one."""
    return sum(1 << place for place, name in enumerate(reversed(_GROUPED)) if name not in columns)


_BY_MASK: Final = {_mask(columns): name for name, columns in _DIMENSIONS.items()}
# One reading of the letters for all spans and dimensions; the trend is by month alone.
_COUNT: Final = f"""
WITH letter AS ({{letters}}), span (name, first, last) AS (VALUES {{spans}}),
counted AS (
    SELECT span.name AS span, letter.*, date_trunc('month', letter.day)::date AS month
    FROM span JOIN letter ON letter.day BETWEEN span.first AND span.last
)
SELECT span, GROUPING({", ".join(_GROUPED)}) AS mask, kind, {", ".join(_GROUPED)},
    count(*) AS letters, count(*) FILTER (WHERE NOT repeats) AS "unique",
    count(*) FILTER (WHERE finding = 'BANK') AS bank,
    count(*) FILTER (WHERE finding = 'CUSTOMER') AS customer,
    count(*) FILTER (WHERE finding = 'MIXED') AS mixed
FROM counted
GROUP BY GROUPING SETS ({", ".join(f"({', '.join(('span', 'kind', *columns))})" for columns in _DIMENSIONS.values())})
HAVING (span = '{TREND}') = (GROUPING(month) = 0)
"""  # noqa: S608  (names of our own; values are parameters)
