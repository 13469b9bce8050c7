"""Pages of accounts."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed()
def home(request: SignedInRequest) -> HttpResponse:
    """The first page after signing in."""
    return render(request, "accounts/home.html")


@allowed(Capability.USERS_MANAGE, Capability.USERS_AUTHORISE)
def users(request: SignedInRequest) -> HttpResponse:
    """The accounts."""
    return render(request, "accounts/users.html")


@allowed(Capability.AUDIT_READ)
def audit(request: SignedInRequest) -> HttpResponse:
    """The audit trail."""
    return render(request, "accounts/audit.html")
