"""Pages: league."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.LEAGUE_READ)
def league(request: SignedInRequest) -> HttpResponse:
    """The page."""
    return render(request, "base.html")
