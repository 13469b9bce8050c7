"""Who sees which standard, which version a visit uses, and the form it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, F, FloatField, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Cast

from accounts.models import User
from accounts.roles import Capability
from inspections.models import Channel, Checklist, ChecklistVersion, Item, Section
from inspections.scoring import DEDUCT, GRADED, NO, ItemRule, parse_parameters, plain
from inspections.standards import (
    ITEM_FIELDS,
    TOTAL_POINTS,
    ItemContent,
    SectionContent,
    VersionContent,
)
from outlets.models import Unit


@dataclass(frozen=True, slots=True)
class FormItem:
    """One item as a form shows it and `rule` scores it; choices are `Item`'s stored values."""

    id: int
    code: str
    text: str
    rule: ItemRule
    parameters: str
    photo: str
    channels: tuple[str, ...]
    attribution: str
    is_hot: bool
    stage: str

    @property
    def points(self) -> Decimal:
        return self.rule.points

    @property
    def mode(self) -> str:
        return self.rule.mode

    @property
    def allows_na(self) -> bool:
        return self.rule.allows_na

    @property
    def red_line(self) -> str:
        return self.rule.red_line

    @property
    def photo_label(self) -> str:
        return Item.Photo(self.photo).label

    @property
    def rule_text(self) -> str:
        """How it is scored, in words and points: 每次扣 2 分; 优 10 · 良 8; ≤ 300000."""
        rule = self.rule
        if rule.mode == DEDUCT and rule.step is not None:
            return f"每次扣 {plain(rule.step)} 分"
        if rule.mode == GRADED:
            return " · ".join(
                f"{name} {plain(share * rule.points)}" for name, share in rule.grades.items()
            )
        limits = (("≥", rule.limit_min), ("≤", rule.limit_max))
        text = " 且 ".join(f"{sign} {plain(limit)}" for sign, limit in limits if limit is not None)
        return text or "不合格扣全分"

    @property
    def channel_labels(self) -> list[str]:
        return [Channel(value).label for value in self.channels]

    @property
    def mode_label(self) -> str:
        return Item.Mode(self.mode).label

    @property
    def red_line_label(self) -> str:
        return Item.RedLine(self.red_line).label

    @property
    def attribution_label(self) -> str:
        return Item.Attribution(self.attribution).label

    @property
    def stage_label(self) -> str:
        return Item.Stage(self.stage).label if self.stage else ""


@dataclass(frozen=True, slots=True)
class FormSection:
    """A module with those of its items that apply; weight 1 where the standard has none."""

    id: int
    name: str
    weight: Decimal
    items: tuple[FormItem, ...]

    @property
    def points(self) -> Decimal:
        return sum((item.points for item in self.items), Decimal(0))


@dataclass(frozen=True)
class VersionForm:
    """What an inspector fills in: one version as it applies to one channel (None: all of it).

    `scoring` is POINTS or WEIGHTED, as `inspections.scoring.score` takes it.
    """

    version_id: int
    name: str
    label: str
    scoring: str
    channel: str | None
    sections: tuple[FormSection, ...]

    @cached_property
    def items(self) -> Mapping[int, FormItem]:
        """Every item by its id, in the order of the form."""
        return {item.id: item for section in self.sections for item in section.items}

    @property
    def points(self) -> Decimal:
        return sum((section.points for section in self.sections), Decimal(0))


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


def version_form(version: ChecklistVersion, channel: str | None = None) -> VersionForm:
    """The sections and items of the version that apply to the channel, in one query.

    Sections without such items are left out. Give a version loaded with its checklist.
    """
    items = Item.objects.filter(version=version).select_related("section")
    if channel is not None:
        items = items.filter(channels__contains=[channel])
    ordered = items.order_by("section__position", "section_id", "position", "pk")
    sections = tuple(
        _form_section(section, tuple(map(_form_item, group)))
        for section, group in groupby(ordered, key=lambda item: item.section)
    )
    return VersionForm(
        version_id=version.pk,
        name=version.checklist.name,
        label=version.label,
        scoring=version.scoring,
        channel=channel,
        sections=sections,
    )


def form_filtered(
    form: VersionForm,
    *,
    channel: str = "",
    mode: str = "",
    red_line: bool = False,
    hot: bool = False,
) -> VersionForm:
    """The form with only the items of the channel, of the mode, red lines only, hot ones only."""

    def wanted(item: FormItem) -> bool:
        return (
            (not channel or channel in item.channels)
            and (not mode or item.mode == mode)
            and (not red_line or item.red_line != NO)
            and (not hot or item.is_hot)
        )

    sections = (replace(one, items=tuple(filter(wanted, one.items))) for one in form.sections)
    return replace(
        form, channel=channel or None, sections=tuple(one for one in sections if one.items)
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


def item_rule(item: Item) -> ItemRule:
    """The scoring rule of a stored item; InvalidRule if something bypassed the services."""
    parameters = parse_parameters(item.mode, item.parameters)
    return ItemRule(
        points=item.points,
        mode=item.mode,
        step=parameters.step,
        grades=parameters.grades,
        limit_min=parameters.limit_min,
        limit_max=parameters.limit_max,
        allows_na=item.allows_na,
        red_line=item.red_line,
    )


def _branch_of(user: User) -> QuerySet[Unit, Any]:
    """The user's branch, as a subquery; none for users without a unit."""
    return Unit.objects.filter(pk=user.unit_id or 0).values("branch")


def _form_section(section: Section, items: tuple[FormItem, ...]) -> FormSection:
    return FormSection(section.pk, section.name, section.weight or Decimal(1), items)


def _form_item(item: Item) -> FormItem:
    return FormItem(
        id=item.pk,
        code=item.code,
        text=item.text,
        rule=item_rule(item),
        parameters=item.parameters,
        photo=item.photo,
        channels=tuple(item.channels),
        attribution=item.attribution,
        is_hot=item.is_hot,
        stage=item.stage,
    )
