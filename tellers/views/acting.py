"""What the pages of acts on records share: asking, doing, saying what came of it."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from outlets.models import Unit
from tellers.services.refusals import RecordRefused

UNPROCESSABLE: Final = 422
CONFLICT: Final = 409

F = TypeVar("F", bound=forms.BaseForm)
form_methods = require_http_methods(["GET", "HEAD", "POST"])


class Words(NamedTuple):
    """What the page of an act says, and where one comes from."""

    heading: str
    lead: str
    submit: str
    back: str
    icon: str = "check"


def own_branch(request: SignedInRequest) -> Unit:
    """The user's branch; 404 where there is none."""
    if request.user.unit is None:
        raise Http404
    return request.user.unit.branch


def posted(request: SignedInRequest) -> Any:
    """What was posted, for a form; None when the form is only shown."""
    return request.POST if request.method == "POST" else None


def acted(request: SignedInRequest, form: F, do: Callable[[F], str]) -> int:
    """Do what a posted form asks for and say so: 0 when it was done, else the page's status."""
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return UNPROCESSABLE
    try:
        messages.success(request, do(form))
    except ValidationError as error:
        _show_problems(form, error)
        return UNPROCESSABLE
    except RecordRefused as error:
        form.add_error(None, str(error))
        return CONFLICT
    return 0


def act_page(
    request: SignedInRequest, form: F, words: Words, do: Callable[[F], str], **context: Any
) -> HttpResponse:
    """The page of one act: its form with what was typed, or, when it is done, where one came from.

    `do` gets the valid form, acts through a service and returns what to tell the user.
    """
    status = acted(request, form, do)
    if not status:
        return redirect(words.back)
    page = {"form": form, "words": words, **context}
    return render(request, "tellers/act.html", page, status=status)


def _show_problems(form: forms.BaseForm, error: ValidationError) -> None:
    """The service's problems beside their fields; those of no field above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.message_dict.items():
        for problem in problems:
            form.add_error(name if name in form.fields else None, problem)
