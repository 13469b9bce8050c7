"""Service files: whose there are, one of them, what its person says about it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability, Role
from outlets.models import Staff
from outlets.selectors import units_visible_to
from outlets.selectors.staff import SoughtStaff
from tellers.forms.files import CommentForm, FileFilterForm, FileSoughtForm
from tellers.selectors.files import MEASURES, FileSought, files_listed, files_visible_to
from tellers.services.files import comment_add, file_read
from tellers.services.refusals import RecordRefused

PAGE_SIZE = 50


@allowed(Capability.RECORDS_READ)
@require_safe
def files(request: SignedInRequest) -> HttpResponse:
    """Everybody whose file may be opened; a teller is sent to the own one."""
    if request.user.role == Role.TELLER and request.user.staff_id:
        return redirect("tellers:file", request.user.staff_id)
    form = FileFilterForm(request.GET, units=units_visible_to(request.user))
    sought = SoughtStaff(**form.cleaned_data) if form.is_valid() else SoughtStaff()
    listed = files_listed(request.user, sought, timezone.localdate())
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "tellers/files.html", {"form": form, "page_obj": page})


@allowed(Capability.RECORDS_READ)
@require_safe
def file(request: SignedInRequest, pk: int) -> HttpResponse:
    """One file; that somebody else's was read is written down."""
    person = _person_or_404(request, pk)
    form = FileSoughtForm(request.GET)
    sought = FileSought(**form.cleaned_data) if form.is_valid() else FileSought()
    found = file_read(user=request.user, person=person, sought=sought)
    own = request.user.staff_id == person.pk
    context = {"file": found, "person": person, "is_own": own, "measures": MEASURES}
    return render(request, "tellers/file.html", context)


@allowed(Capability.RECORDS_READ)
@require_POST
def comment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say something about an entry of the own file."""
    person = _person_or_404(request, pk)
    form = CommentForm(request.POST)
    try:
        if form.is_valid():
            comment_add(person=person, actor=request.user, **form.cleaned_data)
            messages.success(request, "意见已记入档案。")
        else:
            messages.error(request, "意见没有记下：请填写意见，不超过 500 字。")
    except (RecordRefused, ValidationError) as refused:
        said = refused.messages[0] if isinstance(refused, ValidationError) else str(refused)
        messages.error(request, f"意见没有记下：{said}。")
    return redirect(f"{reverse('tellers:file', args=[pk])}#{request.POST.get('entry', '')[:40]}")


def _person_or_404(request: SignedInRequest, pk: int) -> Staff:
    return get_object_or_404(files_visible_to(request.user), pk=pk)
