"""Customers' data: seeing them with a reason, and handing somebody what is kept of them."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import SignedInRequest, allowed
from accounts.acting import CONFLICT, UNPROCESSABLE, form_methods, posted, refused
from accounts.refusals import Refused
from accounts.roles import Capability
from complaints.forms.privacy import RevealForm, SubjectForm
from complaints.models import Letter
from complaints.selectors.standing import standing_of
from complaints.services.handing_out import subject_export
from complaints.services.refusals import ActRefused
from complaints.services.reveals import Revealed, customer_reveal
from complaints.subjects import subject_name
from complaints.views.acting import letter_of
from outlets.downloads import file_response


@never_cache
@allowed(Capability.LETTERS_READ)
@form_methods
def reveal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask why, then show the customer once; as a part of the letter's page, or as a page."""
    letter = letter_of(request, pk)
    if not standing_of(request.user, letter).handles:
        raise PermissionDenied
    form = RevealForm(posted(request))
    revealed, status = _revealed(request, letter, form)
    context = {"letter": letter, "form": form, "revealed": revealed}
    page = (
        "complaints/_reveal.html" if request.headers.get("HX-Request") else "complaints/reveal.html"
    )
    return render(request, page, context, status=status)


def _revealed(
    request: SignedInRequest, letter: Letter, form: RevealForm
) -> tuple[Revealed | None, int]:
    if not form.is_bound:
        return None, 200
    if not form.is_valid():
        return None, UNPROCESSABLE
    try:
        return customer_reveal(letter=letter, actor=request.user, **form.cleaned_data), 200
    except ValidationError as error:
        for name, problems in error.message_dict.items():
            form.add_error(name, problems)
        return None, UNPROCESSABLE
    except ActRefused as error:
        form.add_error(None, str(error))
        return None, CONFLICT


@never_cache
@sensitive_post_parameters("number", "name")
@allowed(Capability.LETTERS_SETTINGS)
@form_methods
def subject(request: SignedInRequest) -> HttpResponse:
    """What is kept of one person, as a file; posted, so that the number is in no URL."""
    form = SubjectForm(posted(request))
    if form.is_valid():
        try:
            content = subject_export(actor=request.user, **form.cleaned_data)
        except Refused as error:
            refused(form, error)
        else:
            return file_response(subject_name(), content)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "complaints/subject.html", {"form": form}, status=status)
