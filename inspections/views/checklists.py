"""Pages of the scoring standards."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.CHECKLISTS_READ)
def checklists(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")
