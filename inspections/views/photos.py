"""Photos are served from here only, to who may see the answer they belong to."""

import uuid as uuids

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from inspections.models import Evidence
from inspections.selectors.firewall import evidence_visible_to
from inspections.services.evidence import small_name

_DAY = 24 * 3600


@allowed(Capability.INSPECTIONS_READ)
@require_safe
def photo(request: SignedInRequest, uuid: uuids.UUID, size: str = "") -> HttpResponse:
    """A photo, whole or small."""
    found = get_object_or_404(evidence_visible_to(request.user), uuid=uuid)
    return photo_response(found, small=bool(size))  # type: ignore[return-value]


def photo_response(evidence: Evidence, *, small: bool) -> FileResponse:
    """The file itself: JPEG whatever it was, for this user's browser only."""
    name = str(evidence.file.name)
    name = small_name(name) if small else name
    response = FileResponse(default_storage.open(name), content_type="image/jpeg")
    response["Content-Disposition"] = f'inline; filename="{evidence.uuid}.jpg"'
    response["Cache-Control"] = f"private, max-age={_DAY}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
