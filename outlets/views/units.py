"""Pages of units: the tree, a unit, founding, changing and moving."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from outlets.forms import accepted
from outlets.forms.units import (
    TreeFilterForm,
    UnitEditForm,
    UnitMoveForm,
    UnitNewForm,
    WindowsForm,
)
from outlets.models import Unit, Window
from outlets.selectors import calendar_warning, units_visible_to
from outlets.selectors.history import unit_changes
from outlets.selectors.staff import postings_at
from outlets.selectors.units import Sought, peer_groups, tree_rows, unit_page
from outlets.services import UnitFacts, unit_create, unit_move, unit_update, windows_set


@allowed(Capability.UNITS_READ)
@require_safe
def tree(request: SignedInRequest) -> HttpResponse:
    """The organisation as a tree."""
    form = TreeFilterForm(request.GET, groups=peer_groups(request.user))
    sought = Sought(**form.cleaned_data) if form.is_valid() else Sought()
    rows = tree_rows(request.user, sought, timezone.localdate())
    may_edit = request.user.can(Capability.UNITS_EDIT)
    return render(
        request,
        "outlets/tree.html",
        {
            "form": form,
            "rows": rows,
            "kinds": Counter(row.unit.kind for row in rows),
            "serving": sum(row.unit.serves_customers for row in rows),
            "is_filtered": sought != Sought(),
            "may_edit": may_edit,
            "calendar_warning": may_edit and calendar_warning(timezone.localdate()),
        },
    )


@allowed(Capability.UNITS_READ)
@require_safe
def unit(request: SignedInRequest, pk: int) -> HttpResponse:
    """One unit: facts, place, windows, people, history."""
    found = _unit_or_404(request, pk)
    may_see_staff = request.user.can(Capability.STAFF_READ)
    return render(
        request,
        "outlets/unit.html",
        {
            "unit": found,
            "page": unit_page(request.user, found),
            "postings": postings_at(request.user, found, timezone.localdate())
            if may_see_staff
            else [],
            "changes": unit_changes(found),
            "may_see_staff": may_see_staff,
            "may_edit": request.user.can(Capability.UNITS_EDIT),
        },
    )


@allowed(Capability.UNITS_EDIT)
@form_methods
def unit_new(request: SignedInRequest) -> HttpResponse:
    """Found a unit."""
    units = units_visible_to(request.user)
    form = UnitNewForm(posted(request), units=units, initial={"parent": request.GET.get("parent")})
    if made := accepted(form, lambda: unit_create(**form.place(), facts=form.facts())):
        messages.success(request, f"已新增“{made.short_name}”。")
        return redirect("outlets:unit", made.pk)
    return _form_page(request, form, heading="新增机构")


@allowed(Capability.UNITS_EDIT)
@form_methods
def unit_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct a unit's facts, or close it."""
    found = _unit_or_404(request, pk)
    initial = {name: getattr(found, name) for name in UnitFacts.__dataclass_fields__}
    form = UnitEditForm(posted(request), is_branch=found.parent_id is None, initial=initial)
    if accepted(form, lambda: unit_update(unit=found, facts=form.facts())):
        messages.success(request, f"已保存“{found.short_name}”。")
        return redirect("outlets:unit", pk)
    return _form_page(request, form, heading=f"修改“{found.short_name}”", unit=found)


@allowed(Capability.UNITS_EDIT)
@form_methods
def move(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a unit under another parent from a day on."""
    found = _unit_or_404(request, pk)
    others = units_visible_to(request.user).exclude(path__startswith=found.path)
    form = UnitMoveForm(
        posted(request),
        units=others,
        initial={"parent": found.parent_id, "effective_on": timezone.localdate()},
    )
    if made := accepted(form, lambda: unit_move(unit=found, **form.cleaned_data)):
        when = "已生效" if made.effective_on <= timezone.localdate() else "到日自动生效"
        messages.success(
            request, f"“{found.short_name}”自{made.effective_on}起归“{made.parent}”管理，{when}。"
        )
        return redirect("outlets:unit", pk)
    return _form_page(request, form, heading=f"调整“{found.short_name}”的上级", unit=found)


@allowed(Capability.UNITS_EDIT)
@form_methods
def windows(request: SignedInRequest, pk: int) -> HttpResponse:
    """How many windows there are in each zone."""
    found = _unit_or_404(request, pk)
    now = Counter(found.window_list.values_list("zone", flat=True))
    initial = {zone: now[zone] for zone in Window.Zone}
    if not now:
        initial[Window.Zone.CASH] = found.windows
    form = WindowsForm(posted(request), initial=initial)
    if form.is_valid():
        windows_set(unit=found, counts=form.cleaned_data)
        messages.success(request, f"已保存“{found.short_name}”的窗口。")
        return redirect("outlets:unit", pk)
    return _form_page(request, form, heading=f"“{found.short_name}”的窗口", unit=found)


def _unit_or_404(request: SignedInRequest, pk: int) -> Unit:
    return get_object_or_404(units_visible_to(request.user).select_related("parent"), pk=pk)


def _form_page(request: SignedInRequest, form: Any, **context: Any) -> HttpResponse:
    return render(
        request,
        "outlets/unit_form.html",
        {"form": form, **context},
        status=422 if form.errors else 200,
    )
