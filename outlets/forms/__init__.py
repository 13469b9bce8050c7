"""Forms of units, people, the calendar and imports."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

T = TypeVar("T")


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if nothing was; None when the form is only to be shown."""
    return request.POST if request.method == "POST" else None


def accepted(form: forms.Form, act: Callable[[], T]) -> T | None:
    """What the service makes of a valid form; None where form or service refuses.

    The service's reasons then stand beside the fields they name, or above the form.
    """
    if not form.is_valid():
        return None
    try:
        return act()
    except ValidationError as error:
        _add_refusal(form, error)
        return None


def _add_refusal(form: forms.Form, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)
