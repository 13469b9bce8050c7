"""The headings and rows of a league table as HTML.

A template renders 130 rows of a dozen cells three times slower than the frame around them; these
strings are the whole of the page's table, everything from outside escaped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.templatetags.page import rank_change
from reports.selectors.league import LeagueRow

_ROW: Final = (
    '<tr><td class="num mc-rank">%s</td><td class="num">%s</td>'
    '<th scope="row" class="mc-unit">%s</th>%s<td class="nowrap mc-wide">%s</td>%s'
    '<td class="num mc-wide">%s</td><td class="num mc-total">%s</td>'
    '<td class="mc-wide">%s</td></tr>'
)
_UNRANKED: Final = '<span class="text-secondary">未参评</span>'
_FIGURES: Final = ("open", "covert", "special", "device", "quiz")


@dataclass(frozen=True, slots=True)
class Header:
    """A column's heading: its label and classes, its present order, the address that sorts by it."""

    label: str
    style: str
    order: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its place in the table shown (all, or the peer group), its line and its link."""

    row: LeagueRow
    rank: int | None
    change: int | None
    spark: SafeString
    url: str


def headings_html(headers: Iterable[Header]) -> SafeString:
    """The cells of the table's head, each a link that sorts."""
    return mark_safe("".join(map(_heading, headers)))  # noqa: S308  (escaped piece by piece)


def rows_html(lines: Iterable[Line], *, with_institution: bool) -> SafeString:
    """The table's body; the cells follow `reports.views.league.HEADINGS`."""
    html = "\n".join([_row(line, with_institution=with_institution) for line in lines])
    return mark_safe(html)  # noqa: S308  (escaped piece by piece)


def figure(value: Decimal | None) -> str:
    """A score with two places; a dash where there is none."""
    return "—" if value is None else f"{value:.2f}"


def _heading(header: Header) -> str:
    style = f' class="{header.style}"' if header.style else ""
    order = f' aria-sort="{header.order}"' if header.order else ""
    link = f'<a class="mc-sort" href="{escape(header.url)}">{header.label}</a>'
    return f'<th scope="col"{style}{order}>{link}</th>'


def _row(line: Line, *, with_institution: bool) -> str:
    row = line.row
    name = escape(row.name)
    return _ROW % (
        line.rank or _UNRANKED,
        rank_change(line.change) if line.rank else "",
        f'<a href="{line.url}">{name}</a>' if line.url else name,
        _institution(row) if with_institution else "",
        escape(row.peer_group),
        "".join([f'<td class="num mc-wide">{figure(getattr(row, one))}</td>' for one in _FIGURES]),
        f"{row.adjustment:+.2f}" if row.adjustment else "—",
        figure(row.total),
        line.spark,
    )


def _institution(row: LeagueRow) -> str:
    return f'<td class="nowrap mc-widest">{escape(row.institution or "")}</td>'
