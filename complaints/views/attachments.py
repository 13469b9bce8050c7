"""Attachments of letters: uploading, and handing them out to who may have them."""

import uuid as uuids
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods
from accounts.models import User
from accounts.roles import Capability
from complaints.files import MAX_BYTES
from complaints.forms.handling import AttachmentForm
from complaints.models import Attachment
from complaints.selectors.letter_page import may_open
from complaints.selectors.letters import letters_visible_to
from complaints.selectors.standing import standing_of
from complaints.services.attachments import attachment_add, attachment_read
from complaints.views.acting import Words, act_page, letter_of

_OVERHEAD: Final = 1024 * 1024


class InMemory(MemoryFileUploadHandler):
    """Keeps an upload in memory: one of Django's own temporary files would lie on the disk in clear."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Whatever its size, as far as attachments go; more is not read (413)."""
        self.activated = True
        length = self.request.META.get("CONTENT_LENGTH") if self.request else None
        if int(length or 0) > MAX_BYTES + _OVERHEAD:
            raise RequestDataTooBig


@csrf_exempt
def attach(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Add a file to the letter."""
    request.upload_handlers = [InMemory(request)]
    return _attach(request, pk)


@csrf_protect
@allowed(Capability.LETTERS_READ)
@form_methods
def _attach(request: SignedInRequest, pk: int) -> HttpResponse:
    found = letter_of(request, pk)
    standing = standing_of(request.user, found)
    if not (standing.handles or standing.speaks):
        raise PermissionDenied

    def do(form: AttachmentForm) -> str:
        name, content = form.content()
        _, is_new = attachment_add(
            letter=found,
            kind=form.cleaned_data["kind"],
            name=name,
            content=content,
            actor=request.user,
        )
        return "附件已保存" if is_new else "这个文件已经上传过了"

    bound = (request.POST, request.FILES) if request.method == "POST" else ()
    words = Words("上传附件", "录像截取、业务凭证等，作为调查和认定的依据。", "上传", "upload")
    return act_page(request, found, AttachmentForm(*bound), words, do)


@allowed(Capability.LETTERS_READ)
@require_safe
def attachment(request: SignedInRequest, uuid: uuids.UUID) -> HttpResponse:
    """An attachment, opened for who may have it; on record."""
    seen = Attachment.objects.filter(letter__in=letters_visible_to(request.user))
    found = get_object_or_404(seen.select_related("letter"), uuid=uuid)
    if not may_open(found, standing_of(request.user, found.letter)):
        raise PermissionDenied
    return file_response(found, request.user)


def file_response(found: Attachment, actor: User) -> HttpResponse:
    """The file as a download that no browser runs; reading it is on record."""
    content = attachment_read(attachment=found, actor=actor)
    response = HttpResponse(content, content_type=found.media_type)
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox"
    return response
