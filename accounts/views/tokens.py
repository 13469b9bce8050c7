"""Page: the user's own API tokens."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed


@allowed()
def tokens(request: SignedInRequest) -> HttpResponse:
    """The tokens."""
    return render(request, "base.html")
