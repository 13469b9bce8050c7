"""Pages on which the scoring standards are read, compared and exported."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.roles import Capability
from inspections.exports import checklist_file, checklist_template
from inspections.forms.checklists import ChannelForm, ItemFilterForm
from inspections.models import Channel, ChecklistVersion, Item
from inspections.scoring import plain
from inspections.selectors.checklists import (
    Standing,
    checklists_listed,
    version_content,
    versions_visible_to,
)
from inspections.selectors.forms import VersionForm, form_filtered, version_form
from inspections.standards import Change, content_difference
from outlets.downloads import file_response

FIELDS = {field.name: field for field in Item._meta.fields}  # noqa: SLF001  (Django's public API)


@allowed(Capability.CHECKLISTS_READ)
@require_safe
def checklists(request: SignedInRequest) -> HttpResponse:
    """The branch's standards with their versions."""
    listed = checklists_listed(request.user, timezone.localdate())
    standings = Counter(standing for one in listed for _, standing in one.versions)
    return render(
        request,
        "inspections/checklists.html",
        {
            "listed": listed,
            "in_force": standings[Standing.IN_FORCE],
            "drafts": standings[Standing.DRAFT],
            "may_edit": request.user.can(Capability.CHECKLISTS_EDIT),
        },
    )


@allowed(Capability.CHECKLISTS_READ)
@require_safe
def version(request: SignedInRequest, pk: int) -> HttpResponse:
    """One version to read, filtered by channel, mode, hot items, red lines."""
    found = version_or_404(request, pk)
    filters = ItemFilterForm(request.GET)
    whole = version_form(found)
    others = versions_visible_to(request.user).filter(checklist=found.checklist_id).exclude(pk=pk)
    return render(
        request,
        "inspections/checklist_version.html",
        {
            "version": found,
            "whole": whole,
            "form": filters,
            "shown": _filtered(whole, filters),
            "others": others,
            "may_edit": request.user.can(Capability.CHECKLISTS_EDIT),
        },
    )


@allowed(Capability.CHECKLISTS_READ)
@require_safe
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form as an inspector sees it on a phone, for one channel."""
    found = version_or_404(request, pk)
    whole = version_form(found)
    used = {channel for item in whole.items.values() for channel in item.channels}
    channels = [(value, label) for value, label in Channel.choices if value in used]
    filters = ChannelForm(request.GET)
    wanted = filters.cleaned_data["channel"] if filters.is_valid() else ""
    channel = wanted if wanted in used else next((value for value, _ in channels), "")
    return render(
        request,
        "inspections/checklist_preview.html",
        {
            "version": found,
            "channel": channel,
            "channels": channels,
            "shown": form_filtered(whole, channel=channel),
        },
    )


@allowed(Capability.CHECKLISTS_READ)
@require_safe
def diff(request: SignedInRequest, pk: int, other: int) -> HttpResponse:
    """What `pk` changed against the version `other` of the same standard."""
    new, old = version_or_404(request, pk), version_or_404(request, other)
    if new.checklist_id != old.checklist_id or new == old:
        raise Http404
    difference = content_difference(version_content(old), version_content(new))
    return render(
        request,
        "inspections/checklist_diff.html",
        {
            "version": new,
            "old": old,
            "difference": difference,
            "changes": [(change, _shown_fields(change)) for change in difference.changed],
        },
    )


@allowed(Capability.CHECKLISTS_READ)
@require_safe
def export(request: SignedInRequest, pk: int, ending: str) -> HttpResponse:
    """The version as .xlsx or .csv, as it can be imported again."""
    found = version_or_404(request, pk)
    name = f"{found.checklist.name}{found.label}.{ending}"
    return file_response(name, checklist_file(version_content(found), name))


@allowed(Capability.CHECKLISTS_EDIT)
@require_safe
def template(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """An empty .xlsx to fill in."""
    return file_response("检查标准模板.xlsx", checklist_template())


def version_or_404(request: SignedInRequest, pk: int) -> ChecklistVersion:
    """A version this user may see."""
    return get_object_or_404(versions_visible_to(request.user), pk=pk)


def _filtered(whole: VersionForm, filters: ItemFilterForm) -> VersionForm:
    if not filters.is_valid():
        return whole
    chosen = filters.cleaned_data
    return form_filtered(
        whole,
        channel=chosen["channel"],
        mode=chosen["mode"],
        red_line=chosen["red_line"],
        hot=chosen["hot"],
    )


def _shown_fields(change: Change) -> list[tuple[str, str, str]]:
    """Label, old and new of each differing field, in words."""
    return [
        (str(FIELDS[name].verbose_name), _shown(name, old), _shown(name, new))
        for name, old, new in change.fields
    ]


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "channels":
        return "、".join(str(Channel(one).label) for one in value)
    if isinstance(value, Decimal):
        return plain(value)
    if name == "section":
        return str(value)
    return str(dict(FIELDS[name].flatchoices).get(value, value)) or "无"
