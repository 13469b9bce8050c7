"""The league tables: of a month, of the season, over the months, open against covert."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.charts import COLOURS, Series, dumbbells
from outlets.downloads import file_response
from outlets.months import Month
from reports.exports import ExportError, export_file
from reports.forms.league import KINDS, VIEWS, LeagueForm, MonthForm
from reports.models import MonthClose
from reports.rendering import Header, Line, headings_html, rows_html
from reports.selectors.league import (
    LeagueRow,
    league_table,
    months_rolled_up,
    season_table,
)
from reports.sentences import NOUNS, STATE_ICONS, league_lead, season_lead
from reports.sparks import bounds, spark
from reports.tables import INSTITUTION, OUTLET

_HEAT_STEPS: Final = 7


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table: its label, how it sorts, whether phones show it."""

    key: str
    label: str
    value: Callable[[LeagueRow], Any]
    is_figure: bool = True
    on_phones: bool = False

    @property
    def style(self) -> str:
        """The classes of its heading."""
        wide = (
            ""
            if self.on_phones
            else "mc-widest"
            if self.key in {"institution", "group"}
            else "mc-wide"
        )
        return f"{'num ' if self.is_figure else ''}{wide}".strip()


# The whitelist of what may be sorted by; figures sort from the highest.
HEADINGS: Final = (
    Heading("rank", "名次", lambda row: row.rank, on_phones=True),
    Heading("change", "变化", lambda row: row.change, on_phones=True),
    Heading("name", "机构", lambda row: row.code, is_figure=False, on_phones=True),
    Heading("institution", "所属机构", lambda row: row.institution, is_figure=False),
    Heading("group", "组别", lambda row: row.peer_group or None, is_figure=False),
    Heading("open", "明查", lambda row: row.open),
    Heading("covert", "暗访", lambda row: row.covert),
    Heading("special", "专项", lambda row: row.special),
    Heading("device", "柜员牌", lambda row: row.device),
    Heading("quiz", "业务知识", lambda row: row.quiz),
    Heading("adjustment", "加减分", lambda row: row.adjustment),
    Heading("total", "总分", lambda row: row.total, on_phones=True),
)
_BY_KEY: Final = {heading.key: heading for heading in HEADINGS}
_UNFILTERED: Final = {"season", "heat", "gap"}
_URLS: Final = {OUTLET: "reports:score", INSTITUTION: "reports:institution"}


@allowed(Capability.LEAGUE_READ)
@require_safe
def league(request: SignedInRequest) -> HttpResponse:
    """The page: one view of one month."""
    records = months_rolled_up(request.user)
    if not records:
        may_close = request.user.can(Capability.MONTHS_CLOSE)
        return render(request, "reports/league_empty.html", {"may_close": may_close})
    form = _form(request, records)
    record = form.record
    month = Month.of(record.month)
    context = {
        "form": form,
        "record": record,
        "month": month,
        "view": form.chosen_view,
        "views": VIEWS,
        "view_label": VIEWS[form.chosen_view],
        "kind": form.chosen_kind,
        "kinds": KINDS,
        "noun": NOUNS[form.chosen_kind],
        "state_icon": STATE_ICONS[record.state],
        "waiting": record.waiting,
        "may_close": request.user.can(Capability.MONTHS_CLOSE),
        "may_export": request.user.can(Capability.EXPORTS),
        **_neighbours(records, record),
    }
    return _PAGES[form.chosen_view](request, records, form, context)


def _form(request: SignedInRequest, records: list[MonthClose]) -> MonthForm:
    """The table has filters of its own; the other views only the month."""
    kind = MonthForm if request.GET.get("view") in _UNFILTERED else LeagueForm
    return kind(request.GET, records=records)


def _table(
    request: SignedInRequest, records: list[MonthClose], form: MonthForm, context: dict[str, Any]
) -> HttpResponse:
    """The month's ranks with all components."""
    assert isinstance(form, LeagueForm)  # noqa: S101  (see _form)
    month: Month = context["month"]
    table = league_table(request.user, records, form.record, form.chosen_kind)
    rows = table.rows
    form.offer(rows)
    sort = form.asked("sort")
    shown = _sorted(form.matching(rows), sort)
    in_group = bool(form.asked("group"))
    lines = _lines(shown, _prefix(form.chosen_kind, month), in_group=in_group)
    context |= {
        "lead": league_lead(rows, month, form.chosen_kind),
        "shown": len(lines),
        "rows": rows_html(lines, with_institution=form.chosen_kind == OUTLET),
        "count": len(rows),
        "headings": headings_html(_headings(request, sort, form.chosen_kind, in_group=in_group)),
        "export": "institutions" if form.chosen_kind == INSTITUTION else "scores",
    }
    return render(request, "reports/league.html", context)


def _season(
    request: SignedInRequest, records: list[MonthClose], form: MonthForm, context: dict[str, Any]
) -> HttpResponse:
    """The season so far: means of the closed months."""
    table = season_table(request.user, records, form.record, form.chosen_kind)
    context |= {"table": table, "lead": season_lead(table, form.chosen_kind) if table else ""}
    if table:
        prefixes = [_prefix(form.chosen_kind, month) for month in table.months]
        context["lines"] = [
            (row, list(zip(row.totals, prefixes, strict=True))) for row in table.rows
        ]
    return render(request, "reports/league_season.html", context)


def _heat(
    request: SignedInRequest, records: list[MonthClose], form: MonthForm, context: dict[str, Any]
) -> HttpResponse:
    """Units down, months across, every total on its shade."""
    table = league_table(request.user, records, form.record, form.chosen_kind)
    low, high = bounds([row.totals for row in table.rows])
    prefixes = [_prefix(form.chosen_kind, month) for month in table.months]
    context |= {
        "lead": league_lead(table.rows, context["month"], form.chosen_kind),
        "months": table.months,
        "low": low,
        "high": high,
        "steps": range(_HEAT_STEPS),
        "lines": [
            (
                row,
                [
                    (total, _shade(total, low, high), prefix)
                    for total, prefix in zip(row.totals, prefixes, strict=True)
                ],
            )
            for row in table.rows
        ],
    }
    return render(request, "reports/league_heat.html", context)


def _gap(
    request: SignedInRequest, records: list[MonthClose], form: MonthForm, context: dict[str, Any]
) -> HttpResponse:
    """Announced against unannounced: who shows another face to the shopper."""
    rows = league_table(request.user, records, form.record, OUTLET).rows
    gaps = sorted(
        (
            (row.open - row.covert, row)
            for row in rows
            if row.open is not None and row.covert is not None
        ),
        key=lambda pair: (-pair[0], pair[1].code),
    )
    context |= {"gaps": gaps, "lead": _gap_lead(gaps)}
    if gaps:
        held = [row for _, row in gaps]
        chart = dumbbells(
            [row.name for row in held],
            Series("明查", [row.open for row in held], COLOURS[1]),
            Series("暗访", [row.covert for row in held]),
            context["lead"],
        )
        context |= {"option": chart.option, "height": chart.height}
    return render(request, "reports/league_gap.html", context)


_PAGES: Final = {
    "outlets": _table,
    "institutions": _table,
    "season": _season,
    "heat": _heat,
    "gap": _gap,
}


@allowed(Capability.EXPORTS)
@require_safe
def export(request: SignedInRequest, kind: str, month: Month, ending: str) -> HttpResponse:
    """The month's table as a file."""
    unit = request.user.unit
    name = f"{month}-{NOUNS[INSTITUTION if kind == 'institutions' else OUTLET]}成绩.{ending}"
    if unit is None:
        raise Http404
    try:
        content = export_file(kind, unit.branch_id, month, name)
    except ExportError as error:
        raise Http404(str(error)) from error
    return file_response(name, content)


def _lines(rows: Sequence[LeagueRow], prefix: str, *, in_group: bool) -> list[Line]:
    low, high = bounds([row.totals for row in rows])
    return [
        Line(
            row=row,
            rank=row.group_rank if in_group else row.rank,
            change=row.group_change if in_group else row.change,
            spark=spark(row.totals, low, high),
            url=f"{prefix}{row.unit_id}/" if row.is_visible else "",
        )
        for row in rows
    ]


def _prefix(kind: str, month: Month) -> str:
    """The URL of a unit's page in a month, up to the unit."""
    return reverse(_URLS[kind], args=[month, 0]).removesuffix("0/")


def _sorted(rows: list[LeagueRow], sort: str) -> list[LeagueRow]:
    """The rows in the order asked for, gaps last."""
    heading = _BY_KEY.get(sort.removeprefix("-"))
    if heading is None:
        return rows
    held = [row for row in rows if heading.value(row) is not None]
    gaps = [row for row in rows if heading.value(row) is None]
    return sorted(held, key=heading.value, reverse=sort.startswith("-")) + gaps


def _headings(request: SignedInRequest, sort: str, kind: str, *, in_group: bool) -> list[Header]:
    """Each column with its present order and the address of a click on it."""
    kept = request.GET.copy()
    kept.pop("sort", None)
    address = f"?{kept.urlencode()}&sort=" if kept else "?sort="
    now = sort.removeprefix("-") if sort.removeprefix("-") in _BY_KEY else "rank"
    order = "descending" if sort == f"-{now}" else "ascending"
    return [
        Header(
            label="组内名次" if in_group and heading.key == "rank" else heading.label,
            style=heading.style,
            order=order if heading.key == now else "",
            url=address + _next(heading, order if heading.key == now else ""),
        )
        for heading in HEADINGS
        if kind == OUTLET or heading.key != "institution"
    ]


def _next(heading: Heading, order: str) -> str:
    """Figures come highest first, ranks and names lowest first; a second click turns it round."""
    highest_first = heading.is_figure and heading.key != "rank"
    descending = order == "ascending" if order else highest_first
    return f"-{heading.key}" if descending else heading.key


def _shade(total: Decimal | None, low: Decimal, high: Decimal) -> int | None:
    """The shade of a cell, 0 the lowest; None without a total."""
    if total is None:
        return None
    share = (total - low) / (high - low) if high > low else Decimal(1)
    return min(int(share * _HEAT_STEPS), _HEAT_STEPS - 1)


def _gap_lead(gaps: Sequence[tuple[Decimal, LeagueRow]]) -> str:
    if not gaps:
        return "本月没有明查、暗访都有成绩的网点。"
    gap, row = gaps[0]
    if gap <= 0:
        return f"{len(gaps)}家网点的暗访成绩都不低于明查。"
    worse = sum(each > 0 for each, _ in gaps)
    return (
        f"{len(gaps)}家网点中{worse}家暗访低于明查，相差最大的是{row.name}"
        f"（明查{row.open}，暗访{row.covert}，低{gap}分）。"
    )


def _neighbours(records: Sequence[MonthClose], record: MonthClose) -> dict[str, Month | None]:
    """The months before and after, of those that have figures."""
    place = next(n for n, each in enumerate(records) if each.pk == record.pk)
    later = records[place - 1] if place else None
    earlier = records[place + 1] if place + 1 < len(records) else None
    return {
        "earlier": Month.of(earlier.month) if earlier else None,
        "later": Month.of(later.month) if later else None,
    }
