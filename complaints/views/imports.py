"""Letters from a file: checked first, then taken over. Between the two the file is kept sealed."""

from functools import partial
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods
from accounts.roles import Capability
from complaints.sealing import seal, unseal
from complaints.views.attachments import InMemory
from outlets.importing import kinds
from outlets.views.imports import Door, import_page, template_response

_PURPOSE: Final = "import:letters"
DOOR: Final = Door(
    "letters",
    "complaints:import_letters",
    "complaints:import_letters_template",
    "complaints:letters",
    dated=False,
    seal=partial(seal, purpose=_PURPOSE),
    unseal=partial(unseal, purpose=_PURPOSE),
)


@csrf_exempt
def import_letters(request: HttpRequest) -> HttpResponseBase:
    """Upload and check a file, kept in memory; then, with the token of the check, take it over."""
    request.upload_handlers = [InMemory(request)]
    return _import(request)


@csrf_protect
@allowed(Capability.LETTERS_TRIAGE)
@form_methods
def _import(request: SignedInRequest) -> HttpResponse:
    return import_page(request, DOOR)


@allowed(Capability.LETTERS_TRIAGE)
@require_safe
def import_letters_template(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """The .xlsx to fill in."""
    return template_response(kinds()["letters"])
