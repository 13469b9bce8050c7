"""One unit's month: from its rank down to the inspections behind every figure."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.months import Month
from reports.models import MonthlyScore
from reports.selectors.league import editions_of, members_of, neighbours
from reports.selectors.scores import parts_of, record_of
from reports.sentences import STATE_ICONS, score_lead
from reports.tables import INSTITUTION, OUTLET


@allowed(Capability.LEAGUE_READ)
@require_safe
def score(request: SignedInRequest, month: Month, unit: int) -> HttpResponse:
    """An outlet's month."""
    _, context = _found(request, month, unit, OUTLET)
    context["name"] = "score"
    return render(request, "reports/score.html", context)


@allowed(Capability.LEAGUE_READ)
@require_safe
def institution(request: SignedInRequest, month: Month, unit: int) -> HttpResponse:
    """An institution's month."""
    row, context = _found(request, month, unit, INSTITUTION)
    context["members"] = list(members_of(row))
    context["name"] = "institution"
    return render(request, "reports/score.html", context)


def _found(
    request: SignedInRequest, month: Month, unit: int, kind: str
) -> tuple[MonthlyScore, dict[str, Any]]:
    """The row asked for (an edition, else the latest) and what its page shows; 404 otherwise."""
    editions = editions_of(request.user, unit, month, kind)
    wanted = request.GET.get("edition")
    row = next((one for one in editions if wanted in {None, "", str(one.edition)}), None)
    if row is None:
        raise Http404
    record = record_of(row)
    earlier, later = neighbours(row)
    return row, {
        "score": row,
        "record": record,
        "parts": parts_of(request.user, row, record),
        "month": month,
        "editions": editions if len(editions) > 1 else [],
        "is_latest": row.edition == editions[0].edition,
        "lead": score_lead(row),
        "state_icon": STATE_ICONS[record.state],
        "earlier": earlier and Month.of(earlier),
        "later": later and Month.of(later),
        "institution_visible": row.institution_id is not None
        and kind == OUTLET
        and bool(editions_of(request.user, row.institution_id, month, INSTITUTION)),
    }
