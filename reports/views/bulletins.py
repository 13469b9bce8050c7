"""Bulletins: the list, issuing one, its page with a preview, its file."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.months import Month
from reports.bulletins import words
from reports.bulletins.figures import BulletinError
from reports.download import pdf_response
from reports.forms.bulletins import BulletinForm
from reports.selectors.bulletins import bulletins_visible_to, months_to_issue
from reports.services.bulletins import bulletin_issue, bulletin_request
from reports.services.files import is_whole

PER_PAGE: Final = 24


@allowed(Capability.BULLETINS_READ)
@require_safe
def bulletins(request: SignedInRequest) -> HttpResponse:
    """The bulletins issued, newest first."""
    page = Paginator(bulletins_visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "reports/bulletins.html",
        {
            "page_obj": page,
            "rows": [(each, words.title_of(Month.of(each.month), each.edition)) for each in page],
            "may_issue": request.user.can(Capability.BULLETINS_ISSUE),
            "months": months_to_issue(request.user),
        },
    )


@allowed(Capability.BULLETINS_ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedInRequest) -> HttpResponse:
    """Choose a month and a date; the bulletin is numbered at once, its file follows."""
    months = months_to_issue(request.user)
    initial = {"month": request.GET.get("month")}
    form = BulletinForm(request.POST or None, months=months, initial=initial)
    if request.method == "POST" and form.is_valid() and request.user.unit is not None:
        try:
            issued = bulletin_issue(
                branch=request.user.unit.branch,
                month=form.cleaned_data["month"],
                actor=request.user,
                issued_on=form.cleaned_data["issued_on"],
            )
        except BulletinError as error:
            form.add_error(error.field or "month", str(error))
        else:
            messages.success(request, f"已编为{issued}，正在生成文件。")
            return redirect("reports:bulletin", issued.pk)
    context = {"form": form, "months": months}
    return render(
        request, "reports/bulletin_issue.html", context, status=422 if form.is_bound else 200
    )


@allowed(Capability.BULLETINS_READ)
@require_safe
def bulletin(request: SignedInRequest, pk: int) -> HttpResponse:
    """One bulletin: what it is, how far its file is, the file itself."""
    found = get_object_or_404(bulletins_visible_to(request.user), pk=pk)
    return render(
        request,
        "reports/bulletin.html",
        {
            "bulletin": found,
            "title": words.title(found.figures),
            "is_whole": is_whole(found),
            "lead": words.lead(found.figures)[0],
            "may_issue": request.user.can(Capability.BULLETINS_ISSUE),
        },
    )


@allowed(Capability.BULLETINS_READ)
@require_safe
def file(request: SignedInRequest, pk: int) -> HttpResponse:
    """The PDF, shown in the page or, with ?download=1, saved under its Chinese name."""
    found = get_object_or_404(bulletins_visible_to(request.user), pk=pk)
    if not is_whole(found):
        raise Http404
    name = words.file_name(found.figures)
    return pdf_response(found, name, attachment=bool(request.GET.get("download")))


@allowed(Capability.BULLETINS_ISSUE)
@require_POST
def render_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask once more for a file that failed or is missing."""
    found = get_object_or_404(bulletins_visible_to(request.user), pk=pk)
    if not is_whole(found):
        bulletin_request(bulletin=found, actor=request.user)
        messages.success(request, "已重新提交生成。")
    return redirect("reports:bulletin", found.pk)
