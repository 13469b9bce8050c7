"""What the pages of acts on a letter share: finding it, asking, doing, answering."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from complaints.models import Letter
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.standing import Standing, standing_of
from complaints.services.refusals import ActRefused

UNPROCESSABLE: Final = 422
CONFLICT: Final = 409

F = TypeVar("F", bound=forms.Form)
form_methods = require_http_methods(["GET", "HEAD", "POST"])


class Words(NamedTuple):
    """What the page of an act says."""

    heading: str
    lead: str
    submit: str
    icon: str = "check"


def letter_of(request: SignedInRequest, pk: int) -> Letter:
    """The letter, if the user may see it; 404 otherwise."""
    return get_object_or_404(letters_visible_to(request.user), pk=pk)


def standing_for(request: SignedInRequest, letter: Letter, right: str) -> Standing:
    """How the user stands to the letter; 403 unless they have this right (a field of `Standing`)."""
    standing = standing_of(request.user, letter)
    if not getattr(standing, right):
        raise PermissionDenied
    return standing


def posted(request: SignedInRequest) -> Any:
    """What was posted, for a form; None when the form is only shown."""
    return request.POST if request.method == "POST" else None


def act_page(
    request: SignedInRequest, letter: Letter, form: F, words: Words, do: Callable[[F], str]
) -> HttpResponse:
    """The page of one act: the form with what was typed, or, when it is done, the letter.

    `do` gets the valid form, acts through a service and returns what to tell the user.
    """
    done, status = acted(request, form, do)
    if done:
        return redirect("complaints:letter", letter.pk)
    context = {"letter": letter, "form": form, "words": words}
    return render(request, "complaints/act.html", context, status=status)


def acted(request: SignedInRequest, form: F, do: Callable[[F], str]) -> tuple[bool, int]:
    """Do what the form asks for, if it was posted and is valid; whether it was done, else a status."""
    if not form.is_bound:
        return False, 200
    if not form.is_valid():
        return False, UNPROCESSABLE
    try:
        messages.success(request, do(form))
    except ValidationError as error:
        show_problems(form, error)
        return False, UNPROCESSABLE
    except ActRefused as error:
        form.add_error(None, str(error))
        return False, CONFLICT
    return True, 200


def show_problems(form: forms.Form, error: ValidationError) -> None:
    """The service's problems beside their fields; those of no field above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.message_dict.items():
        for problem in problems:
            form.add_error(name if name in form.fields else None, problem)
