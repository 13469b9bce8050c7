"""The first page after signing in."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.notices import notices_of
from accounts.selectors.jobs import jobs_open_of


@allowed()
def home(request: SignedInRequest) -> HttpResponse:
    """What waits for the user, what they can open, as tiles, and their tasks under way."""
    context = {"jobs": jobs_open_of(request.user), "notices": notices_of(request.user)}
    return render(request, "accounts/home.html", context)
