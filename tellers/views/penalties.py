"""Penalties: the list, one of them, deciding, telling, appealing, deciding an appeal."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted, tried
from accounts.roles import Capability
from tellers.forms.penalties import AppealDecideForm, AppealForm, DecideForm, PenaltyFilterForm
from tellers.models import Penalty
from tellers.selectors.discipline import (
    penalties_listed,
    penalties_visible_to,
    penalties_waiting_for,
    violations_visible_to,
)
from tellers.selectors.discipline_figures import discipline_years
from tellers.selectors.files import files_visible_to
from tellers.selectors.penalty_acts import penalty_acts, steps_of
from tellers.services.penalties import (
    penalties_approve,
    penalties_notify,
    penalty_appeal,
    penalty_appeal_decide,
    penalty_decide,
    penalty_notify,
)
from tellers.services.refusals import RecordRefused
from tellers.views.acting import Words, act_page

PER_PAGE: Final = 50
MOST: Final = 200  # acted on at a time


@allowed(Capability.RECORDS_READ)
@require_safe
def penalties(request: SignedInRequest) -> HttpResponse:
    """The penalties the user sees, filtered and paged; by default those waiting for them are told."""
    years = discipline_years(request.user)
    form = PenaltyFilterForm(request.GET, user=request.user, years=years)
    sought = form.sought()
    found = penalties_listed(request.user, sought)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "people": found.order_by().values("staff").distinct().count(),
        "waiting": penalties_waiting_for(request.user).order_by().count(),
        "acts": _acts_of(request, page.object_list) if sought.waiting else {},
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
        "is_own": not request.user.can(Capability.LEAGUE_READ),
    }
    return render(request, "tellers/penalties.html", context)


def _acts_of(request: SignedInRequest, shown: Iterable[Penalty]) -> dict[str, bool]:
    """Which acts on several there are on the page: by the states of those that wait there."""
    states = {one.state for one in shown}
    return {
        "approve": Penalty.State.PROPOSED in states,
        "notify": Penalty.State.APPROVED in states and request.user.can(Capability.RECORDS_EDIT),
    }


@allowed(Capability.RECORDS_READ)
@require_safe
def penalty(request: SignedInRequest, pk: int) -> HttpResponse:
    """One penalty: for whom, on what, how far it has come, what to do next."""
    found = _penalty(request, pk)
    inside = request.user.can(Capability.RECORDS_CONFIRM)
    context = {
        "penalty": found,
        "violations": violations_visible_to(request.user).filter(penalties=found),
        "on": found.violations.count(),
        "acts": penalty_acts(request.user, found),
        "steps": steps_of(found, names=inside),
        "has_file": files_visible_to(request.user).filter(pk=found.staff_id).exists(),
        "reads_circulars": request.user.can(Capability.BULLETINS_READ),
    }
    return render(request, "tellers/penalty.html", context)


def _penalty(request: SignedInRequest, pk: int) -> Penalty:
    seen = penalties_visible_to(request.user)
    return get_object_or_404(seen.select_related("proposed_by", "approved_by", "decided_by"), pk=pk)


@allowed(Capability.RECORDS_CONFIRM)
@form_methods
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Approve or refuse one."""
    found = _penalty(request, pk)

    def do(form: DecideForm) -> str:
        penalty_decide(penalty=found, actor=request.user, **form.cleaned_data)
        return "处罚已批准" if form.cleaned_data["agreed"] else "处罚未予批准"

    words = _words(found, "审批处罚", "提出和审批是两个人。", "提交审批意见", "gavel")
    return act_page(request, DecideForm(posted(request)), words, do, penalty=found)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def notify(request: SignedInRequest, pk: int) -> HttpResponse:
    """Note that the person was told."""
    found = _penalty(request, pk)
    act = partial(penalty_notify, penalty=found, actor=request.user)
    tried(request, act, f"已记下告知{found.staff.name}的日期")
    return redirect("tellers:penalty", pk)


@allowed(Capability.RECORDS_CONFIRM)
@require_POST
def approve_many(request: SignedInRequest) -> HttpResponse:
    """Approve the ticked ones of those that wait, all or none."""
    return _many(request, Penalty.State.PROPOSED, penalties_approve, "已批准{}项处罚")


@allowed(Capability.RECORDS_EDIT)
@require_POST
def notify_many(request: SignedInRequest) -> HttpResponse:
    """Note that the people of the ticked ones were told."""
    return _many(request, Penalty.State.APPROVED, penalties_notify, "已记下告知{}项处罚的日期")


def _many(request: SignedInRequest, state: str, act: Callable[..., int], done: str) -> HttpResponse:
    """An act on those ticked that are in the state it needs; then the list of what waits."""
    ids = [int(one) for one in request.POST.getlist("penalties") if one.isdecimal()][:MOST]
    chosen = penalties_waiting_for(request.user).filter(pk__in=ids, state=state)
    try:
        number = act(penalties=chosen, actor=request.user)
    except RecordRefused as error:
        messages.error(request, str(error))
    else:
        if number:
            messages.success(request, done.format(number))
        else:
            messages.warning(request, "所选的处罚中没有可以这样办理的")
    return redirect(f"{reverse('tellers:penalties')}?waiting=on")


@allowed(Capability.RECORDS_READ)
@form_methods
def appeal(request: SignedInRequest, pk: int) -> HttpResponse:
    """The person's appeal; 403 for anybody else."""
    found = _penalty(request, pk)
    if request.user.staff_id != found.staff_id:
        raise PermissionDenied

    def do(form: AppealForm) -> str:
        penalty_appeal(penalty=found, actor=request.user, **form.cleaned_data)
        return "申诉已提交，等待处理"

    lead = "由提出处罚的人以外的人处理，结果会写在这项处罚里。"
    words = _words(found, "提出申诉", lead, "提交申诉", "message-report")
    return act_page(request, AppealForm(posted(request)), words, do, penalty=found)


@allowed(Capability.RECORDS_CONFIRM)
@form_methods
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide an appeal."""
    found = _penalty(request, pk)

    def do(form: AppealDecideForm) -> str:
        penalty_appeal_decide(penalty=found, actor=request.user, **form.cleaned_data)
        return "申诉成立，处罚已撤销" if form.cleaned_data["upheld"] else "申诉不成立，处罚维持"

    words = _words(found, "处理申诉", "决定会告知本人。", "作出决定", "gavel")
    return act_page(request, AppealDecideForm(posted(request)), words, do, penalty=found)


def _words(found: Penalty, heading: str, lead: str, submit: str, icon: str) -> Words:
    title = f"{heading}：{found.staff.name} {found.get_kind_display()}"
    return Words(title, lead, submit, reverse("tellers:penalty", args=[found.pk]), icon)
