"""One rating: its arithmetic and evidence, the committee's adjustment, the teller's objection."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted, tried
from accounts.roles import Capability
from tellers.forms.stars import AdjustForm, DecisionForm, ObjectionForm
from tellers.models import Objection, StarAdjustment, StarPeriod, StarRating
from tellers.selectors.star_evidence import rating_parts
from tellers.selectors.stars import (
    adjustments_visible_to,
    objections_visible_to,
    star_ratings_visible_to,
)
from tellers.services import star_decisions as services
from tellers.star_sentences import rating_lead
from tellers.stars import STAR_LABELS, StarRules

State = StarPeriod.State


@allowed(Capability.RECORDS_READ)
@require_safe
def star_rating(request: SignedInRequest, pk: int) -> HttpResponse:
    """The rating with everything behind it."""
    return _page(request, _rating(request, pk))


@allowed(Capability.RECORDS_CONFIRM)
@require_POST
def star_adjust(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose to move the star by one step."""
    rating = _rating(request, pk)
    form = AdjustForm(request.POST)

    def act(form: AdjustForm) -> str:
        services.star_adjust_propose(rating=rating, actor=request.user, **form.cleaned_data)
        return "调整已提出，等待另一人复核。"

    status = acted(request, form, act)
    if status:
        return _page(request, rating, status, adjust_form=form)
    return redirect("tellers:star_rating", pk)


@allowed(Capability.RECORDS_CONFIRM)
@require_POST
def star_adjust_decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Confirm an adjustment (agreed=1) or reject it."""
    found = get_object_or_404(adjustments_visible_to(request.user), pk=pk)
    agreed = request.POST.get("agreed") == "1"

    def act() -> StarAdjustment:
        return services.star_adjust_decide(adjustment=found, agreed=agreed, actor=request.user)

    tried(request, act, "调整已生效" if agreed else "调整未获同意，星级不变")
    return redirect("tellers:star_rating", found.rating_id)


@allowed(Capability.RECORDS_READ)
@require_POST
def star_object(request: SignedInRequest, pk: int) -> HttpResponse:
    """Dispute the own rating."""
    own = star_ratings_visible_to(request.user).filter(staff_id=request.user.staff_id or 0)
    rating = get_object_or_404(own, pk=pk)
    form = ObjectionForm(request.POST)

    def act(form: ObjectionForm) -> str:
        services.objection_raise(rating=rating, actor=request.user, **form.cleaned_data)
        return "异议已提出，处理结果会显示在本页。"

    status = acted(request, form, act)
    if status:
        return _page(request, rating, status, objection_form=form)
    return redirect("tellers:star_rating", pk)


@allowed(Capability.RECORDS_CONFIRM)
@form_methods
def star_objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """An objection beside the rating it is about, with the decision."""
    found = get_object_or_404(objections_visible_to(request.user), pk=pk)
    form = DecisionForm(posted(request))

    def act(form: DecisionForm) -> str:
        services.objection_decide(objection=found, actor=request.user, **form.cleaned_data)
        return "异议已处理。"

    status = acted(request, form, act)
    if not status:
        return redirect("tellers:star_rating", found.rating_id)
    rating = (
        star_ratings_visible_to(request.user)
        .select_related("period__scheme")
        .get(pk=found.rating_id)
    )
    context = {"objection": found, "form": form, **_shown(request, rating)}
    return render(request, "tellers/star_objection.html", context, status=status)


def _page(
    request: SignedInRequest, rating: StarRating, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    user, period = request.user, rating.period
    adjustments = list(adjustments_visible_to(user).filter(rating=rating))
    objections = list(objections_visible_to(user).filter(rating=rating))
    context = {
        **_shown(request, rating),
        "adjustments": adjustments,
        "objections": objections,
        "may_confirm": user.can(Capability.RECORDS_CONFIRM),
        "adjust_form": _adjust_form(request, rating, adjustments),
        "objection_form": _objection_form(request, rating, objections),
        "is_public": period.state == State.PUBLIC,
        **bound,
    }
    return render(request, "tellers/star_rating.html", context, status=status)


def _shown(request: SignedInRequest, rating: StarRating) -> dict[str, Any]:
    scheme = rating.period.scheme
    parts = rating_parts(request.user, rating, StarRules.from_json(scheme.rules))
    return {
        "rating": rating,
        "period": rating.period,
        "parts": parts,
        "lead": rating_lead(rating),
        "star_label": STAR_LABELS[rating.star],
        "computed_label": STAR_LABELS[rating.computed_star],
        "may_list": request.user.can(Capability.UNITS_READ),
    }


def _rating(request: SignedInRequest, pk: int) -> StarRating:
    visible = star_ratings_visible_to(request.user).select_related("period__scheme")
    return get_object_or_404(visible, pk=pk)


def _adjust_form(
    request: SignedInRequest, rating: StarRating, adjustments: list[StarAdjustment]
) -> AdjustForm | None:
    """For the committee while the period is computed, one adjustment a rating."""
    taken = any(one.state != StarAdjustment.State.REJECTED for one in adjustments)
    rated = rating.status == StarRating.Status.RATED
    open_ = rating.period.state == State.COMPUTED and request.user.can(Capability.RECORDS_CONFIRM)
    return AdjustForm() if open_ and rated and not taken else None


def _objection_form(
    request: SignedInRequest, rating: StarRating, objections: list[Objection]
) -> ObjectionForm | None:
    """For the teller concerned while the rating is shown and nothing waits."""
    period = rating.period
    mine = request.user.staff_id == rating.staff_id and period.state == State.PUBLIC
    until = period.objections_until
    in_time = until is not None and timezone.localdate() <= until
    waits = any(one.decision == Objection.Decision.PENDING for one in objections)
    return ObjectionForm() if mine and in_time and not waits else None
