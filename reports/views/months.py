"""Pages: months."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.MONTHS_CLOSE)
def months(request: SignedInRequest) -> HttpResponse:
    """The page."""
    return render(request, "base.html")
