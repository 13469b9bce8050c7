"""What stands on a bulletin's pages, in order: sections of tables and charts, from its figures."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import segno
from django.utils.html import format_html

from outlets.charts import Chart
from outlets.months import Month
from reports.bulletins import drawings, letters, words
from reports.charting import chart_svg
from reports.letters.scope import COMPLAINT, KINDS
from reports.scheme import COMPONENT_LABELS, DEVICE, QUIZ

Figures = Mapping[str, Any]

_DASH: Final = "—"
_LOSSES: Final = "失分＝权重×（100－得分）÷权重合计，合计标在右端，未计加减分。"
_SHORT: Final = {**COMPONENT_LABELS, DEVICE: "柜员牌", QUIZ: "知识"}
_SHORT_TABLE: Final = 15  # up to so many rows, a table stays on one page
_WIDE: Final = 4  # from so many components on, a table is set smaller


class Column(NamedTuple):
    """One column: its heading, how it is set, and its text in a row."""

    label: str
    style: str
    text: Callable[[Figures], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table block; long ones run over pages under a repeated heading."""

    columns: Sequence[Column]
    data: Sequence[Figures]
    caption: str = ""
    note: str = ""
    style: str = ""
    template: str = "reports/pdf/_table.html"

    @property
    def rows(self) -> Iterator[list[tuple[str, str]]]:
        """The cells of each row with their styles; a dash where there is nothing."""
        for row in self.data:
            yield [(_cell(column.text(row)), column.style) for column in self.columns]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two short tables side by side."""

    tables: Sequence[Table]
    note: str = ""
    template: str = "reports/pdf/_pair.html"


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its caption."""

    caption: str
    chart: Chart
    note: str = ""
    template: str = "reports/pdf/_figure.html"

    @property
    def source(self) -> str:
        """The drawing itself: a document fetches nothing."""
        return data_uri(chart_svg(self.chart))

    @property
    def summary(self) -> str:
        """What the chart shows, for those who cannot see it."""
        return self.chart.summary


@dataclass(frozen=True, slots=True)
class Link:
    """A code that leads from the paper to the page where every figure opens."""

    url: str
    template: str = "reports/pdf/_link.html"

    @property
    def source(self) -> str:
        """The code as a drawing."""
        return str(segno.make(self.url, error="m").svg_data_uri(border=0))


Block = Table | Pair | Figure | Link


@dataclass(slots=True)
class Section:
    """A numbered part of the document."""

    name: str
    blocks: list[Block]
    intro: str = ""
    new_page: bool = False
    heading: str = field(default="", init=False)


def sections(figures: Figures) -> list[Section]:
    """The parts that have something to show, numbered 一、二、三 in order."""
    made = [
        _institutions(figures),
        _outlets(figures),
        _moves(figures),
        _failed(figures),
        _season(figures),
        _letters(figures),
    ]
    kept = [section for section in made if section.blocks or section.intro]
    for numeral, section in zip(words.NUMERALS, kept, strict=False):
        section.heading = f"{numeral}、{section.name}"
    return kept


def data_uri(svg: str) -> str:
    """An SVG drawing as a URL that carries it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _institutions(figures: Figures) -> Section:
    rows = figures["institutions"]
    columns = [
        Column("名次", "mid", lambda row: row["rank"]),
        Column("机构", "name", lambda row: row["name"]),
        Column("参评网点", "num", _participation),
        Column("窗口", "num", lambda row: row["windows"]),
        *_scores(rows),
        *_standing_columns(),
    ]
    blocks: list[Block] = []
    if rows:
        style = f"{_style(rows)} short" if len(rows) <= _SHORT_TABLE else _style(rows)
        blocks.append(Table(columns, rows, note=words.components_note(figures), style=style))
    blocks += _figure("各机构失分构成（分）", drawings.losses(figures), _LOSSES)
    if figures["link"]:
        blocks.append(Link(figures["link"]))
    return Section("机构成绩", blocks)


def _outlets(figures: Figures) -> Section:
    rows = figures["outlets"]
    columns = [
        Column("名次", "mid", lambda row: row["rank"]),
        Column("网点", "name", lambda row: row["name"]),
        Column("所属机构", "name", lambda row: row["institution"]),
        *_scores(rows),
        *_standing_columns(),
    ]
    return Section("网点成绩", [Table(columns, rows, style=_style(rows))], new_page=True)


def _moves(figures: Figures) -> Section:
    movers = figures["movers"]
    tables = [
        Table(_move_columns(), movers[side], caption=caption)
        for side, caption in (("up", "名次上升最多的网点"), ("down", "名次下降最多的网点"))
        if movers[side]
    ]
    blocks: list[Block] = [Pair(tables)] if tables else []
    blocks += _figure("全行网点平均得分逐月变化（分；横轴下为全行平均）", drawings.months(figures))
    return Section("名次与得分变化", blocks)


def _failed(figures: Figures) -> Section:
    """Where marks are lost: the items, and how much more is found by those nobody expects."""
    columns = [
        Column("编号", "name", lambda row: row["code"]),
        Column("检查内容", "", lambda row: row["text"]),
        Column("模块", "module", lambda row: row["section"]),
        Column("渠道", "name", lambda row: "、".join(row["channels"])),
        Column("检查次数", "num tight", lambda row: row["asked"]),
        Column("失分次数", "num tight", lambda row: row["lost"]),
        Column("失分率%", "num", lambda row: row["share"]),
    ]
    rows = figures["failed"]
    blocks: list[Block] = [Table(columns, rows, style="items short")] if rows else []
    blocks += _figure("各机构明查与暗访得分对照（分）", drawings.open_and_covert(figures))
    return Section("主要失分项目与明查暗访对照", blocks, words.failed_intro(figures))


def _season(figures: Figures) -> Section:
    competition = figures["season"]
    if competition is None:
        return Section("竞赛累计", [])
    lists = [
        Table(_season_columns(label), _ends(competition[kind]), caption=f"{label}累计得分")
        for label, kind in (("机构", "institutions"), ("网点", "outlets"))
        if competition[kind]
    ]
    blocks: list[Block] = [
        Pair(lists),
        Figure(
            "各机构逐月得分与累计得分（分；颜色越深得分越低）", drawings.season_map(competition)
        ),
    ]
    return Section("竞赛累计", blocks, words.season_intro(competition))


def _letters(figures: Figures) -> Section:
    """Nothing in a bulletin from before letters were kept: it must stay what it was."""
    held = figures.get("letters")
    if held is None:
        return Section("来信情况", [])
    blocks: list[Block] = []
    if held["year"]["total"]:
        month = Month.parse(figures["month"])
        blocks.append(Table(_kind_columns(month), letters.kinds_table(held), style="short"))
        blocks += _figure("逐月来信（件）", letters.chart(held))
        rows = held["institutions"]
        style = "wide short" if len(rows) <= _SHORT_TABLE else "wide"
        blocks.append(Table(_letter_columns(month), rows, caption="各机构来信", style=style))
    counted, note = letters.shown(held["counted"])
    if counted:
        caption = "计入本月成绩的来信"
        blocks.append(Table(_counted_columns(), counted, caption=caption, note=note))
    return Section("来信情况", blocks, letters.intro(figures, Month.parse(figures["month"])))


def _kind_columns(month: Month) -> list[Column]:
    so_far = f"1至{month.month}月" if month.month > 1 else "1月"
    return [
        Column("类型", "name", lambda row: row["label"]),
        Column(f"{month.month}月", "num", lambda row: row["month"]),
        Column("上年同月", "num", lambda row: row["month_then"]),
        Column("同比", "num", lambda row: row["month_change"]),
        Column(so_far, "num", lambda row: row["year"]),
        Column("上年同期", "num", lambda row: row["year_then"]),
        Column("同比", "num", lambda row: row["year_change"]),
    ]


def _letter_columns(month: Month) -> list[Column]:
    """The month by type, then the year so far."""
    types = {**KINDS, "bank": "有效"}
    return [
        Column("机构", "name", lambda row: row["name"]),
        *(_letter_column(label, "month", key) for key, label in types.items()),
        _letter_column(f"{month.month}月合计", "month", "total"),
        _letter_column("累计", "year", "total"),
        _letter_column("累计投诉", "year", COMPLAINT),
        _letter_column("累计有效", "year", "bank"),
    ]


def _letter_column(label: str, span: str, key: str) -> Column:
    return Column(label, "num", lambda row: row[span][key])


def _counted_columns() -> list[Column]:
    return [
        Column("日期", "name", lambda row: row["day"]),
        Column("工单号", "name", _letter_name),
        Column("单位", "name", lambda row: row["unit"]),
        Column("事由", "name", lambda row: row["cause"]),
        Column("加减分", "num", lambda row: _signed(row["value"])),
    ]


def _letter_name(row: Figures) -> str:
    """The letter's number, which opens it where the installation has an address."""
    name = str(row["reference"])
    style = "color:inherit;text-decoration:none"
    url = row["url"]
    return format_html('<a href="{}" style="{}">{}</a>', url, style, name) if url else name


def _scores(rows: Iterable[Figures]) -> list[Column]:
    """A column for each component that anybody has."""
    return [_score(name) for name in words.components_present(rows)]


def _score(name: str) -> Column:
    return Column(_SHORT[name], "num", lambda row: row[name])


def _standing_columns() -> list[Column]:
    return [
        Column("加减分", "num", lambda row: _signed(row["adjustment"])),
        Column("总分", "num", lambda row: row["total"] or "未参评"),
        Column("上月", "num", lambda row: row["previous"]),
        Column("升降", "num", lambda row: words.change_text(row["change"])),
    ]


def _move_columns() -> list[Column]:
    return [
        Column("网点", "name", lambda row: row["name"]),
        Column("总分", "num", lambda row: row["total"]),
        Column("上月", "num", lambda row: row["previous"]),
        Column("本月", "num", lambda row: row["rank"]),
        Column("升降", "num", lambda row: words.change_text(row["change"])),
    ]


def _season_columns(label: str) -> list[Column]:
    return [
        Column("名次", "mid", lambda row: row["rank"]),
        Column(label, "name", lambda row: row["name"]),
        Column("累计得分", "num", lambda row: row["score"]),
        Column("备注", "mid", _list_name),
    ]


def _ends(standings: Sequence[Figures]) -> list[Figures]:
    """Who is on the reward list and who on the naming list."""
    return [row for row in standings if row["rewarded"] or row["named"]]


def _list_name(row: Figures) -> str:
    if row["rewarded"]:
        return "表彰"
    return "点名" if row["named"] else ""


def _participation(row: Figures) -> str:
    return str(row["outlets"]) if row["ranked"] == row["outlets"] else (
        f"{row['ranked']}/{row['outlets']}"
    )  # fmt: skip


def _signed(number: str) -> str:
    return _DASH if float(number) == 0 else number if number.startswith("-") else f"+{number}"


def _style(rows: Iterable[Figures]) -> str:
    return "wide" if len(words.components_present(rows)) >= _WIDE else ""


def _figure(caption: str, chart: Chart | None, note: str = "") -> list[Block]:
    return [Figure(caption, chart, note)] if chart else []


def _cell(value: Any) -> str:
    return _DASH if value is None else str(value)
