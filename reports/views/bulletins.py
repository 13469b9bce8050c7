"""Bulletins: the list, one being made, its file."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.BULLETINS_READ)
def bulletins(request: SignedInRequest) -> HttpResponse:
    """The bulletins issued, newest first."""
    return render(request, "base.html")
