"""Service files as PDF."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from reports.services.service_files import service_file_make
from tellers.forms.files import FileSoughtForm
from tellers.selectors.files import FileSought, files_visible_to


@allowed(Capability.RECORDS_READ)
@require_POST
def file_make(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a file made as the user reads it; the document follows."""
    person = get_object_or_404(files_visible_to(request.user), pk=pk)
    form = FileSoughtForm(request.POST)
    sought = FileSought(**form.cleaned_data) if form.is_valid() else FileSought()
    made = service_file_make(person=person, sought=sought, actor=request.user)
    return redirect("reports:document", made.pk)
