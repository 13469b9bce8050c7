"""Pages of visits: the inspector's day, the plan, giving visits out."""

from collections import Counter
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods
from accounts.models import User
from accounts.roles import Capability
from inspections.forms.checklists import add_errors
from inspections.forms.visits import (
    AssignForm,
    ChosenVisitsForm,
    PlanForm,
    VisitFilterForm,
    VisitForm,
)
from inspections.models import Channel, Visit
from inspections.selectors.firewall import visits_visible_to
from inspections.selectors.visits import (
    coverage_of,
    day_plan,
    inspectors_visible_to,
    plannable_units,
    visits_listed,
)
from inspections.services.visits import (
    OPEN_STATES,
    VisitNotOpen,
    VisitPlan,
    visit_update,
    visits_assign,
    visits_cancel,
    visits_create,
)
from outlets.models import Unit
from outlets.months import InvalidMonth, Month

PAGE_SIZE = 100
UNPROCESSABLE = 422


@allowed(Capability.VISITS_SCORE)
@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """What the inspector or shopper has to do, now and soon."""
    day = timezone.localdate()
    plan = day_plan(request.user, day)
    return render(request, "inspections/today.html", {"plan": plan, "today": day})


@allowed(Capability.VISITS_PLAN, Capability.COVERT_COORDINATE)
@require_safe
def visits(request: SignedInRequest) -> HttpResponse:
    """The plan of a month (this one unless told), filtered, with its coverage."""
    month = Month.of(timezone.localdate())
    form = VisitFilterForm(request.GET or {"month": str(month)}, user=request.user)
    sought = form.sought()
    listed = visits_listed(request.user, sought)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    plans = request.user.can(Capability.VISITS_PLAN)
    return render(
        request,
        "inspections/visits.html",
        {
            "form": form,
            "page_obj": page,
            "counts": _by_state(page.paginator.count, listed),
            "coverage": coverage_of(request.user, sought.month or month) if plans else None,
            "may_plan": plans,
            "inspectors": inspectors_visible_to(request.user),
            "open_states": OPEN_STATES,
        },
    )


def _by_state(total: int, listed: Any) -> list[tuple[str, int]]:
    """How many of the listed visits are in which state, in words."""
    if not total:
        return []
    counts = Counter(listed.order_by().values_list("state", flat=True))
    return [(state.label, counts[state]) for state in Visit.State if counts[state]]


@allowed(Capability.VISITS_PLAN)
@form_methods
def visit_create(request: SignedInRequest) -> HttpResponse:
    """Give out visits: many outlets at once, the inspectors in turn."""
    user, posted = request.user, request.method == "POST"
    initial = {} if posted else _initial(request)
    form = PlanForm(request.POST if posted else None, user=user, initial=initial)
    if form.is_valid():
        try:
            made = visits_create(plan=_plan(form), actor=user)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"已派发{len(made)}项任务")
            return redirect(_month_url(made[0]))
    context = {"form": form, "groups": _groups(form, user), "people": _people(form, user)}
    return render(
        request, "inspections/visit_create.html", context, status=UNPROCESSABLE if posted else 200
    )


def _plan(form: PlanForm) -> VisitPlan:
    given = form.cleaned_data
    return VisitPlan(
        **given | {"units": list(given["units"]), "inspectors": list(given["inspectors"])}
    )


def _month_url(visit: Visit) -> str:
    return f"{reverse('inspections:visits')}?month={Month.of(visit.not_before)}"


def _initial(request: SignedInRequest) -> dict[str, Any]:
    """The month to plan, and with `missing` the outlets it has not reached yet."""
    day = timezone.localdate()
    try:
        month = Month.parse(request.GET.get("month", ""))
    except InvalidMonth:
        month = Month.of(day)
    channel = request.GET.get("missing", "")
    initial: dict[str, Any] = {
        "not_before": max(month.first, day) if month == Month.of(day) else month.first,
        "not_after": month.last,
        "channel": channel if channel in Channel.values else Channel.OPEN,
    }
    if channel in (Channel.OPEN, Channel.COVERT):
        initial["units"] = coverage_of(request.user, month).missing[channel]
    return initial


def _groups(form: PlanForm, user: User) -> list[tuple[str, list[Unit], set[str]]]:
    """The outlets by the unit above them, and which of them are ticked."""
    value = form["units"].value() or []
    ticked = {str(one.pk if isinstance(one, Unit) else one) for one in value}
    units = plannable_units(user).select_related("parent")
    return [
        (parent, list(rows), ticked)
        for parent, rows in groupby(units, key=lambda unit: _above(unit).short_name)
    ]


def _above(unit: Unit) -> Unit:
    """What an outlet is listed under: its parent; an institution that serves, under itself."""
    is_outlet = unit.kind == Unit.Kind.OUTLET
    return unit.parent if is_outlet and unit.parent is not None else unit


def _people(form: PlanForm, user: User) -> list[tuple[User, bool]]:
    """Who can be sent, and whether ticked."""
    ticked = {str(one) for one in form["inspectors"].value() or []}
    return [(one, str(one.pk) in ticked) for one in inspectors_visible_to(user)]


@allowed(Capability.VISITS_PLAN)
@form_methods
def visit_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a visit's window or change its hint."""
    visit = get_object_or_404(
        visits_visible_to(request.user).select_related("unit", "wave", "inspector"), pk=pk
    )
    posted = request.method == "POST"
    initial = {name: getattr(visit, name) for name in ("not_before", "not_after", "note")}
    form = VisitForm(request.POST if posted else None, initial=initial)
    if form.is_valid():
        try:
            visit_update(visit=visit, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        except VisitNotOpen as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "任务已修改")
            return redirect(_month_url(visit))
    return render(
        request,
        "inspections/visit_edit.html",
        {"form": form, "visit": visit},
        status=UNPROCESSABLE if posted else 200,
    )


@allowed(Capability.COVERT_COORDINATE)
@require_POST
def assign(request: SignedInRequest) -> HttpResponse:
    """Give the ticked visits to somebody."""
    form = AssignForm(request.POST, user=request.user)
    if not form.is_valid():
        return _back(request, _first_error(form))
    inspector = form.cleaned_data["inspector"]
    try:
        count = visits_assign(
            visits=form.cleaned_data["visits"], inspector=inspector, actor=request.user
        )
    except (ValidationError, VisitNotOpen) as error:
        return _back(request, "；".join(getattr(error, "messages", [str(error)])))
    messages.success(request, f"已把{count}项任务派给{inspector.name}")
    return _back(request)


@allowed(Capability.VISITS_PLAN)
@require_POST
def cancel(request: SignedInRequest) -> HttpResponse:
    """Take the ticked visits back."""
    form = ChosenVisitsForm(request.POST, user=request.user)
    if not form.is_valid():
        return _back(request, _first_error(form))
    try:
        count = visits_cancel(visits=form.cleaned_data["visits"], actor=request.user)
    except VisitNotOpen as error:
        return _back(request, str(error))
    messages.success(request, f"已取消{count}项任务")
    return _back(request)


def _first_error(form: Any) -> str:
    return str(next(iter(form.errors.values()))[0])


def _back(request: SignedInRequest, error: str = "") -> HttpResponse:
    """To the list as it was filtered."""
    if error:
        messages.error(request, error)
    response = redirect("inspections:visits")
    response["Location"] += f"?{request.GET.urlencode()}" if request.GET else ""
    return response
