"""Competition schemes and seasons: read by all, drafted and published by the service office."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods
from accounts.roles import Capability
from outlets.models import Unit
from reports.forms.schemes import SeasonForm, scheme_form
from reports.models import SchemeVersion
from reports.scheme import CAUSE_LABELS, COMPONENT_LABELS, SchemeRules
from reports.selectors.months import schemes_visible_to, seasons_visible_to
from reports.services import months as months_services
from reports.services import schemes as services
from reports.wording import plain, scheme_words


@allowed(Capability.LEAGUE_READ)
@require_safe
def schemes(request: SignedInRequest) -> HttpResponse:
    """The scheme in force, the other versions, the seasons."""
    versions = list(schemes_visible_to(request.user))
    today = timezone.localdate()
    published = [one for one in versions if one.published_at is not None]
    current = next((one for one in published if one.effective_from <= today), None)
    current = current or (published[-1] if published else None)
    context = {
        "versions": versions,
        "current": current,
        "seasons": seasons_visible_to(request.user),
        "may_edit": request.user.can(Capability.SCHEMES_EDIT),
        **(_rules_context(current) if current else {}),
    }
    return render(request, "reports/schemes.html", context)


@allowed(Capability.LEAGUE_READ)
@require_safe
def scheme(request: SignedInRequest, pk: int) -> HttpResponse:
    """One version in words and numbers."""
    version = get_object_or_404(schemes_visible_to(request.user), pk=pk)
    may_edit = request.user.can(Capability.SCHEMES_EDIT) and version.published_at is None
    context = {"version": version, "may_edit": may_edit, **_rules_context(version)}
    return render(request, "reports/scheme.html", context)


@allowed(Capability.SCHEMES_EDIT)
@form_methods
def scheme_new(request: SignedInRequest) -> HttpResponse:
    """Draft a new version, beginning as a copy of the latest one."""
    latest = schemes_visible_to(request.user).exclude(published_at=None).first()
    form = scheme_form(latest, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = services.scheme_draft(
                branch=_branch(request),
                label=data["label"],
                month=data["month"],
                rules=data["rules"],
                actor=request.user,
            )
        except services.SchemeError as error:
            form.add_error(None, f"{error}。")
        else:
            messages.success(request, f"“{version.label}”已存为草稿，核对后发布。")
            return redirect("reports:scheme", version.pk)
    return _form_page(request, form, version=None)


@allowed(Capability.SCHEMES_EDIT)
@form_methods
def scheme_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    version = _draft(request, pk)
    form = scheme_form(version, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            services.scheme_revise(
                version=version,
                label=data["label"],
                month=data["month"],
                rules=data["rules"],
                actor=request.user,
            )
        except services.SchemeError as error:
            form.add_error(None, f"{error}。")
        else:
            messages.success(request, "草稿已保存。")
            return redirect("reports:scheme", version.pk)
    return _form_page(request, form, version=version)


@allowed(Capability.SCHEMES_EDIT)
@require_POST
def scheme_publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Freeze a draft and put it in force; the open months it governs are rolled up anew."""
    version = _draft(request, pk)
    try:
        months = services.scheme_publish(version=version, actor=request.user)
    except services.SchemeError as error:
        messages.error(request, f"{error}。")
        return redirect("reports:scheme", pk)
    for month in months:
        months_services.job_for_months(
            kind=months_services.ROLLUP,
            branches=[_branch(request)],
            month=month,
            actor=request.user,
        )
    again = f"，正在按新办法重新汇总{'、'.join(month.label for month in months)}" if months else ""
    messages.success(request, f"“{version.label}”已发布{again}。")
    return redirect("reports:scheme", pk)


@allowed(Capability.SCHEMES_EDIT)
@require_POST
def scheme_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    version = _draft(request, pk)
    services.scheme_delete(version=version, actor=request.user)
    messages.success(request, f"草稿“{version.label}”已删除。")
    return redirect("reports:schemes")


@allowed(Capability.SCHEMES_EDIT)
@form_methods
def season_new(request: SignedInRequest) -> HttpResponse:
    """Set up a season."""
    form = SeasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            season = services.season_create(
                branch=_branch(request), actor=request.user, **form.cleaned_data
            )
        except services.SchemeError as error:
            form.add_error(None, f"{error}。")
        else:
            messages.success(request, f"“{season.name}”已设立。")
            return redirect("reports:schemes")
    status = 422 if form.errors else 200
    return render(request, "reports/season_form.html", {"form": form}, status=status)


def _form_page(request: SignedInRequest, form: Any, version: SchemeVersion | None) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "version": version}
    return render(request, "reports/scheme_form.html", context, status=status)


def _draft(request: SignedInRequest, pk: int) -> SchemeVersion:
    """A draft of the user's branch; a published version has no such page."""
    drafts = schemes_visible_to(request.user).filter(published_at=None)
    return get_object_or_404(drafts, pk=pk)


def _rules_context(version: SchemeVersion) -> dict[str, Any]:
    rules = SchemeRules.from_json(version.rules)
    return {
        "chapters": scheme_words(rules),
        "weights": [
            (label, plain(rules.weights[name])) for name, label in COMPONENT_LABELS.items()
        ],
        "weight_sum": plain(sum(rules.weights.values(), Decimal(0))),
        "causes": [
            (label, rules.values[name], rules.caps.get(name))
            for name, label in CAUSE_LABELS.items()
        ],
    }


def _branch(request: SignedInRequest) -> Unit:
    unit = request.user.unit
    if unit is None:
        raise Http404
    return unit.branch
