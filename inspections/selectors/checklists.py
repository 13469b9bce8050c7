"""Who sees which standard, which version a visit uses, and what a version holds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from django.db.models import Count, Exists, F, FloatField, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Cast

from accounts.models import User
from accounts.roles import Capability
from inspections.models import Checklist, ChecklistVersion, Item, Section
from inspections.standards import (
    ITEM_FIELDS,
    TOTAL_POINTS,
    ItemContent,
    SectionContent,
    VersionContent,
)
from outlets.models import Unit


@dataclass(frozen=True, slots=True)
class ModuleTotal:
    """What a module adds up to."""

    pk: int
    weight: Decimal | None
    item_count: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class VersionTotals:
    """What a version adds up to, module by module; `gap` is what 千分制 still lacks."""

    modules: tuple[ModuleTotal, ...]

    @property
    def item_count(self) -> int:
        return sum(module.item_count for module in self.modules)

    @property
    def points(self) -> Decimal:
        return sum((module.points for module in self.modules), Decimal(0))

    @property
    def weights(self) -> Decimal:
        return sum((module.weight or Decimal(0) for module in self.modules), Decimal(0))

    @property
    def gap(self) -> Decimal:
        return TOTAL_POINTS - self.points


class Standing(Enum):
    """Where a version stands on a day."""

    DRAFT = "草稿"
    COMING = "待生效"
    IN_FORCE = "现行"
    PAST = "已替代"


@dataclass(frozen=True, slots=True)
class ListedChecklist:
    """A standard as the list shows it: each version, with its totals, and where it stands."""

    checklist: Checklist
    versions: tuple[tuple[ChecklistVersion, Standing], ...]


def checklists_visible_to(user: User) -> QuerySet[Checklist]:
    """The branch's standards; without a published version only their editors see one."""
    if not user.can(Capability.CHECKLISTS_READ):
        return Checklist.objects.none()
    mine = Checklist.objects.filter(branch__in=_branch_of(user))
    if user.can(Capability.CHECKLISTS_EDIT):
        return mine
    published = ChecklistVersion.objects.filter(
        checklist=OuterRef("pk"), published_at__isnull=False
    )
    return mine.filter(Exists(published))


def versions_visible_to(user: User) -> QuerySet[ChecklistVersion]:
    """The branch's versions; drafts only for those who edit them. Newest first."""
    if not user.can(Capability.CHECKLISTS_READ):
        return ChecklistVersion.objects.none()
    mine = ChecklistVersion.objects.filter(checklist__branch__in=_branch_of(user))
    if not user.can(Capability.CHECKLISTS_EDIT):
        mine = mine.filter(published_at__isnull=False)
    return mine.select_related("checklist", "published_by").order_by(
        "checklist__name", "-effective_on", "-pk"
    )


def drafts_editable_by(user: User) -> QuerySet[ChecklistVersion]:
    """The versions this user may still change."""
    if not user.can(Capability.CHECKLISTS_EDIT):
        return ChecklistVersion.objects.none()
    return versions_visible_to(user).filter(published_at=None)


def versions_with_totals(versions: QuerySet[ChecklistVersion]) -> QuerySet[ChecklistVersion]:
    """Each version with `item_count` and `total_points`."""
    return versions.annotate(item_count=Count("items"), total_points=Sum("items__points"))


def checklists_listed(user: User, today: date) -> list[ListedChecklist]:
    """The user's standards with their versions, newest first, and where each stands today."""
    versions = versions_with_totals(versions_visible_to(user))
    by_checklist: dict[Checklist, list[ChecklistVersion]] = {
        checklist: [] for checklist in checklists_visible_to(user)
    }
    for version in versions:
        by_checklist[version.checklist].append(version)
    return [
        ListedChecklist(checklist, tuple(zip(rows, _standings(rows, today), strict=True)))
        for checklist, rows in by_checklist.items()
    ]


def _standings(versions: list[ChecklistVersion], today: date) -> list[Standing]:
    """Where each of a standard's versions (newest first) stands on that day."""
    standings: list[Standing] = []
    for version in versions:
        if not version.is_published:
            standings.append(Standing.DRAFT)
        elif version.effective_on > today:
            standings.append(Standing.COMING)
        else:
            seen = Standing.IN_FORCE in standings
            standings.append(Standing.PAST if seen else Standing.IN_FORCE)
    return standings


def version_for(*, branch: Unit, channel: str, on: date) -> ChecklistVersion | None:
    """The published version an inspection of this channel uses on this day; None if there is none.

    Of each standard the latest version in force counts. Where several standards have items for
    the channel, the one made for it wins: the largest share of its items applies; then the newest.
    """
    in_force = (
        ChecklistVersion.objects.filter(
            checklist__branch=branch, published_at__isnull=False, effective_on__lte=on
        )
        .order_by("checklist_id", "-effective_on", "-pk")
        .distinct("checklist_id")
    )
    applying = Count("items", filter=Q(items__channels__contains=[channel]))
    return (
        ChecklistVersion.objects.filter(pk__in=in_force.values("pk"))
        .select_related("checklist")
        .annotate(applying=applying, share=Cast(F("applying"), FloatField()) / Count("items"))
        .filter(applying__gt=0)
        .order_by("-share", "-effective_on", "-pk")
        .first()
    )


def version_totals(version: ChecklistVersion) -> VersionTotals:
    """The sums of each module and of the whole, in one query."""
    rows = (
        version.sections.order_by("position", "pk")
        .annotate(item_count=Count("items"), total=Sum("items__points"))
        .values_list("pk", "weight", "item_count", "total")
    )
    return VersionTotals(
        tuple(
            ModuleTotal(pk=pk, weight=weight, item_count=number, points=points or Decimal(0))
            for pk, weight, number, points in rows
        )
    )


def sections_with_items(version: ChecklistVersion) -> list[Section]:
    """Every section of the version, empty ones too, with its items prefetched in order."""
    items = Item.objects.order_by("position", "pk")
    return list(
        version.sections.order_by("position", "pk").prefetch_related(Prefetch("items", items))
    )


def version_content(version: ChecklistVersion) -> VersionContent:
    """The version as plain values, for copies, comparisons and files. Two queries."""
    return VersionContent(
        name=version.checklist.name,
        label=version.label,
        scoring=version.scoring,
        effective_on=version.effective_on,
        sections=tuple(
            SectionContent(one.name, one.weight, tuple(map(item_content, one.items.all())))
            for one in sections_with_items(version)
        ),
    )


def item_content(item: Item) -> ItemContent:
    """A stored item as plain values."""
    values = {name: getattr(item, name) for name in ITEM_FIELDS}
    return ItemContent(**values | {"channels": tuple(item.channels)})


def _branch_of(user: User) -> QuerySet[Unit, Any]:
    """The user's branch, as a subquery; none for users without a unit."""
    return Unit.objects.filter(pk=user.unit_id or 0).values("branch")
