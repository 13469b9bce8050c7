"""The writers of standards. Every change locks the version, so none slips past its publication."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused
from accounts.services import audit_add
from inspections.models import Checklist, ChecklistVersion, Item, Section
from inspections.selectors.checklists import version_content
from inspections.services.item_checks import item_canonical, item_faults, item_values
from inspections.standards import (
    ItemContent,
    SectionContent,
    VersionContent,
    publish_faults,
)
from outlets.models import Unit

Row = TypeVar("Row", Section, Item)


class ChecklistError(Refused):
    """A standard cannot be changed as asked; the text is Chinese."""


class VersionFrozen(ChecklistError):
    """The version is published; the text names it."""

    code = "version_frozen"

    def __init__(self, version: ChecklistVersion) -> None:
        self.version = version
        super().__init__(f"“{version}”已发布，不能再修改；如需调整，请以它为底稿新建版本")


class NotPublishable(ChecklistError):
    """The draft is not complete; `faults` says in Chinese what is missing."""

    field = "version"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("；".join(faults))
        self.faults = list(faults)

    @property
    def reasons(self) -> list[Any]:
        """What is missing, one by one."""
        return self.faults


@transaction.atomic
def checklist_create(*, branch: Unit, name: str, actor: User | None) -> Checklist:
    """A new standard without versions; ValidationError when the branch has one of that name."""
    Unit.objects.select_for_update(no_key=True).get(pk=branch.pk)
    checklist = Checklist(branch=branch, name=name.strip())
    checklist.clean_fields(exclude=["branch"])
    if Checklist.objects.filter(branch=branch, name=checklist.name).exists():
        raise ValidationError({"name": f"已有名为“{checklist.name}”的检查标准"})
    checklist.save()
    audit_add(event="checklist.create", actor=actor, subject=checklist.name)
    return checklist


@transaction.atomic
def version_create(
    *, checklist: Checklist, label: str, scoring: str, effective_on: date, actor: User | None
) -> ChecklistVersion:
    """An empty draft; ValidationError when the label is taken."""
    Checklist.objects.select_for_update(no_key=True).get(pk=checklist.pk)
    version = ChecklistVersion(
        checklist=checklist, label=label.strip(), scoring=scoring, effective_on=effective_on
    )
    _version_check(version)
    version.save()
    audit_add(event="checklist.version_create", actor=actor, subject=str(version))
    return version


@transaction.atomic
def checklist_with_version_create(
    *, branch: Unit, name: str, label: str, scoring: str, effective_on: date, actor: User | None
) -> ChecklistVersion:
    """A new standard with an empty draft; ValidationError by field."""
    return version_create(
        checklist=checklist_create(branch=branch, name=name, actor=actor),
        label=label,
        scoring=scoring,
        effective_on=effective_on,
        actor=actor,
    )


@transaction.atomic
def version_copy(
    *, source: ChecklistVersion, label: str, effective_on: date, actor: User
) -> ChecklistVersion:
    """A draft with the content of another version of the same standard."""
    content = version_content(source)
    version = version_create(
        checklist=source.checklist,
        label=label,
        scoring=source.scoring,
        effective_on=effective_on,
        actor=actor,
    )
    _content_write(version, content.sections)
    return version


@transaction.atomic
def version_import(
    *, branch: Unit, content: VersionContent, actor: User | None
) -> ChecklistVersion:
    """The draft a file describes, in place of an older draft of that label.

    VersionFrozen when the label is published. The items must have passed `item_faults`.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=branch.pk)
    checklist = Checklist.objects.filter(branch=branch, name=content.name).first()
    if checklist is None:
        checklist = checklist_create(branch=branch, name=content.name, actor=actor)
    version = checklist.versions.filter(label=content.label).first()
    if version is None:
        version = version_create(
            checklist=checklist,
            label=content.label,
            scoring=content.scoring,
            effective_on=content.effective_on,
            actor=actor,
        )
    else:
        version = _draft_emptied(version, content)
    _content_write(version, content.sections)
    audit_add(event="checklist.import", actor=actor, subject=str(version), items=len(content.items))
    return version


@transaction.atomic
def version_update(
    *, version: ChecklistVersion, label: str, scoring: str, effective_on: date
) -> ChecklistVersion:
    """Change the head of a draft."""
    draft = _draft(version)
    draft.label, draft.scoring, draft.effective_on = label.strip(), scoring, effective_on
    _version_check(draft)
    draft.save()
    return draft


@transaction.atomic
def version_publish(*, version: ChecklistVersion, actor: User) -> ChecklistVersion:
    """Freeze the version and put it into use; NotPublishable says what is missing.

    VersionFrozen when it is published already: of two people one wins.
    """
    draft = _draft(version)
    content = version_content(draft)
    faults = publish_faults(draft.scoring, content.sections) or _content_faults(content)
    if faults:
        raise NotPublishable(faults)
    draft.published_at, draft.published_by = timezone.now(), actor
    draft.save(update_fields=["published_at", "published_by"])
    audit_add(event="checklist.publish", actor=actor, subject=str(draft), items=len(content.items))
    return draft


@transaction.atomic
def version_delete(*, version: ChecklistVersion, actor: User) -> None:
    """Remove a draft, and its standard when nothing is left of it."""
    draft = _draft(version)
    checklist, subject = draft.checklist, str(draft)
    draft.delete()
    if not checklist.versions.exists():
        checklist.delete()
    audit_add(event="checklist.version_delete", actor=actor, subject=subject)


@transaction.atomic
def section_add(*, version: ChecklistVersion, name: str, weight: Decimal | None) -> Section:
    """A module at the end of a draft; ValidationError by field."""
    draft = _draft(version)
    section = Section(
        version=draft, position=_last(draft.sections.all()) + 1, name=name.strip(), weight=weight
    )
    _section_check(section)
    section.save()
    return section


@transaction.atomic
def section_update(*, section: Section, name: str, weight: Decimal | None) -> Section:
    """Rename or reweigh a module of a draft; ValidationError by field."""
    _draft(section.version)
    section.name, section.weight = name.strip(), weight
    _section_check(section)
    section.save(update_fields=["name", "weight"])
    return section


@transaction.atomic
def section_move(*, section: Section, by: int) -> None:
    """Move a module by so many places: negative up, positive down, at most to either end."""
    draft = _draft(section.version)
    rows = list(draft.sections.order_by("position", "pk"))
    Section.objects.bulk_update(_moved(rows, section, by), ["position"])


@transaction.atomic
def section_remove(*, section: Section) -> None:
    """Remove a module of a draft with its items."""
    _draft(section.version)
    section.delete()


@transaction.atomic
def item_add(*, section: Section, content: ItemContent) -> Item:
    """An item at the end of a module of a draft; ValidationError by field."""
    draft = _draft(section.version)
    content = item_canonical(content)
    item = Item(
        version=draft,
        section=section,
        position=_last(section.items.all()) + 1,
        **item_values(content),
    )
    _item_check(item, content)
    item.save()
    return item


@transaction.atomic
def item_update(*, item: Item, section: Section, content: ItemContent) -> Item:
    """Change an item of a draft, perhaps into another module (at its end)."""
    _draft(item.version)
    content = item_canonical(content)
    if section.pk != item.section_id:
        item.section, item.position = section, _last(section.items.all()) + 1
    for name, value in item_values(content).items():
        setattr(item, name, value)
    _item_check(item, content)
    item.save()
    return item


@transaction.atomic
def item_move(*, item: Item, by: int) -> None:
    """Move an item within its module: negative up, positive down, at most to either end."""
    _draft(item.version)
    rows = list(Item.objects.filter(section=item.section_id).order_by("position", "pk"))
    Item.objects.bulk_update(_moved(rows, item, by), ["position"])


@transaction.atomic
def item_remove(*, item: Item) -> None:
    """Remove an item of a draft."""
    _draft(item.version)
    item.delete()


def _draft(version: ChecklistVersion) -> ChecklistVersion:
    """The version, locked until the transaction ends; VersionFrozen when it is published."""
    locked = (
        ChecklistVersion.objects.select_for_update(no_key=True, of=("self",))
        .select_related("checklist")
        .get(pk=version.pk)
    )
    if locked.is_published:
        raise VersionFrozen(locked)
    return locked


def _draft_emptied(version: ChecklistVersion, content: VersionContent) -> ChecklistVersion:
    draft = _draft(version)
    draft.sections.all().delete()
    draft.scoring, draft.effective_on = content.scoring, content.effective_on
    draft.save()
    return draft


def _version_check(version: ChecklistVersion) -> None:
    version.clean_fields(exclude=["checklist", "published_by"])
    twins = version.checklist.versions.filter(label=version.label).exclude(pk=version.pk)
    if twins.exists():
        raise ValidationError({"label": f"该标准已有版本“{version.label}”"})


def _section_check(section: Section) -> None:
    section.clean_fields(exclude=["version", "position"])
    if section.weight is not None and section.weight <= 0:
        raise ValidationError({"weight": "权重应大于0"})
    twins = Section.objects.filter(version=section.version_id, name=section.name)
    if twins.exclude(pk=section.pk).exists():
        raise ValidationError({"name": f"本版本已有模块“{section.name}”"})


def _item_check(item: Item, content: ItemContent) -> None:
    faults = item_faults(content)
    twins = Item.objects.filter(version=item.version_id, code=item.code).exclude(pk=item.pk)
    if "code" not in faults and twins.exists():
        faults["code"] = f"本版本已有编号“{item.code}”"
    if faults:
        raise ValidationError(dict(faults))


def _content_faults(content: VersionContent) -> list[str]:
    """Faults of items that some other way than these services put into a draft."""
    return [
        f"项目{item.code}：{fault}"
        for item in content.items
        for fault in item_faults(item).values()
    ]


def _content_write(version: ChecklistVersion, sections: Sequence[SectionContent]) -> None:
    """Write a draft's modules and items in two statements."""
    rows = Section.objects.bulk_create(
        Section(version=version, position=position, name=one.name, weight=one.weight)
        for position, one in enumerate(sections, start=1)
    )
    Item.objects.bulk_create(
        Item(version=version, section=row, position=position, **item_values(item))
        for row, one in zip(rows, sections, strict=True)
        for position, item in enumerate(one.items, start=1)
    )


def _last(rows: QuerySet[Section] | QuerySet[Item]) -> int:
    highest: int | None = rows.aggregate(highest=Max("position"))["highest"]
    return highest or 0


def _moved(rows: list[Row], row: Row, by: int) -> list[Row]:
    """The rows in their new order, numbered from 1."""
    place = max(0, rows.index(row) + by)
    rows.remove(row)
    rows.insert(place, row)
    for position, one in enumerate(rows, start=1):
        one.position = position
    return rows
