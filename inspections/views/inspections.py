"""Pages of inspections: the list, one inspection, returning, releasing, the covert waves."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, tried
from accounts.models import User
from accounts.roles import Capability
from inspections.forms.visits import (
    ChosenInspectionsForm,
    InspectionFilterForm,
    ReturnForm,
)
from inspections.models import Answer, Channel, Inspection
from inspections.selectors.firewall import (
    inspections_visible_to,
    knows_shoppers,
    redacted,
    released,
    waves_visible_to,
)
from inspections.selectors.inspections import (
    inspection_page,
    inspections_listed,
    successor_of,
)
from inspections.selectors.visits import wave_tables
from inspections.services.releases import NotReleasable, inspections_release, wave_release
from inspections.services.submissions import inspection_return

PAGE_SIZE = 50
UNPROCESSABLE = 422


@allowed(Capability.INSPECTIONS_READ)
@require_safe
def inspections(request: SignedInRequest) -> HttpResponse:
    """The inspections this user may read, filtered and sorted."""
    user = request.user
    form = InspectionFilterForm(request.GET, user=user)
    sought = form.sought()
    page = Paginator(inspections_listed(user, sought), PAGE_SIZE).get_page(request.GET.get("page"))
    page.object_list = redacted(user, page.object_list)
    return render(
        request,
        "inspections/inspections.html",
        {
            "form": form,
            "page_obj": page,
            "sort": sought.sort,
            "waiting": _waiting(user),
            "may_release": user.can(Capability.INSPECTIONS_RELEASE),
            "releasable": _releasable(user, page.object_list),
            "knows_shoppers": knows_shoppers(user),
            "shows_scores": user.role != "TELLER",
        },
    )


def _releasable(user: User, shown: list[Inspection]) -> bool:
    """Whether any of the rows can be ticked for release."""
    waiting = (one.state == Inspection.State.SUBMITTED for one in shown if one.channel != "COVERT")
    return user.can(Capability.INSPECTIONS_RELEASE) and any(waiting)


def _waiting(user: User) -> int:
    """How many open inspections wait for the service office; covert ones wait in their waves."""
    if not user.can(Capability.INSPECTIONS_RELEASE):
        return 0
    submitted = inspections_visible_to(user).filter(state=Inspection.State.SUBMITTED)
    return submitted.exclude(channel=Channel.COVERT).count()


@allowed(Capability.INSPECTIONS_READ)
@require_safe
def inspection(request: SignedInRequest, pk: int) -> HttpResponse:
    """One inspection: what was found, item by item."""
    found = _inspection(request, pk)
    releases = request.user.can(Capability.INSPECTIONS_RELEASE)
    waits = found.state == Inspection.State.SUBMITTED
    return render(
        request,
        "inspections/inspection.html",
        {
            "page": inspection_page(request.user, found),
            "may_return": releases and waits and found.visit_id is not None,
            "may_release": releases and waits and found.channel != Channel.COVERT,
            "may_record": request.user.can(Capability.RECORDS_EDIT) and names_somebody(found),
            "reads_rules": request.user.can(Capability.CHECKLISTS_READ),
            "is_teller": request.user.role == "TELLER",
            "successor": successor_of(request.user, found),
        },
    )


def names_somebody(inspection: Inspection) -> bool:
    """Whether a mark was lost by somebody's fault, in an inspection that the line may know of."""
    lost = Answer.objects.filter(released("inspection__"), inspection=inspection)
    return lost.filter(earned__lt=F("possible"), staff__isnull=False).exists()


def _inspection(request: SignedInRequest, pk: int) -> Inspection:
    seen = inspections_visible_to(request.user).select_related(
        "unit__parent", "inspector", "version__checklist", "wave", "released_by"
    )
    return get_object_or_404(seen, pk=pk)


@allowed(Capability.INSPECTIONS_RELEASE)
@form_methods
def send_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Return an inspection with a reason."""
    found = _inspection(request, pk)
    posted = request.method == "POST"
    form = ReturnForm(request.POST if posted else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        act = partial(inspection_return, inspection=found, reason=reason, actor=request.user)
        tried(request, act, f"检查{found.number}已退回，检查人可以补正后重新提交")
        return redirect("inspections:inspection", pk)
    return render(
        request,
        "inspections/inspection_return.html",
        {"form": form, "inspection": found},
        status=UNPROCESSABLE if posted else 200,
    )


@allowed(Capability.INSPECTIONS_RELEASE)
@require_POST
def release(request: SignedInRequest) -> HttpResponse:
    """Release the ticked inspections, all or none."""
    form = ChosenInspectionsForm(request.POST, user=request.user)
    back = redirect(f"{reverse('inspections:inspections')}?{request.GET.urlencode()}")
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return back
    ids = [one.pk for one in form.cleaned_data["inspections"]]
    try:
        count = inspections_release(inspection_ids=ids, actor=request.user)
    except NotReleasable as error:
        messages.error(request, f"没有发布任何检查：{error}")
    else:
        done = f"已发布{count}次检查，排名随即更新" if count else "所选检查此前已发布"
        messages.success(request, done)
    return back


@allowed(Capability.COVERT_COORDINATE)
@require_safe
def waves(request: SignedInRequest) -> HttpResponse:
    """The covert waves and how far each is."""
    return render(
        request,
        "inspections/waves.html",
        {
            "tables": wave_tables(request.user),
            "may_release": request.user.can(Capability.INSPECTIONS_RELEASE),
        },
    )


@allowed(Capability.INSPECTIONS_RELEASE)
@require_POST
def wave_out(request: SignedInRequest, pk: int) -> HttpResponse:
    """Release a whole wave."""
    wave = get_object_or_404(waves_visible_to(request.user), pk=pk)
    try:
        count = wave_release(wave=wave, actor=request.user)
    except NotReleasable as error:
        messages.error(request, str(error))
    else:
        done = f"{wave}已发布，共{count}次检查" if count else f"{wave}此前已发布"
        messages.success(request, done)
    return redirect("inspections:waves")
