"""Pages of people: the list, a person, taking on, changing, transferring."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from outlets.forms import accepted
from outlets.forms.staff import PlaceForm, StaffEditForm, StaffFilterForm, StaffNewForm
from outlets.models import Staff
from outlets.selectors import postings_visible_to, staff_visible_to, units_visible_to
from outlets.selectors.staff import SoughtStaff, staff_listed
from outlets.services import staff_create, staff_transfer, staff_update

PAGE_SIZE = 50


@allowed(Capability.STAFF_READ)
@require_safe
def staff(request: SignedInRequest) -> HttpResponse:
    """The people a user sees, filtered, page by page."""
    units = units_visible_to(request.user)
    form = StaffFilterForm(request.GET, units=units)
    sought = SoughtStaff(**form.cleaned_data) if form.is_valid() else SoughtStaff()
    listed = staff_listed(request.user, sought, timezone.localdate())
    return render(
        request,
        "outlets/staff.html",
        {
            "form": form,
            "page_obj": Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page")),
            "may_edit": request.user.can(Capability.UNITS_EDIT),
        },
    )


@allowed(Capability.STAFF_READ)
@require_safe
def staff_member(request: SignedInRequest, pk: int) -> HttpResponse:
    """One person with the postings the user may see."""
    found = _staff_or_404(request, pk)
    today = timezone.localdate()
    postings = list(
        postings_visible_to(request.user)
        .filter(staff=found)
        .select_related("unit")
        .order_by("-start")
    )
    return render(
        request,
        "outlets/staff_member.html",
        {
            "member": found,
            "postings": postings,
            "now": next((p for p in postings if p.start <= today and not _ended(p, today)), None),
            "today": today,
            "linked": set(units_visible_to(request.user).values_list("pk", flat=True))
            if request.user.can(Capability.UNITS_READ)
            else set(),
            "may_edit": request.user.can(Capability.UNITS_EDIT),
        },
    )


def _ended(posting: Any, today: Any) -> bool:
    return posting.end is not None and posting.end < today


@allowed(Capability.UNITS_EDIT)
@form_methods
def staff_new(request: SignedInRequest) -> HttpResponse:
    """Take somebody on."""
    form = StaffNewForm(
        posted(request),
        units=units_visible_to(request.user),
        initial={"unit": request.GET.get("unit"), "start": timezone.localdate()},
    )
    if made := accepted(form, lambda: staff_create(**form.person(), place=form.place())):
        messages.success(request, f"已新增员工“{made.name}”。")
        return redirect("outlets:staff_member", made.pk)
    return _form_page(request, form, heading="新增员工")


@allowed(Capability.UNITS_EDIT)
@form_methods
def staff_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Correct somebody's facts, or enter that they left."""
    found = _staff_or_404(request, pk)
    initial = {name: getattr(found, name) for name in ("name", "hired_on", "left_on")}
    form = StaffEditForm(posted(request), initial=initial)
    if accepted(form, lambda: staff_update(staff=found, **form.cleaned_data)):
        messages.success(request, f"已保存“{found.name}”。")
        return redirect("outlets:staff_member", pk)
    return _form_page(request, form, heading=f"修改“{found}”", member=found)


@allowed(Capability.UNITS_EDIT)
@form_methods
def transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move somebody to another unit or post."""
    found = _staff_or_404(request, pk)
    form = PlaceForm(
        posted(request),
        units=units_visible_to(request.user),
        initial={"start": timezone.localdate()},
    )
    if made := accepted(form, lambda: staff_transfer(staff=found, place=form.place())):
        messages.success(
            request, f"“{found.name}”自{made.start}起到“{made.unit}”任{made.get_post_display()}。"
        )
        return redirect("outlets:staff_member", pk)
    return _form_page(request, form, heading=f"调动“{found}”", member=found)


def _staff_or_404(request: SignedInRequest, pk: int) -> Staff:
    return get_object_or_404(staff_visible_to(request.user), pk=pk)


def _form_page(request: SignedInRequest, form: Any, **context: Any) -> HttpResponse:
    return render(
        request,
        "outlets/staff_form.html",
        {"form": form, **context},
        status=422 if form.errors else 200,
    )
