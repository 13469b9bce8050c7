"""Forms of units, people, the calendar and imports."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.core.exceptions import ValidationError

from accounts.acting import show_problems

T = TypeVar("T")


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def accepted(form: forms.Form, act: Callable[[], T]) -> T | None:
    """What the service makes of a valid form; None where form or service refuses.

    The service's reasons then stand beside the fields they name, or above the form.
    """
    if not form.is_valid():
        return None
    try:
        return act()
    except ValidationError as error:
        show_problems(form, error)
        return None
