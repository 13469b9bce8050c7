"""Customers' data: seeing them with a reason, and handing somebody what is kept of them."""

from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from accounts.services import audit_add
from complaints.forms.privacy import RevealForm, SubjectForm
from complaints.models import Letter
from complaints.redaction import redact
from complaints.selectors.standing import standing_of
from complaints.services.refusals import ActRefused
from complaints.services.reveals import Revealed, customer_reveal
from complaints.subjects import SeveralPeople, held_of, subject_file
from complaints.views.acting import CONFLICT, UNPROCESSABLE, form_methods, letter_of, posted
from outlets.spreadsheets import XLSX_TYPE

_NONE: Final = "没有找到这个号码的来信"


@never_cache
@allowed(Capability.LETTERS_READ)
@form_methods
def reveal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask why, then show the customer once; as a part of the letter's page, or as a page."""
    letter = letter_of(request, pk)
    if not standing_of(request.user, letter).handles:
        raise PermissionDenied
    form = RevealForm(posted(request))
    revealed, status = _revealed(request, letter, form)
    context = {"letter": letter, "form": form, "revealed": revealed}
    page = (
        "complaints/_reveal.html" if request.headers.get("HX-Request") else "complaints/reveal.html"
    )
    return render(request, page, context, status=status)


def _revealed(
    request: SignedInRequest, letter: Letter, form: RevealForm
) -> tuple[Revealed | None, int]:
    if not form.is_bound:
        return None, 200
    if not form.is_valid():
        return None, UNPROCESSABLE
    try:
        return customer_reveal(letter=letter, actor=request.user, **form.cleaned_data), 200
    except ValidationError as error:
        for name, problems in error.message_dict.items():
            form.add_error(name, problems)
        return None, UNPROCESSABLE
    except ActRefused as error:
        form.add_error(None, str(error))
        return None, CONFLICT


@never_cache
@sensitive_post_parameters("number", "name")
@allowed(Capability.LETTERS_SETTINGS)
@form_methods
def subject(request: SignedInRequest) -> HttpResponse:
    """What is kept of one person, as a file; posted, so that the number is in no URL."""
    form = SubjectForm(posted(request))
    if form.is_valid() and (content := _subject_file(request, form)):
        response = HttpResponse(content, content_type=XLSX_TYPE)
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=f"个人信息查询_{timezone.localdate():%Y%m%d}.xlsx"
        )
        return response
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "complaints/subject.html", {"form": form}, status=status)


@transaction.atomic
def _subject_file(request: SignedInRequest, form: SubjectForm) -> bytes:
    """The file, on the record; empty, with a word in the form, when there is nothing to give."""
    chosen = form.cleaned_data
    try:
        held = held_of(request.user, chosen["number"], chosen["name"])
    except SeveralPeople as error:
        form.add_error("name", str(error))
        return b""
    if not held:
        form.add_error("number", _NONE)
        return b""
    audit_add(
        event="letter.subject_export",
        actor=request.user,
        subject=f"{len(held)} 封来信",
        reason=redact(chosen["reason"], chosen["name"]),
        letters=[one.letter.reference for one in held],
    )
    unit = request.user.unit
    return subject_file(held, unit.branch_id if unit else 0)
