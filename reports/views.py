"""Pages of reports."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.LEAGUE_READ)
def league(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")


@allowed(Capability.MONTHS_CLOSE)
def months(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")


@allowed(Capability.BULLETINS_READ)
def bulletins(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")


@allowed(Capability.LEAGUE_READ)
def schemes(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")
