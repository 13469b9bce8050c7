"""The editor of a draft: modules and items, each change saved at once."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import SignedInRequest
from accounts.acting import form_methods, posted
from inspections.forms.checklists import (
    ItemForm,
    SectionForm,
    add_errors,
    item_initial,
    section_initial,
)
from inspections.models import ChecklistVersion, Item, Section
from inspections.selectors.checklists import (
    checklists_visible_to,
    sections_with_items,
    version_totals,
)
from inspections.services.checklists import (
    VersionFrozen,
    item_add,
    item_move,
    item_remove,
    item_update,
    section_add,
    section_move,
    section_remove,
    section_update,
)
from inspections.standards import next_code
from inspections.views.checklist_edits import draft_or_frozen, edits, form_page

Found = TypeVar("Found", Section, Item)


@edits
@require_safe
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """The editor of a draft."""
    version = draft_or_frozen(request, pk)
    return render(request, "inspections/checklist_edit.html", _editor(version))


@edits
@form_methods
def section_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a module to a draft."""
    version = draft_or_frozen(request, pk)
    form = SectionForm(posted(request), auto_id="new_section_%s")
    if form.is_valid():
        try:
            section_add(version=version, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _whole_editor(request, version)
    return form_page(
        request, "inspections/_checklist_section_form.html", {"form": form, "version": version}
    )


@edits
@form_methods
def section_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename or reweigh a module, in place of its heading."""
    section = section_or_404(request, pk)
    form = SectionForm(
        posted(request), initial=section_initial(section), auto_id=f"section_{pk}_%s"
    )
    if form.is_valid():
        try:
            section_update(section=section, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _whole_editor(request, section.version)
    context = {"form": form, "version": section.version, "section": section}
    return form_page(request, "inspections/_checklist_section_form.html", context)


@edits
@require_POST
def section_shift(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a module up or down by one."""
    section = section_or_404(request, pk)
    section_move(section=section, by=_direction(request))
    return _whole_editor(request, section.version)


@edits
@require_POST
def section_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a module with its items."""
    section = section_or_404(request, pk)
    section_remove(section=section)
    return _whole_editor(request, section.version)


@edits
@form_methods
def item_new(request: SignedInRequest, pk: int) -> HttpResponse:
    """A blank form at the end of module `pk`; on POST the item, and another form if asked for."""
    section = section_or_404(request, pk)
    form = ItemForm(
        posted(request),
        version=section.version,
        initial=_item_defaults(section),
        auto_id=f"new_{pk}_%s",
    )
    context = {"form": form, "section": section, "version": section.version}
    if form.is_valid():
        try:
            item = item_add(section=form.cleaned_data["section"], content=form.content)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _item_saved(request, item, section)
    return form_page(request, "inspections/_checklist_item_form.html", context)


@edits
@form_methods
def item_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """An item's form in place of its row."""
    item = item_or_404(request, pk)
    section = item.section
    form = ItemForm(
        posted(request),
        version=item.version,
        initial=item_initial(item),
        auto_id=f"item_{pk}_%s",
    )
    if form.is_valid():
        try:
            item_update(item=item, section=form.cleaned_data["section"], content=form.content)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return _item_saved(request, item, section)
    context = {"form": form, "item": item, "section": section, "version": item.version}
    return form_page(request, "inspections/_checklist_item_form.html", context)


@edits
@require_safe
def item_row(request: SignedInRequest, pk: int) -> HttpResponse:
    """An item's row, for a form that was left."""
    return render(request, "inspections/_checklist_item.html", {"item": item_or_404(request, pk)})


@edits
@require_POST
def item_shift(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move an item up or down by one; answers with the rows of its module."""
    item = item_or_404(request, pk)
    item_move(item=item, by=_direction(request))
    items = item.section.items.order_by("position", "pk")
    return render(
        request, "inspections/_checklist_items.html", {"section": item.section, "items": items}
    )


@edits
@require_POST
def item_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove an item; answers with the totals only."""
    item = item_or_404(request, pk)
    item_remove(item=item)
    return render(request, "inspections/_checklist_totals.html", _totals(item.version))


def section_or_404(request: SignedInRequest, pk: int) -> Section:
    """A module of a draft; VersionFrozen when it is published."""
    mine = Section.objects.filter(version__checklist__in=checklists_visible_to(request.user))
    section = get_object_or_404(mine.select_related("version__checklist"), pk=pk)
    return _still_draft(section, section.version)


def item_or_404(request: SignedInRequest, pk: int) -> Item:
    """An item of a draft; VersionFrozen when it is published."""
    mine = Item.objects.filter(version__checklist__in=checklists_visible_to(request.user))
    item = get_object_or_404(mine.select_related("version__checklist", "section"), pk=pk)
    return _still_draft(item, item.version)


def _still_draft(found: Found, version: ChecklistVersion) -> Found:
    if version.is_published:
        raise VersionFrozen(version)
    return found


def _direction(request: SignedInRequest) -> int:
    return -1 if request.POST.get("direction") == "up" else 1


def _totals(version: ChecklistVersion) -> dict[str, Any]:
    return {"version": version, "totals": version_totals(version)}


def _editor(version: ChecklistVersion) -> dict[str, Any]:
    totals = version_totals(version)
    parts = list(zip(totals.modules, sections_with_items(version), strict=True))
    return {"version": version, "totals": totals, "parts": parts}


def _whole_editor(request: SignedInRequest, version: ChecklistVersion) -> HttpResponse:
    """The editor's body; it replaces the old one whatever part of it asked."""
    response = render(
        request, "inspections/_checklist_editor.html", _editor(version) | {"whole": True}
    )
    response["HX-Retarget"] = "#editor"
    response["HX-Reswap"] = "outerHTML"
    return response


def _item_saved(request: SignedInRequest, item: Item, section: Section) -> HttpResponse:
    """The saved row and the totals; after “save and next” also a blank form."""
    if item.section_id != section.pk:
        return _whole_editor(request, item.version)
    context = _totals(item.version) | {"item": item, "section": section}
    if "another" in request.POST:
        context["form"] = ItemForm(
            version=item.version,
            initial=_item_defaults(section, like=item),
            auto_id=f"new_{section.pk}_%s",
        )
    return render(request, "inspections/_checklist_item_saved.html", context)


def _item_defaults(section: Section, like: Item | None = None) -> dict[str, object]:
    """What a new item of the module starts with: the next code, the last item's channels."""
    codes = list(section.items.order_by("position", "pk").values_list("code", "channels"))
    last = codes[-1][1] if codes else []
    taken = [code for code, _ in codes]
    return {
        "section": section.pk,
        "code": next_code(taken, section.position),
        "channels": like.channels if like else last,
        "attribution": like.attribution if like else Item.Attribution.OUTLET,
    }
