"""Pages: the audit trail."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability


@allowed(Capability.AUDIT_READ)
def audit(request: SignedInRequest) -> HttpResponse:
    """The audit trail."""
    return render(request, "accounts/audit.html")
