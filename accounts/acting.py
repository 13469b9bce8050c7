"""What the pages of acts share: asking by a form, doing, saying what came of it."""

from collections.abc import Callable
from typing import Final, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.views.decorators.http import require_http_methods

from accounts.refusals import Refused

UNPROCESSABLE: Final = 422
CONFLICT: Final = 409

F = TypeVar("F", bound=forms.BaseForm)
form_methods = require_http_methods(["GET", "HEAD", "POST"])


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if nothing was, for a form; None when the form is only shown."""
    return request.POST if request.method == "POST" else None


def acted(request: HttpRequest, form: F, do: Callable[[F], str]) -> int:
    """Do what a posted form asks for and say so: 0 when it was done, else the page's status.

    `do` gets the valid form, acts through a service and returns what to tell the user.
    """
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return UNPROCESSABLE
    try:
        messages.success(request, do(form))
    except ValidationError as error:
        show_problems(form, error)
        return UNPROCESSABLE
    except Refused as error:
        return refused(form, error)
    return 0


def refused(form: forms.BaseForm, error: Refused) -> int:
    """Show a refusal beside the field at fault, else above the form; the page's status."""
    if error.field in form.fields:
        form.add_error(error.field, str(error))
        return UNPROCESSABLE
    form.add_error(None, str(error))
    return CONFLICT


def tried(request: HttpRequest, act: Callable[[], object], done: str) -> bool:
    """Do what a button asks for and say so, or why not; whether it was done."""
    try:
        act()
    except Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


def show_problems(form: forms.BaseForm, error: ValidationError) -> None:
    """The service's problems beside their fields; those of no field above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.message_dict.items():
        for problem in problems:
            form.add_error(name if name in form.fields else None, problem)
