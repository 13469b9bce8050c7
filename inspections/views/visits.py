"""Pages of visits: today's list and the plan."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.VISITS_SCORE)
def today(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")


@allowed(Capability.VISITS_PLAN)
def visits(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")
