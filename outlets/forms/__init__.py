"""Forms of units, people, the calendar and imports."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if nothing was; None when the form is only to be shown."""
    return request.POST if request.method == "POST" else None


def add_refusal(form: forms.Form, error: ValidationError) -> None:
    """Show what a service refused beside the fields it names, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, errors in error.error_dict.items():
        form.add_error(field if field in form.fields else None, errors)
