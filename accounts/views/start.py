"""The first page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.selectors.jobs import jobs_open_of


@allowed()
def home(request: SignedInRequest) -> HttpResponse:
    """What the user can open, as tiles, and their tasks under way."""
    return render(request, "accounts/home.html", {"jobs": jobs_open_of(request.user)})
