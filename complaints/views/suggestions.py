"""How good the suggestions are, and training their models anew."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from complaints.selectors.training import suggestions_page
from complaints.services.training import training_request
from outlets.models import Unit
from outlets.months import Month


@allowed(Capability.LETTERS_SETTINGS)
@require_safe
def suggestions(request: SignedInRequest) -> HttpResponse:
    """What each kind of suggestion comes from, and how often it was right."""
    page = suggestions_page(_branch(request))
    return render(request, "complaints/suggestions.html", {"page": page})


@allowed(Capability.LETTERS_SETTINGS)
@require_POST
def train(request: SignedInRequest) -> HttpResponse:
    """Ask for the branch's models to be trained; asked again meanwhile it is the same job."""
    training_request(
        branch=_branch(request), month=Month.of(timezone.localdate()), actor=request.user
    )
    messages.info(request, "已开始训练，完成后本页显示结果")
    return redirect("complaints:suggestions")


def _branch(request: SignedInRequest) -> Unit:
    unit = request.user.unit
    assert unit is not None  # noqa: S101  (the role has a unit)
    return unit.branch
