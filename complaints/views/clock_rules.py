"""The deadline rules: read by all who read letters, made by the service office."""

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import UNPROCESSABLE, form_methods
from accounts.roles import Capability
from complaints.deadlines import DEFAULT_RULES, ClockRules, rules_on
from complaints.deadlines.events import KIND_LABELS
from complaints.deadlines.rules import ARTICLE_LABELS
from complaints.forms.clock_versions import DAYS, REMINDING, ClockVersionForm
from complaints.models import ClockVersion
from complaints.selectors.clocks import clock_rules, clock_versions_visible_to
from complaints.services.clock_versions import clock_version_add
from outlets.models import Unit


class Shown(NamedTuple):
    """A version as the page shows it."""

    label: str
    rules: ClockRules
    row: ClockVersion | None
    state: str


@allowed(Capability.LETTERS_READ)
@require_safe
def rules(request: SignedInRequest) -> HttpResponse:
    """The rules in force in words and numbers, and every version."""
    versions = list(clock_versions_visible_to(request.user).select_related("created_by"))
    today = timezone.localdate()
    held = [DEFAULT_RULES, *(ClockRules.from_json(one.rules) for one in versions)]
    current = rules_on(today, held)
    shown = [_shown(one, current, row) for one, row in zip(held, [None, *versions], strict=True)]
    context = {
        "versions": sorted(shown, key=lambda one: one.rules.effective_on, reverse=True),
        "current": next(one for one in shown if one.rules == current),
        "days": [(label, getattr(current, name)) for name, label in DAYS.items()],
        "working": [(KIND_LABELS[kind], days) for kind, days in current.working_days.items()],
        "reminding": [(label, getattr(current, name)) for name, label in REMINDING.items()],
        "articles": [(label, current.articles[what]) for what, label in ARTICLE_LABELS.items()],
        "may_edit": request.user.can(Capability.LETTERS_SETTINGS),
    }
    return render(request, "complaints/clock_rules.html", context)


def _shown(one: ClockRules, current: ClockRules, row: ClockVersion | None) -> Shown:
    label = row.label if row else "系统自带的规则"
    if one == current:
        return Shown(label, one, row, "current")
    return Shown(label, one, row, "future" if one.effective_on > current.effective_on else "past")


@allowed(Capability.LETTERS_SETTINGS)
@form_methods
def rules_new(request: SignedInRequest) -> HttpResponse:
    """Put a new version in force from a day on, beginning as a copy of the latest one."""
    branch = _branch(request)
    latest = max(clock_rules([branch.pk])[branch.pk], key=lambda one: one.effective_on)
    form = ClockVersionForm(request.POST or None, rules=latest)
    if request.method == "POST" and form.is_valid() and _add(request, branch, form):
        return redirect("complaints:clock_rules")
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "complaints/clock_rules_form.html", {"form": form}, status=status)


def _add(request: SignedInRequest, branch: Unit, form: ClockVersionForm) -> bool:
    data = form.cleaned_data
    try:
        version = clock_version_add(
            branch=branch, label=data["label"], rules=data["rules"], actor=request.user
        )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    messages.success(request, f"“{version.label}”已发布，自{version.effective_on}起施行。")
    return True


def _branch(request: SignedInRequest) -> Unit:
    unit = request.user.unit
    if unit is None:
        raise Http404
    return unit.branch
