"""Pages of outlets."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.UNITS_READ)
def tree(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")


@allowed(Capability.STAFF_READ)
def staff(request: SignedInRequest) -> HttpResponse:
    """Placeholder."""
    return render(request, "base.html")
