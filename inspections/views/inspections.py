"""Pages of inspections."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.INSPECTIONS_READ)
def inspections(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")
