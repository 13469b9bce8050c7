"""The branch's months: rolled up, published inside, closed, corrected."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import tried
from accounts.roles import Capability
from outlets.models import Unit
from outlets.months import Month
from reports.closing import CLOSED, IllegalTransition, check_move, figures_move
from reports.forms.months import CorrectionForm
from reports.selectors.corrections import (
    CorrectionView,
    corrections_visible_to,
    differences_shown,
    letters_awaiting,
)
from reports.selectors.months import MonthView, month_view, month_views, months_shown
from reports.selectors.waiting import pending_of
from reports.services.corrections import CorrectionError, correction_issue
from reports.services.months import CLOSE, ROLLUP, job_for_months, month_publish


@allowed(Capability.MONTHS_CLOSE)
@require_safe
def months(request: SignedInRequest) -> HttpResponse:
    """Every month with its state, newest first."""
    branch = _branch(request)
    today = timezone.localdate()
    views = month_views(branch, months_shown(branch, today))
    return render(
        request,
        "reports/months.html",
        {"views": views, "to_do": _to_do(views, today.replace(day=1))},
    )


@allowed(Capability.MONTHS_CLOSE)
@require_safe
def month(request: SignedInRequest, month: Month) -> HttpResponse:
    """One month: what it holds, what waits, what can be done."""
    view = month_view(_branch(request), month)
    return render(
        request,
        "reports/month.html",
        {
            "view": view,
            "month": month,
            "waiting": pending_of(view.record) if view.record else [],
            "is_over": month.last < timezone.localdate(),
            "form": CorrectionForm(),
        },
    )


@allowed(Capability.MONTHS_CLOSE)
@require_POST
def rollup(request: SignedInRequest, month: Month) -> HttpResponse:
    """Ask for a roll-up."""
    branch = _branch(request)
    if not figures_move(month_view(branch, month).state):
        messages.error(request, f"{month.label}已封账，不能重新汇总；如有新的结果，请发更正。")
    else:
        job_for_months(kind=ROLLUP, branches=[branch], month=month, actor=request.user)
        messages.success(request, f"已开始汇总{month.label}。")
    return redirect("reports:month", month)


@allowed(Capability.MONTHS_CLOSE)
@require_POST
def publish(request: SignedInRequest, month: Month) -> HttpResponse:
    """Publish the month inside."""
    act = partial(month_publish, branch=_branch(request), month=month, actor=request.user)
    tried(request, act, f"{month.label}已内部公示。")
    return redirect("reports:month", month)


@allowed(Capability.MONTHS_CLOSE)
@require_POST
def close(request: SignedInRequest, month: Month) -> HttpResponse:
    """Ask for the month to be closed."""
    branch = _branch(request)
    try:
        check_move(month_view(branch, month).state, CLOSED)
    except IllegalTransition as error:
        messages.error(request, f"{error}。")
    else:
        job_for_months(kind=CLOSE, branches=[branch], month=month, actor=request.user)
        messages.success(request, f"已开始封账{month.label}。")
    return redirect("reports:month", month)


@allowed(Capability.MONTHS_CLOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: SignedInRequest, month: Month) -> HttpResponse:
    """Issue a correction with its reason."""
    branch = _branch(request)
    view = month_view(branch, month)
    if view.record is None:
        raise Http404
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = correction_issue(
                branch=branch,
                month=month,
                reason=form.cleaned_data["reason"],
                actor=request.user,
            )
        except CorrectionError as error:
            form.add_error(None, f"{error}。")
        else:
            messages.success(request, f"{month.label}第{issued.number}号更正已发出。")
            return redirect("reports:correction", issued.pk)
    status = 422 if form.errors else 200
    context = {"view": view, "month": month, "form": form, "waiting": pending_of(view.record)}
    return render(request, "reports/correct.html", context, status=status)


@allowed(Capability.LEAGUE_READ)
@require_safe
def corrections(request: SignedInRequest) -> HttpResponse:
    """The corrections issued, newest month first."""
    rows = [CorrectionView(row) for row in corrections_visible_to(request.user)]
    waiting = letters_awaiting(request.user)
    return render(request, "reports/corrections.html", {"rows": rows, "waiting": waiting})


@allowed(Capability.LEAGUE_READ)
@require_safe
def correction(request: SignedInRequest, pk: int) -> HttpResponse:
    """One correction: old beside new, with the ranks that changed."""
    row = get_object_or_404(corrections_visible_to(request.user), pk=pk)
    return render(
        request,
        "reports/correction.html",
        {
            "row": CorrectionView(row),
            "differences": differences_shown(request.user, row),
            "month": Month.of(row.month_close.month),
        },
    )


def _branch(request: SignedInRequest) -> Unit:
    unit = request.user.unit
    if unit is None:
        raise Http404
    return unit.branch


def _to_do(views: list[MonthView], this_month: date) -> list[MonthView]:
    """The months that are over and not closed yet, oldest first."""
    return [
        view
        for view in reversed(views)
        if view.state != CLOSED and view.month.first != this_month and view.coverage.outlets
    ]
