"""Candidates for pacesetter of a year, and who lost the right to be one."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.downloads import file_response
from tellers.exports.stars import pacesetters_file
from tellers.models import StarPeriod
from tellers.selectors.pacesetters import pacesetter_years
from tellers.selectors.pacesetters import pacesetters as selected
from tellers.stars import STAR_LABELS


@allowed(Capability.RECORDS_CONFIRM)
@require_safe
def pacesetters(request: SignedInRequest) -> HttpResponse:
    """A year by the rules of its star scheme; the latest where none is asked for."""
    years = pacesetter_years(request.user)
    wanted = request.GET.get("year") or (years[0].label if years else "")
    period = next((one for one in years if one.label == wanted), None)
    if years and period is None:
        raise Http404
    found = selected(period) if period else None
    context = {
        "years": years,
        "period": period,
        "found": found,
        "least": STAR_LABELS[found.rules.pacesetter_star] if found else "",
    }
    return render(request, "tellers/pacesetters.html", context)


@allowed(Capability.EXPORTS)
@require_safe
def pacesetters_export(request: SignedInRequest, year: str) -> HttpResponse:
    """The same as a file."""
    period = _period(request, year)
    name = f"{year}年服务标兵候选人.xlsx"
    return file_response(name, pacesetters_file(selected(period)))


def _period(request: SignedInRequest, year: str) -> StarPeriod:
    for one in pacesetter_years(request.user):
        if one.label == year:
            return one
    raise Http404
