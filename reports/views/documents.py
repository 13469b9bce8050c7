"""Documents: the page of one with its progress and preview, its file."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from reports.download import pdf_response
from reports.selectors.documents import documents_visible_to
from reports.services.documents import document_request
from reports.services.files import is_whole

# Who may have any document at all; which ones is the selector's matter.
READERS: Final = (Capability.BULLETINS_READ, Capability.RECORDS_READ)


@allowed(*READERS)
@require_safe
def document(request: SignedInRequest, pk: int) -> HttpResponse:
    """One document: how far its file is, and the file itself."""
    found = get_object_or_404(documents_visible_to(request.user), pk=pk)
    context = {"document": found, "is_whole": is_whole(found)}
    return render(request, "reports/document.html", context)


@allowed(*READERS)
@require_safe
def file(request: SignedInRequest, pk: int) -> HttpResponse:
    """The PDF, shown in the page or, with ?download=1, saved under its Chinese name."""
    found = get_object_or_404(documents_visible_to(request.user), pk=pk)
    if not is_whole(found):
        raise Http404
    return pdf_response(found, f"{found.title}.pdf", attachment=bool(request.GET.get("download")))


@allowed(*READERS)
@require_POST
def render_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask once more for a file that failed or is missing."""
    found = get_object_or_404(documents_visible_to(request.user), pk=pk)
    if not is_whole(found):
        document_request(document=found, actor=request.user)
        messages.success(request, "已重新提交生成。")
    return redirect("reports:document", found.pk)
