"""Circulars: the list, issuing one, the way from a number to its document."""

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import UNPROCESSABLE, refused
from accounts.refusals import Refused
from accounts.roles import Capability
from reports.forms.circulars import CircularForm
from reports.models import Document
from reports.selectors.circulars import circulars_visible_to
from reports.services.circulars import circular_issue
from tellers.selectors.discipline import penalties_to_circulate

PER_PAGE: Final = 24


@allowed(Capability.BULLETINS_READ)
@require_safe
def circulars(request: SignedInRequest) -> HttpResponse:
    """The circulars issued, newest first."""
    page = Paginator(circulars_visible_to(request.user), PER_PAGE).get_page(request.GET.get("page"))
    issues = request.user.can(Capability.BULLETINS_ISSUE)
    context = {
        "page_obj": page,
        "may_issue": issues,
        "waiting": penalties_to_circulate(request.user).order_by().count() if issues else 0,
    }
    return render(request, "reports/circulars.html", context)


@allowed(Capability.BULLETINS_ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: SignedInRequest) -> HttpResponse:
    """Choose penalties and a date; the circular is numbered at once, its file follows."""
    penalties = penalties_to_circulate(request.user)
    posted = request.POST if request.method == "POST" else None
    form = CircularForm(posted, penalties=penalties)
    status = 200
    if form.is_bound:
        made, status = _issued(request, form)
        if made is not None:
            messages.success(request, f"已编为{made.title}，正在生成文件。")
            return redirect("reports:document", made.pk)
    context = {
        "form": form,
        "penalties": list(penalties),
        "ticked": set(map(str, form["penalties"].value() or [])),
        "fields": [form[name] for name in ("issued_on", "title", "demand")],
    }
    return render(request, "reports/circular_issue.html", context, status=status)


def _issued(request: SignedInRequest, form: CircularForm) -> tuple[Document | None, int]:
    """The circular of a valid form; else None and the page's status."""
    if not form.is_valid() or request.user.unit is None:
        return None, UNPROCESSABLE
    try:
        branch = request.user.unit.branch
        return circular_issue(branch=branch, facts=form.facts(), actor=request.user), 200
    except Refused as error:
        return None, refused(form, error)


@allowed(Capability.BULLETINS_READ)
@require_safe
def circular(request: SignedInRequest, year: int, number: int) -> HttpResponse:
    """The document of a number."""
    found = get_object_or_404(circulars_visible_to(request.user), year=year, number=number)
    return redirect("reports:document", found.pk)
