"""The figures of discipline of a year, and as a workbook."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.downloads import file_response
from tellers.discipline_page import CHART_TITLES, charts, discipline_file, headlines, tables
from tellers.forms.violations import YearForm
from tellers.selectors.discipline_figures import (
    DisciplineFigures,
    discipline_figures,
    discipline_years,
    figures_lead,
)


@allowed(Capability.LEAGUE_READ)
@require_safe
def statistics(request: SignedInRequest) -> HttpResponse:
    """The year's figures of what the user sees; every number opens its list."""
    form, year, figures = _asked(request)
    drawn = charts(figures)
    context = {
        "form": form,
        "year": year,
        "lead": figures_lead(figures, f"{year}年"),
        "figures": figures,
        "headlines": headlines(figures, year),
        "tables": tables(figures, year),
        "charts": [(f"chart-{name}", CHART_TITLES[name], chart) for name, chart in drawn.items()],
        "may_export": request.user.can(Capability.EXPORTS),
    }
    return render(request, "tellers/discipline.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def statistics_export(request: SignedInRequest) -> HttpResponse:
    """The tables of the page as a workbook, a sheet a table."""
    _, year, figures = _asked(request)
    content = discipline_file(tables(figures, year))
    return file_response(f"违规与处罚统计 {year}年.xlsx", content)


def _asked(request: SignedInRequest) -> tuple[YearForm, int, DisciplineFigures]:
    """The year asked for, by default the latest with violations."""
    years = discipline_years(request.user) or [timezone.localdate().year]
    form = YearForm(request.GET or None, years=years)
    year = form.asked()
    return form, year, discipline_figures(request.user, date(year, 1, 1), date(year, 12, 31))
