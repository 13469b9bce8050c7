"""Statistics of letters: by type, time, unit, employee, topic and responsibility; and as a file."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.downloads import file_response
from reports.letters.asked import statistics_asked
from reports.letters.export import statistics_file
from reports.letters.page import OVERVIEW, VIEWS


@allowed(Capability.LEAGUE_READ)
@require_safe
def letters(request: SignedInRequest) -> HttpResponse:
    """The page."""
    form, statistics = statistics_asked(request.user, request.GET, timezone.localdate())
    view = form.chosen_view
    context: dict[str, Any] = {
        "form": form,
        "statistics": statistics,
        "period": statistics.period,
        "views": VIEWS,
        "view": view,
        "tables": statistics.tables_of(view),
        "charts": [
            (f"chart-{name}", CHARTS[name], chart) for name, chart in statistics.charts.items()
        ]
        if view == OVERVIEW
        else [],
        "may_export": request.user.can(Capability.EXPORTS),
    }
    return render(request, "reports/letters.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def letters_export(request: SignedInRequest) -> HttpResponse:
    """The tables of the page as a workbook, a sheet a table."""
    _, statistics = statistics_asked(request.user, request.GET, timezone.localdate())
    name = f"来信统计 {statistics.period.label}.xlsx"
    return file_response(name, statistics_file(statistics))


CHARTS = {
    "months": "逐月来信（件）",
    "year": "与上年同期对照（件）",
    "responsibility": "各机构投诉的责任认定（件）",
}
