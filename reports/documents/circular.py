"""The circular on paper: what was broken, what was decided, who answers as leader (S17, S22)."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from reports.bulletins.layout import Block, Column, Section, Table
from reports.bulletins.render import measures_kept
from reports.bulletins.words import NUMERALS, chinese_date
from reports.documents import renders
from reports.models import Document

Figures = Mapping[str, Any]
_MEASURE: Final = re.compile(r"([0-9][0-9.]*(?:[人项元名年月日]))")
_SHORT: Final = 12  # up to so many rows, a table stays on one page


@renders(Document.Kind.CIRCULAR)
def circular_html(figures: Figures) -> str:
    """The whole circular as HTML; nothing in it is fetched from elsewhere."""
    head = figures["masthead"]
    context = {
        "head": head,
        "title": figures["title"],
        "number": f"〔{head['year']}〕{head['number']}号",
        "issued_on": chinese_date(head["issued_on"]),
        "lead": measures_kept(_lead(figures), _MEASURE),
        "sections": sections(figures),
        "distribution": figures["distribution"],
    }
    return render_to_string("reports/pdf/circular.html", context)


def sections(figures: Figures) -> list[Section]:
    """The parts that have something to say, numbered."""
    made = [
        Section("违规情况", [_violations(figures["violations"])], _broken(figures)),
        Section("处罚决定", _people(figures["people"]), _decided(figures)),
        Section("主管领导责任", _people(figures["leaders"]), _led(figures["leaders"])),
        Section("有关要求", [], figures["demand"]),
    ]
    kept = [one for one in made if one.blocks or one.intro]
    for numeral, section in zip(NUMERALS, kept, strict=False):
        section.heading = f"{numeral}、{section.name}"
        section.intro = measures_kept(section.intro, _MEASURE)
    return kept


def _lead(figures: Figures) -> str:
    days = [date.fromisoformat(one["day"]) for one in figures["violations"]]
    span = _span(min(days), max(days)) if days else ""
    return f"为严肃服务纪律，现将{span}违反服务工作规定的人员和处罚决定通报如下。"


def _span(first: date, last: date) -> str:
    """2011年3月; 2011年1月至3月; 2010年12月至2011年3月."""
    start = f"{first.year}年{first.month}月"
    if (first.year, first.month) == (last.year, last.month):
        return start
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{start}至{year}{last.month}月"


def _broken(figures: Figures) -> str:
    held = figures["violations"]
    counted = Counter(one["severity"] for one in held)
    parts = "、".join(
        f"{label}{counted[label]}项" for label in ("严重", "较重", "轻微") if counted[label]
    )
    people = len({one["staff"] for one in held})
    return f"共查实{people}人违规{len(held)}项，其中{parts}。"


def _decided(figures: Figures) -> str:
    """Of everybody, leaders too: how many got what."""
    if not figures["people"]:
        return ""
    parts = "，".join(
        f"{one['label']}{one['people']}人" + (f"、金额{one['amount']}元" if _paid(one) else "")
        for one in figures["counts"]
    )
    also = "（含主管领导）" if figures["leaders"] else ""
    return f"经研究，决定给予以下处罚{also}：{parts}。"


def _paid(count: Figures) -> bool:
    return bool(count["amount"] != "0")


def _led(leaders: Sequence[Figures]) -> str:
    return f"违规发生时主管服务工作的{len(leaders)}名领导负有管理责任。" if leaders else ""


def _violations(held: Sequence[Figures]) -> Table:
    columns = [
        Column("日期", "name", lambda row: row["day"]),
        Column("姓名", "name", lambda row: row["name"]),
        Column("机构", "", lambda row: row["unit"]),
        Column("违规事项", "", lambda row: row["kind"]),
        Column("程度", "mid", lambda row: row["severity"]),
    ]
    return Table(columns, held, style=_style(held))


def _people(held: Sequence[Figures]) -> list[Block]:
    columns = [
        Column("姓名", "name", lambda row: row["name"]),
        Column("机构", "name", lambda row: row["unit"]),
        Column("事由", "name", lambda row: row["ground"]),
        Column("处罚", "", _penalties),
        Column("理由", "", lambda row: row["reason"]),
    ]
    return [Table(columns, held, style=_style(held))] if held else []


def _penalties(row: Figures) -> SafeString:
    """What somebody got, none of it broken over lines."""
    *others, last = row["penalties"]
    pieces = [*(f"{one}；" for one in others), last]
    return format_html_join("", '<span class="unit">{}</span><wbr>', ((one,) for one in pieces))


def _style(held: Sequence[Figures]) -> str:
    return "short" if len(held) <= _SHORT else ""
