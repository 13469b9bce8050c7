"""Doing what a button on the pages of stars asks for."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages

from accounts.access import SignedInRequest
from outlets.workdays import CalendarMissing
from tellers.services.refusals import RecordRefused


def tried(request: SignedInRequest, act: Callable[[], Any], done: str) -> bool:
    """Do what a button asks for and say so, or why not; whether it was done."""
    try:
        act()
    except (RecordRefused, CalendarMissing) as error:
        messages.error(request, f"{error}。")
        return False
    messages.success(request, f"{done}。")
    return True
