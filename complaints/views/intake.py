"""The page on which the service office takes a letter down."""

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import SignedInRequest, allowed
from accounts.acting import CONFLICT, UNPROCESSABLE, form_methods, show_problems
from accounts.models import User
from accounts.roles import Capability
from complaints.forms.intake import LetterForm
from complaints.models import Attachment
from complaints.redaction import redact
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.relations import Candidate, Telling, likely_same
from complaints.services.attachments import attachment_add
from complaints.services.intake import LetterDiffers, Receipt, letter_take_in, reference_of
from complaints.services.letters import LetterFacts, number_digests
from complaints.views.attachments import InMemory
from outlets.models import Unit

# The ids of the letters a warning named, which the user has seen.
SEEN: Final = "seen"


@csrf_exempt
def letter_create(request: HttpRequest) -> HttpResponseBase:
    """Take a letter down; uploads stay in memory, for on the disk they would lie in clear."""
    request.upload_handlers = [InMemory(request)]
    return _create(request)


@sensitive_post_parameters()
@csrf_protect
@allowed(Capability.LETTERS_TRIAGE)
@form_methods
def _create(request: SignedInRequest) -> HttpResponse:
    branch = _branch(request.user)
    if request.method != "POST":
        return _page(request, LetterForm(branch=branch, initial=LetterForm.begun()), 200)
    form = LetterForm(request.POST, request.FILES, branch=branch)
    if not form.is_valid():
        return _page(request, form, UNPROCESSABLE)
    alike = _unseen(request, form, likely_of(request.user, branch, form.facts()))
    if alike:
        return _page(request, form, CONFLICT, alike=alike)
    return _take_in(request, form, branch)


def likely_of(user: User, branch: Unit, facts: LetterFacts) -> list[Candidate]:
    """The letters the user sees that may tell the same matter as one not yet taken in."""
    telling = Telling(
        redact(facts.body, facts.customer_name),
        number_digests(branch, facts),
        facts.unit.pk if facts.unit else None,
        facts.received_at,
    )
    return likely_same(letters_visible_to(user), telling)


def _unseen(
    request: SignedInRequest, form: LetterForm, found: Sequence[Candidate]
) -> list[Candidate]:
    """All of them if one was not named before; this very letter, sent before, is none."""
    own = reference_of(form.facts(), form.cleaned_data["key"])
    others = [one for one in found if one.letter.reference != own]
    seen = set(request.POST.getlist(SEEN))
    return [] if {str(one.letter.pk) for one in others} <= seen else others


def _take_in(request: SignedInRequest, form: LetterForm, branch: Unit) -> HttpResponse:
    try:
        receipt = _keep(request, form, branch)
    except ValidationError as error:
        show_problems(form, error)
        return _page(request, form, UNPROCESSABLE)
    except LetterDiffers as error:
        form.add_error("reference", str(error))
        return _page(request, form, CONFLICT)
    said = "已登记" if receipt.created else "此前已登记，没有重复保存"
    messages.success(request, f"来信{receipt.letter.reference}{said}")
    return redirect("complaints:letter", receipt.letter.pk)


@transaction.atomic
def _keep(request: SignedInRequest, form: LetterForm, branch: Unit) -> Receipt:
    """The letter with its files, all or nothing."""
    receipt = letter_take_in(
        branch=branch, facts=form.facts(), actor=request.user, key=form.cleaned_data["key"]
    )
    for name, content in form.cleaned_data["attachments"]:
        attachment_add(
            letter=receipt.letter,
            kind=Attachment.Kind.RECEIVED,
            name=name,
            content=content,
            actor=request.user,
        )
    return receipt


def _page(
    request: SignedInRequest, form: LetterForm, status: int, alike: Sequence[Candidate] = ()
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "alike": alike,
        "first": [form[name] for name in _FIRST],
        "customer": [form[name] for name in _CUSTOMER],
        "about": [form[name] for name in _ABOUT],
        "lost_files": form.is_bound and bool(form.files),
    }
    return render(request, "complaints/letter_create.html", context, status=status)


_FIRST: Final = ("channel", "received_at", "kind", "severity", "reference")
_CUSTOMER: Final = ("customer_name", "customer_phone", "customer_card", "customer_identity")
_ABOUT: Final = ("unit", "staff", "business", "cause")


def _branch(user: User) -> Unit:
    unit = user.unit
    assert unit is not None  # noqa: S101  (who has the capability belongs to a branch)
    return unit.branch
