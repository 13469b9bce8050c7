"""Star schemes: read by the line, drafted, tried out and published by the service office."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import acted, form_methods, posted, tried
from accounts.roles import Capability
from tellers.forms.star_schemes import StarSchemeForm, star_scheme_form
from tellers.models import StarScheme
from tellers.selectors.stars import star_schemes_visible_to
from tellers.selectors.what_if import last_period, star_what_if
from tellers.services import star_schemes as services
from tellers.star_words import plain, star_rows, star_scheme_words
from tellers.stars import DIMENSION_LABELS, StarRules
from tellers.views.acting import own_branch


@allowed(Capability.RECORDS_READ)
@require_safe
def star_schemes(request: SignedInRequest) -> HttpResponse:
    """Every version, and the latest published one in words."""
    versions = list(star_schemes_visible_to(request.user))
    current = next((one for one in versions if one.published_at is not None), None)
    context = {
        "versions": versions,
        "current": current,
        "drafts": sum(one.published_at is None for one in versions),
        "may_edit": request.user.can(Capability.RECORDS_EDIT),
        **(_rules_context(current) if current else {}),
    }
    return render(request, "tellers/star_schemes.html", context)


@allowed(Capability.RECORDS_READ)
@require_safe
def star_scheme(request: SignedInRequest, pk: int) -> HttpResponse:
    """One version in words and numbers."""
    scheme = get_object_or_404(star_schemes_visible_to(request.user), pk=pk)
    may_edit = request.user.can(Capability.RECORDS_EDIT) and scheme.published_at is None
    context = {"scheme": scheme, "may_edit": may_edit, **_rules_context(scheme)}
    return render(request, "tellers/star_scheme.html", context)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def star_scheme_new(request: SignedInRequest) -> HttpResponse:
    """Draft a new version, beginning as a copy of the latest published one."""
    latest = star_schemes_visible_to(request.user).exclude(published_at=None).first()
    form = star_scheme_form(latest, posted(request))
    return _saved(request, form, None)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def star_scheme_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    draft = _draft(request, pk)
    form = star_scheme_form(draft, posted(request))
    return _saved(request, form, draft)


@allowed(Capability.RECORDS_EDIT)
@require_safe
def star_scheme_what_if(request: SignedInRequest, pk: int) -> HttpResponse:
    """The last period under the draft's numbers, beside its own; nothing is stored."""
    draft = _draft(request, pk)
    context = {"scheme": draft, "found": star_what_if(draft)}
    return render(request, "tellers/star_what_if.html", context)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def star_scheme_publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Freeze a draft, so that periods may go by it."""
    draft = _draft(request, pk)

    def act() -> None:
        services.star_scheme_publish(scheme=draft, actor=request.user)

    tried(request, act, f"“{draft.label}”已发布，新的评定周期可以按它评定")
    return redirect("tellers:star_scheme", pk)


@allowed(Capability.RECORDS_EDIT)
@require_POST
def star_scheme_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    draft = _draft(request, pk)

    def act() -> None:
        services.star_scheme_delete(scheme=draft, actor=request.user)

    gone = tried(request, act, f"草稿“{draft.label}”已删除")
    return redirect("tellers:star_schemes") if gone else redirect("tellers:star_scheme", pk)


def _saved(
    request: SignedInRequest, form: StarSchemeForm, draft: StarScheme | None
) -> HttpResponse:
    """The draft's page once the form is kept; else the form with what was typed."""
    kept: list[StarScheme] = []

    def keep(form: StarSchemeForm) -> str:
        data = form.cleaned_data
        given = {"label": data["label"], "rules": data["rules"], "actor": request.user}
        if draft is None:
            kept.append(services.star_scheme_draft(branch=own_branch(request), **given))
        else:
            kept.append(services.star_scheme_revise(scheme=draft, **given))
        return f"“{data['label']}”已存为草稿，可以先试算，再发布。"

    status = acted(request, form, keep)
    if not status:
        return redirect("tellers:star_scheme", kept[0].pk)
    context = {"form": form, "scheme": draft}
    return render(request, "tellers/star_scheme_form.html", context, status=status)


def _draft(request: SignedInRequest, pk: int) -> StarScheme:
    """A draft of the user's branch; a published version has no such page."""
    drafts = star_schemes_visible_to(request.user).filter(published_at=None)
    return get_object_or_404(drafts, pk=pk)


def _rules_context(scheme: StarScheme) -> dict[str, Any]:
    rules = StarRules.from_json(scheme.rules)
    return {
        "chapters": star_scheme_words(rules),
        "stars": star_rows(rules),
        "weights": [
            (label, plain(rules.weights[name])) for name, label in DIMENSION_LABELS.items()
        ],
        "weight_sum": plain(sum(rules.weights.values(), Decimal(0))),
        "can_try": last_period(scheme.branch_id) is not None,
    }
