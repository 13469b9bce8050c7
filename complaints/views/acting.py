"""What the pages of acts on a letter share: finding it, asking, doing, answering."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.access import SignedInRequest
from accounts.acting import acted
from complaints.models import Letter
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.standing import Standing, standing_of

F = TypeVar("F", bound=forms.Form)


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


def act_page(
    request: SignedInRequest, letter: Letter, form: F, words: Words, do: Callable[[F], str]
) -> HttpResponse:
    """The page of one act: the form with what was typed, or, when it is done, the letter.

    `do` gets the valid form, acts through a service and returns what to tell the user.
    """
    status = acted(request, form, do)
    if not status:
        return redirect("complaints:letter", letter.pk)
    context = {"letter": letter, "form": form, "words": words}
    return render(request, "complaints/act.html", context, status=status)
