"""What the pages of acts on records share: asking, doing, saying what came of it."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import SignedInRequest
from accounts.acting import acted
from outlets.models import Unit

F = TypeVar("F", bound=forms.BaseForm)


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
