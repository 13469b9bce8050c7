"""Pages: accounts."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.USERS_MANAGE, Capability.USERS_AUTHORISE)
def users(request: SignedInRequest) -> HttpResponse:
    """The accounts."""
    return render(request, "accounts/users.html")
