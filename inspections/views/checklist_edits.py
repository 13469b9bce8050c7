"""Pages on which the service office makes standards: create, import, edit, publish."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, View, allowed
from accounts.acting import form_methods, posted
from accounts.roles import Capability
from inspections.forms.checklists import (
    ChecklistForm,
    ImportForm,
    VersionCopyForm,
    VersionHeadForm,
    add_errors,
)
from inspections.imports.checklists import checklist_import
from inspections.models import ChecklistVersion
from inspections.selectors.checklists import (
    checklists_visible_to,
    version_content,
)
from inspections.services.checklists import (
    NotPublishable,
    VersionFrozen,
    checklist_with_version_create,
    version_copy,
    version_delete,
    version_publish,
    version_update,
)
from inspections.standards import next_label, publish_faults
from inspections.views.checklists import version_or_404
from outlets.spreadsheets import ImportRefused

P = ParamSpec("P")
Page = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def edits(view: Page[P]) -> View[P]:
    """For the service office only; a published version sends back to its page with a word."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except VersionFrozen as error:
            messages.error(request, str(error))
            return go_to(request, error.version)

    return allowed(Capability.CHECKLISTS_EDIT)(cast("Page[P]", guarded))


@edits
@form_methods
def create(request: SignedInRequest) -> HttpResponse:
    """A new standard with an empty first version."""
    form = ChecklistForm(posted(request), initial={"effective_on": timezone.localdate()})
    if form.is_valid() and request.user.unit is not None:
        try:
            version = checklist_with_version_create(
                branch=request.user.unit.branch, actor=request.user, **form.cleaned_data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("inspections:checklist_edit", version.pk)
    return form_page(request, "inspections/checklist_create.html", {"form": form})


@edits
@form_methods
def copy(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new version of the standard `pk` on the basis of an older one."""
    checklist = get_object_or_404(checklists_visible_to(request.user), pk=pk)
    today = timezone.localdate()
    labels = list(checklist.versions.values_list("label", flat=True))
    initial = {
        "source": request.GET.get("source"),
        "label": next_label(labels, today.year),
        "effective_on": today,
    }
    form = VersionCopyForm(posted(request), checklist=checklist, initial=initial)
    if form.is_valid():
        try:
            version = version_copy(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("inspections:checklist_edit", version.pk)
    return form_page(
        request, "inspections/checklist_copy.html", {"form": form, "checklist": checklist}
    )


@edits
@form_methods
def import_file(request: SignedInRequest) -> HttpResponse:
    """Check a file, or import it as a draft; every bad row is shown."""
    form = ImportForm(posted(request), request.FILES or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid() and request.user.unit is not None:
        try:
            result = checklist_import(
                branch=request.user.unit.branch,
                source=form.cleaned_data["file"],
                actor=request.user,
                dry_run="check" in request.POST,
            )
        except ImportRefused as refusal:
            context["refused"] = refusal.errors
        else:
            if result.version is not None:
                messages.success(request, f"已导入为草稿，共{len(result.content.items)}个项目")
                return go_to(request, result.version, "inspections:checklist_edit")
            context["result"] = result
    bad = request.method == "POST" and "result" not in context
    part = "inspections/_checklist_import_result.html"
    page = part if is_htmx(request) else "inspections/checklist_import.html"
    return render(request, page, context, status=422 if bad else 200)


@edits
@form_methods
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what publishing means or what is missing; on POST, publish."""
    version = draft_or_frozen(request, pk)
    content = version_content(version)
    faults = publish_faults(version.scoring, content.sections)
    if request.method == "POST":
        try:
            version_publish(version=version, actor=request.user)
        except NotPublishable as error:
            faults = error.faults
        else:
            messages.success(request, f"“{version}”已发布，自{version.effective_on}起使用")
            return redirect("inspections:checklist_version", pk)
    context = {"version": version, "content": content, "faults": faults}
    return form_page(request, "inspections/checklist_publish.html", context)


@edits
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a draft."""
    version = version_or_404(request, pk)
    version_delete(version=version, actor=request.user)
    messages.success(request, f"草稿“{version}”已删除")
    return redirect("inspections:checklists")


@edits
@form_methods
def head_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Label, scoring and effective date of a draft."""
    version = draft_or_frozen(request, pk)
    initial = {name: getattr(version, name) for name in ("label", "scoring", "effective_on")}
    form = VersionHeadForm(posted(request), initial=initial)
    if form.is_valid():
        try:
            version_update(version=version, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("inspections:checklist_edit", pk)
    return form_page(request, "inspections/checklist_head.html", {"form": form, "version": version})


def draft_or_frozen(request: SignedInRequest, pk: int) -> ChecklistVersion:
    """A visible version that is a draft; VersionFrozen otherwise."""
    version = version_or_404(request, pk)
    if version.is_published:
        raise VersionFrozen(version)
    return version


def is_htmx(request: SignedInRequest) -> bool:
    """Whether htmx asks, for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def go_to(
    request: SignedInRequest, version: ChecklistVersion, name: str = "inspections:checklist_version"
) -> HttpResponse:
    """To a page of the version; for htmx by the header that makes the browser go there."""
    response = redirect(name, version.pk)
    return HttpResponse(headers={"HX-Redirect": response.url}) if is_htmx(request) else response


def form_page(request: SignedInRequest, name: str, context: dict[str, object]) -> HttpResponse:
    """The page again: 422 when something posted was refused."""
    return render(request, name, context, status=422 if request.method == "POST" else 200)
