"""The working calendar: a year's exceptional days."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from outlets.forms.calendar import DayForm, YearForm
from outlets.selectors import calendar_days, calendar_warning
from outlets.selectors.calendar import calendar_years, year_view
from outlets.services import calendar_day_set, calendar_seed


@allowed(Capability.UNITS_READ)
@require_safe
def calendar(request: SignedInRequest) -> HttpResponse:
    """One year, its holidays and worked weekends."""
    today = timezone.localdate()
    chosen = YearForm(request.GET)
    year = chosen.cleaned_data["year"] if chosen.is_valid() else today.year
    return _page(request, year, DayForm(initial={"date": request.GET.get("day")}))


@allowed(Capability.UNITS_EDIT)
@require_POST
def calendar_day(request: SignedInRequest) -> HttpResponse:
    """Make a day a holiday, a working day, or an ordinary one."""
    form = DayForm(request.POST)
    if not form.is_valid():
        return _page(request, timezone.localdate().year, form, status=422)
    day = form.cleaned_data["date"]
    calendar_day_set(day=day, is_working=form.is_working, name=form.cleaned_data["name"])
    messages.success(request, f"已保存{day}的安排。")
    return redirect(f"{reverse('outlets:calendar')}?year={day.year}")


@allowed(Capability.UNITS_EDIT)
@require_POST
def calendar_fill(request: SignedInRequest) -> HttpResponse:
    """Take over the announced holidays of a year."""
    form = YearForm(request.POST)
    if not form.is_valid():
        return _page(request, timezone.localdate().year, DayForm(), status=422)
    year = form.cleaned_data["year"]
    try:
        added = calendar_seed(year=year)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{year}年的节假日安排已录入，新增{added}天。")
    return redirect(f"{reverse('outlets:calendar')}?year={year}")


def _page(request: SignedInRequest, year: int, form: DayForm, **response: Any) -> HttpResponse:
    today = timezone.localdate()
    days = list(calendar_days(year))
    return render(
        request,
        "outlets/calendar.html",
        {
            "year": year,
            "months": year_view(year, days),
            "days": days,
            "working": sum(day.is_working for day in days),
            "years": sorted({*calendar_years(), year, today.year, today.year + 1}, reverse=True),
            "form": form,
            "warning": calendar_warning(today),
            "may_edit": request.user.can(Capability.UNITS_EDIT),
        },
        **response,
    )
