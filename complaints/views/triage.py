"""The triage screen: one letter after the other, by keyboard or by hand."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import CONFLICT, UNPROCESSABLE, form_methods, show_problems
from accounts.roles import Capability
from complaints.forms.triage import TriageForm
from complaints.models import Letter
from complaints.selectors.triage_page import people_of, queue_of, triage_page
from complaints.services.refusals import ActRefused
from complaints.services.triage import (
    letter_let_go,
    letter_take,
    letter_take_next,
    letter_triage,
)
from complaints.views.acting import letter_of

_PASSED: Final = "triage_passed"  # in the session: ids of letters skipped on this round
_MOST: Final = 500


@allowed(Capability.LETTERS_TRIAGE)
@require_safe
def triage(request: SignedInRequest) -> HttpResponse:
    """The next letter; those skipped come again once there are no others."""
    passed = request.session.get(_PASSED, [])
    letter = letter_take_next(triager=request.user, passed=passed)
    if letter is None and passed:
        request.session[_PASSED] = []
        letter = letter_take_next(triager=request.user)
    if letter is None:
        context = {"queue": queue_of(request.user)}
        return render(request, "complaints/triage_done.html", context)
    return _screen(request, letter, TriageForm(letter=letter))


@allowed(Capability.LETTERS_TRIAGE)
@form_methods
def triage_letter(request: SignedInRequest, pk: int) -> HttpResponse:
    """One letter of the user's choice; saved, the next one. Refused, what was chosen stays."""
    letter = letter_of(request, pk)
    if request.method == "POST":
        return _save(request, letter)
    try:
        letter_take(letter=letter, triager=request.user)
    except ActRefused as error:
        messages.error(request, str(error))
        return redirect("complaints:letter", letter.pk)
    return _screen(request, letter, TriageForm(letter=letter))


def _save(request: SignedInRequest, letter: Letter) -> HttpResponse:
    form = TriageForm(request.POST, letter=letter)
    if not form.is_valid():
        return _screen(request, letter, form, UNPROCESSABLE)
    handler = form.cleaned_data["handler"]
    try:
        letter_triage(letter=letter, found=form.found(), handler=handler, actor=request.user)
    except ValidationError as error:
        show_problems(form, error)
        return _screen(request, letter, form, UNPROCESSABLE)
    except ActRefused as error:
        form.add_error(None, str(error))
        return _screen(request, letter, form, CONFLICT)
    messages.success(request, f"{letter.reference}已分派给{handler.name}")
    return redirect("complaints:triage")


def _screen(
    request: SignedInRequest, letter: Letter, form: TriageForm, status: int = 200
) -> HttpResponse:
    given = request.POST.dict() if form.is_bound else None
    page = triage_page(request.user, letter, _known(form, given))
    context = {
        "page": page,
        "letter": letter,
        "form": form,
        "lists": [(form[one.name], one) for one in page.lists],
        "queue": queue_of(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "complaints/triage.html", context, status=status)


def _known(form: TriageForm, given: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Of what was posted the form's own fields."""
    return None if given is None else {name: str(given.get(name, "")) for name in form.fields}


@allowed(Capability.LETTERS_TRIAGE)
@require_POST
def triage_skip(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave this letter to others, or to the end of the round."""
    letter = letter_of(request, pk)
    letter_let_go(letter=letter, triager=request.user)
    passed = [one for one in request.session.get(_PASSED, []) if one != letter.pk]
    request.session[_PASSED] = [*passed, letter.pk][-_MOST:]
    return redirect("complaints:triage")


@allowed(Capability.LETTERS_TRIAGE)
@require_safe
def triage_people(request: SignedInRequest, pk: int) -> HttpResponse:
    """The lists of employees and handlers for another unit or employee, as a part of the screen."""
    letter = letter_of(request, pk)
    values = {name: request.GET.get(name, "") for name in ("unit", "staff", "handler")}
    people = people_of(letter, values)
    return render(request, "complaints/_triage_people.html", {"people": people, "letter": letter})
