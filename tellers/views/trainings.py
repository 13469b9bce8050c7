"""Trainings: the register, entering and changing one, who came, files."""

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import SignedInRequest, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from outlets.forms import accepted
from outlets.importing import kinds
from outlets.selectors import units_visible_to
from outlets.views.imports import Door, import_page, template_response
from tellers.forms.trainings import (
    AttendanceForm,
    AttendancePlaceForm,
    TrainingFilterForm,
    TrainingForm,
)
from tellers.models import Training
from tellers.selectors.trainings import (
    TrainingSought,
    attendances_visible_to,
    people_of,
    trainings_listed,
    trainings_visible_to,
)
from tellers.services.trainings import attendance_record, training_create, training_update

PAGE_SIZE = 50
DOOR: Final = Door(
    "attendance", "tellers:attendance_import", "tellers:attendance_import_template",
    "tellers:trainings", dated=False,
)  # fmt: skip


@allowed(Capability.RECORDS_READ)
@require_safe
def trainings(request: SignedInRequest) -> HttpResponse:
    """The branch's trainings with how many of the visible people came."""
    form = TrainingFilterForm(request.GET)
    sought = TrainingSought(**form.cleaned_data) if form.is_valid() else TrainingSought()
    listed = trainings_listed(request.user, sought)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"form": form, "page_obj": page, "may_edit": _edits(request)}
    return render(request, "tellers/trainings.html", context)


@allowed(Capability.RECORDS_READ)
@require_safe
def training(request: SignedInRequest, pk: int) -> HttpResponse:
    """One training and who of the visible people came."""
    found = _training_or_404(request, pk)
    rows = list(attendances_visible_to(request.user).filter(training=found))
    came = [row for row in rows if row.attended]
    scores = [row.score for row in came if row.score is not None]
    context = {
        "training": found,
        "rows": rows,
        "came": len(came),
        "mean": sum(scores) / len(scores) if scores else None,
        "may_edit": _edits(request),
    }
    return render(request, "tellers/training.html", context)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def training_new(request: SignedInRequest) -> HttpResponse:
    """Enter a training."""
    form = TrainingForm(posted(request))
    unit = request.user.unit
    assert unit is not None  # noqa: S101  (no administrator has the capability)
    branch = unit.branch
    made = accepted(
        form, lambda: training_create(branch=branch, facts=form.facts(), actor=request.user)
    )
    if made:
        messages.success(request, f"已登记培训“{made.name}”，请登记参加人员。")
        return redirect("tellers:training", made.pk)
    return _form_page(request, form, heading="登记培训")


@allowed(Capability.RECORDS_EDIT)
@form_methods
def training_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what is said of a training."""
    found = _training_or_404(request, pk)
    form = TrainingForm(
        posted(request), initial={name: getattr(found, name) for name in TrainingForm.base_fields}
    )
    done = accepted(
        form, lambda: training_update(training=found, facts=form.facts(), actor=request.user)
    )
    if done:
        messages.success(request, f"已保存培训“{done.name}”。")
        return redirect("tellers:training", pk)
    return _form_page(request, form, heading="修改培训", training=found)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def attendance(request: SignedInRequest, pk: int) -> HttpResponse:
    """Enter who came: first whose people, then each of them."""
    found = _training_or_404(request, pk)
    where = AttendancePlaceForm(request.GET or None, units=units_visible_to(request.user))
    context: dict[str, Any] = {"training": found, "where": where}
    if not where.is_valid():
        return render(request, "tellers/attendance.html", context)
    unit = where.cleaned_data["unit"]
    rows = attendances_visible_to(request.user).filter(training=found)
    held = people_of(found, unit)
    form = AttendanceForm(
        posted(request),
        people=[one.staff for one in held],
        known={row.staff_id: row for row in rows},
        unknown="yes" if where.cleaned_data["came"] else "",
    )
    done = accepted(
        form,
        lambda: attendance_record(training=found, marks=form.marks(found), actor=request.user),
    )
    if done is not None:
        messages.success(request, f"已登记：新增 {done[0]} 人，更新 {done[1]} 人。")
        return redirect("tellers:training", pk)
    units = {one.staff_id: one.unit.short_name for one in held}
    lines = [(*line, units[line[0].pk]) for line in form.lines()]
    context |= {"form": form, "lines": lines, "unit": unit}
    return render(request, "tellers/attendance.html", context, status=422 if form.errors else 200)


@allowed(Capability.RECORDS_EDIT)
@form_methods
def attendance_import(request: SignedInRequest) -> HttpResponse:
    """Upload and check a file; then, with the token of the check, take it over."""
    return import_page(request, DOOR)


@allowed(Capability.RECORDS_EDIT)
@require_safe
def attendance_import_template(request: SignedInRequest) -> HttpResponse:  # noqa: ARG001
    """The .xlsx to fill in."""
    return template_response(kinds()["attendance"])


def _edits(request: SignedInRequest) -> bool:
    return request.user.can(Capability.RECORDS_EDIT)


def _training_or_404(request: SignedInRequest, pk: int) -> Training:
    return get_object_or_404(trainings_visible_to(request.user), pk=pk)


def _form_page(request: SignedInRequest, form: TrainingForm, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "tellers/training_form.html", {"form": form, **context}, status=status)
