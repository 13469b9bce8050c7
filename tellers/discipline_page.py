"""The figures of discipline as tables and charts: on the page, in the workbook, in the API (S17).

Every number carries the query of the list that opens exactly what it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from outlets.charts import COLOURS, Chart, Series, stacked_bars, stacked_columns
from outlets.spreadsheets import Column, SheetOut, write_xlsx
from tellers.models import Penalty, Severity, Violation
from tellers.selectors.discipline import HOLDING
from tellers.selectors.discipline_figures import DisciplineFigures, PenaltyTally, Tally

# From what is grave, in the accent, to what is minor.
_COLOURS: Final = {
    Severity.GRAVE: COLOURS[0],
    Severity.SERIOUS: COLOURS[3],
    Severity.MINOR: COLOURS[1],
}
_WIDE: Final = 28
_NARROW: Final = 12


class Cell(NamedTuple):
    """A figure or a word, and the list behind it."""

    value: int | str | Decimal
    url: str = ""

    @property
    def text(self) -> str:
        """As it is read: amounts with two places, thousands apart."""
        if isinstance(self.value, Decimal):
            return f"{self.value:,.2f}"
        return f"{self.value:,}" if isinstance(self.value, int) else self.value


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its name; the first column holds words, the others figures."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    foot: list[Cell] | None = None
    note: str = ""


class Links:
    """The lists behind the figures of one year."""

    def __init__(self, year: int) -> None:
        self.year = year

    def violations(self, number: int, **query: Any) -> Cell:
        """A number of violations, or of the people in that list; nothing opens behind a zero."""
        span = {"since": f"{self.year}-01", "until": f"{self.year}-12"}
        asked = {**span, "state": Violation.State.RECORDED.value, **query}
        return Cell(number, f"{reverse('tellers:violations')}?{urlencode(asked)}" if number else "")

    def penalties(self, number: int | Decimal, **query: Any) -> Cell:
        """Likewise of penalties in force on violations of the year."""
        asked = {"year": self.year, "state": HOLDING, **query}
        return Cell(number, f"{reverse('tellers:penalties')}?{urlencode(asked)}" if number else "")


class Headline(NamedTuple):
    """One of the numbers on top."""

    label: str
    cell: Cell
    unit: str


def headlines(figures: DisciplineFigures, year: int) -> list[Headline]:
    """What the yearly report tells first."""
    links, economic = Links(year), {"kind": Penalty.Kind.ECONOMIC.value}
    ground = Penalty.Ground
    return [
        Headline("违规员工", links.violations(figures.violators), "人"),
        Headline("违规", links.violations(figures.violations), "项"),
        Headline("多次违规", links.violations(figures.repeated, repeated="on"), "人"),
        Headline("经济处罚", links.penalties(figures.penalised, **economic), "人"),
        Headline(
            "其中主管领导",
            links.penalties(figures.leaders, **economic, ground=ground.LEADER.value),
            "人",
        ),
        Headline(
            "其中多次违规员工",
            links.penalties(figures.repeaters, **economic, ground=ground.REPEAT.value),
            "人",
        ),
        Headline("处罚金额", links.penalties(figures.amount, **economic), "元"),
    ]


def tables(figures: DisciplineFigures, year: int) -> list[Table]:
    """Everything of the page, in its order."""
    links = Links(year)
    return [
        _units(figures, links),
        _months(figures, links),
        _kinds(figures, links),
        _severities(figures, links),
        _penalties("penalties", "处罚", figures.by_penalty, links),
        _grounds(figures.by_ground, links),
    ]


def charts(figures: DisciplineFigures) -> dict[str, Chart]:
    """The charts there is anything to show in, by name."""
    if not figures.violations:
        return {}
    months, units = figures.by_month, [one for one in figures.by_unit if one.violations]
    return {
        "months": stacked_columns(
            [one.label for one in months], _series(months), "逐月违规项数，按程度堆叠"
        ),
        "units": stacked_bars(
            [one.label for one in units], _series(units), "各机构违规项数，按程度堆叠", places=0
        ),
    }


CHART_TITLES: Final[Mapping[str, str]] = {
    "months": "逐月违规（项）",
    "units": "各机构违规（项）",
}


def discipline_file(found: Sequence[Table]) -> bytes:
    """A workbook with a sheet a table."""
    return write_xlsx([_sheet(table) for table in found])


def _sheet(table: Table) -> SheetOut:
    lines = [*table.rows, *([table.foot] if table.foot else [])]
    rows = [[cell.value for cell in line] for line in lines]
    first, *others = table.columns
    columns = [Column(first, width=_WIDE), *(Column(one, width=_NARROW) for one in others)]
    return SheetOut(table.title, columns, rows)


def _series(tallies: Sequence[Tally]) -> list[Series]:
    found = [
        Series(str(one.label), [Decimal(getattr(t, one.lower())) for t in tallies], colour)
        for one, colour in _COLOURS.items()
    ]
    return [one for one in found if any(one.values)]


def _units(figures: DisciplineFigures, links: Links) -> Table:
    rows = []
    for one in figures.by_unit:
        where = {"unit": one.key} if one.key else {"outside": "on"}
        economic = links.penalties(one.economic, **where, kind=Penalty.Kind.ECONOMIC.value)
        rows.append([Cell(one.label), *_counted(one, links, **where), economic])
    foot = [Cell("合计"), *_sum(figures, links)]
    foot.append(links.penalties(figures.penalised, kind=Penalty.Kind.ECONOMIC.value))
    columns = ("机构", "违规项数", "违规人数", *map(str, Severity.labels), "经济处罚人数")
    note = "机构按违规当时的隶属；同一人在两家机构违规的，各计一次，合计只计一人。"
    return Table("units", "各机构", columns, rows, foot, note)


def _months(figures: DisciplineFigures, links: Links) -> Table:
    rows = [
        [Cell(one.label), *_counted(one, links, since=one.key, until=one.key)]
        for one in figures.by_month
    ]
    columns = ("月份", "违规项数", "违规人数", *map(str, Severity.labels))
    foot = [Cell("合计"), *_sum(figures, links)]
    return Table("months", "逐月", columns, rows, foot, "按违规发生的月份。")


def _kinds(figures: DisciplineFigures, links: Links) -> Table:
    rows = [[Cell(one.label), *_counted(one, links, kind=one.key)[:2]] for one in figures.by_kind]
    return Table("kinds", "违规事项", ("违规事项", "违规项数", "违规人数"), rows)


def _severities(figures: DisciplineFigures, links: Links) -> Table:
    rows = [
        [Cell(one.label), *_counted(one, links, severity=one.key)[:2]]
        for one in figures.by_severity
    ]
    return Table("severities", "程度", ("程度", "违规项数", "违规人数"), rows)


def _penalties(key: str, title: str, held: Sequence[PenaltyTally], links: Links) -> Table:
    rows = [
        [
            Cell(one.label),
            links.penalties(one.penalties, kind=one.key),
            links.penalties(one.people, kind=one.key),
            Cell(one.amount or "—"),
        ]
        for one in held
    ]
    return Table(key, title, ("处罚", "处罚项数", "人数", "金额（元）"), rows)


def _grounds(held: Sequence[PenaltyTally], links: Links) -> Table:
    economic = {"kind": Penalty.Kind.ECONOMIC.value}
    rows = [
        [
            Cell(one.label),
            links.penalties(one.penalties, ground=one.key, **economic),
            links.penalties(one.people, ground=one.key, **economic),
            links.penalties(one.amount, ground=one.key, **economic),
        ]
        for one in held
    ]
    columns = ("事由", "处罚项数", "人数", "金额（元）")
    return Table("grounds", "经济处罚", columns, rows)


def _counted(one: Tally, links: Links, **query: Any) -> list[Cell]:
    """Violations, people, and violations by severity."""
    by_severity = [
        links.violations(getattr(one, severity.lower()), **{"severity": severity.value} | query)
        for severity in Severity
    ]
    return [
        links.violations(one.violations, **query),
        links.violations(one.people, **query),
        *by_severity,
    ]


def _sum(figures: DisciplineFigures, links: Links) -> list[Cell]:
    by_severity = [
        links.violations(one.violations, severity=one.key) for one in figures.by_severity
    ]
    return [
        links.violations(figures.violations),
        links.violations(figures.violators),
        *by_severity,
    ]
