"""The scoring form on the phone, and the receipt after it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from inspections.models import Channel, Draft, Evidence, Inspection, Visit
from inspections.models.inspections import Method
from inspections.scoring import plain
from inspections.selectors.firewall import evidence_visible_to, visits_visible_to
from inspections.selectors.forms import FormItem, VersionForm, published_form
from inspections.services.drafts import draft_open
from inspections.services.sheets import MAX_PHOTOS
from inspections.services.visits import OPEN_STATES

UNNOTICED = (Method.MACHINES, Method.TELEPHONE)


@allowed(Capability.VISITS_SCORE)
@require_safe
@never_cache
def score(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form of a visit with what has been typed so far; the receipt once it is submitted."""
    visit = _visit(request, pk)
    if visit.state == Visit.State.CANCELLED:
        return render(request, "inspections/visit_cancelled.html", {"visit": visit}, status=410)
    if visit.state not in OPEN_STATES:
        return redirect("inspections:receipt", pk)
    draft = draft_open(visit=visit)
    form = published_form(visit.version_id, visit.channel)
    photos = list(
        evidence_visible_to(request.user).filter(visit=visit, inspection=None).order_by("pk")
    )
    returned = visit.inspections.filter(state=Inspection.State.RETURNED).order_by("submitted_at")
    return render(
        request,
        "inspections/score.html",
        {
            "visit": visit,
            "form": form,
            "methods": _methods(visit),
            "capture": visit.channel != Channel.COVERT,  # a shopper chooses photos outside
            "today": timezone.localdate(),
            "latest": min(visit.not_after, timezone.localdate()),
            "returned": returned.last(),
            "data": _data(request, visit, form, draft) | {"photos": [_photo(p) for p in photos]},
        },
    )


@allowed(Capability.VISITS_SCORE)
@require_safe
def receipt(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was handed in: number, score, sections."""
    visit = _visit(request, pk)
    live = visit.inspections.exclude(state=Inspection.State.RETURNED)
    inspection = get_object_or_404(live.select_related("unit", "version__checklist"))
    return render(request, "inspections/receipt.html", {"inspection": inspection, "visit": visit})


def _visit(request: SignedInRequest, pk: int) -> Visit:
    seen = visits_visible_to(request.user).select_related("unit", "version__checklist")
    return get_object_or_404(seen, pk=pk)


def _data(
    request: SignedInRequest, visit: Visit, form: VersionForm, draft: Draft
) -> dict[str, Any]:
    """What the form's script works with, as JSON."""
    return {
        "visit": visit.pk,
        "user": request.user.pk,
        "uuid": str(draft.uuid),
        "revision": draft.revision,
        "answers": draft.answers,
        "header": draft.header,
        "scoring": form.scoring,
        "sections": [
            {
                "id": section.id,
                "name": section.name,
                "weight": plain(section.weight),
                "items": [rule_data(item) for item in section.items],
            }
            for section in form.sections
        ],
        "staffNeeded": visit.channel != Channel.COVERT,
        "maxPhotos": MAX_PHOTOS,
        "urls": {
            "draft": reverse("visit-draft", args=[visit.pk]),
            "staff": reverse("visit-staff", args=[visit.pk]),
            "evidence": reverse("visit-evidence", args=[visit.pk]),
            "submit": reverse("inspection-list"),
            "receipt": reverse("inspections:receipt", args=[visit.pk]),
            "photo": reverse("inspections:photo", args=["00000000-0000-0000-0000-000000000000"]),
        },
    }


def rule_data(item: FormItem) -> dict[str, Any]:
    """An item's rule as `static/js/score-rules.js` reads it; figures as text."""
    rule = item.rule
    return {
        "id": item.id,
        "code": item.code,
        "points": plain(rule.points),
        "mode": rule.mode,
        "step": None if rule.step is None else plain(rule.step),
        "grades": {name: plain(share) for name, share in rule.grades.items()},
        "min": None if rule.limit_min is None else plain(rule.limit_min),
        "max": None if rule.limit_max is None else plain(rule.limit_max),
        "allowsNa": rule.allows_na,
        "redLine": rule.red_line,
        "photo": item.photo,
        "staff": item.attribution == "STAFF",
    }


def _photo(evidence: Evidence) -> dict[str, Any]:
    return {"uuid": str(evidence.uuid), "item": evidence.item_id, "sha256": evidence.sha256}


def _methods(visit: Visit) -> list[tuple[str, str]]:
    """How a visit may find things out; a shopper who trains or questions staff is one no more."""
    choices = [(method.value, method.label) for method in Method]
    if visit.channel != Channel.COVERT:
        return choices
    return [choice for choice in choices if choice[0] in UNNOTICED]
