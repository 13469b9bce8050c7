"""The form that a version makes: its modules and items as they apply to a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import groupby

from inspections.models import Channel, ChecklistVersion, Item, Section
from inspections.scoring import DEDUCT, GRADED, NO, ItemRule, parse_parameters, plain


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


@lru_cache(maxsize=64)
def published_form(version_id: int, channel: str) -> VersionForm:
    """What an inspector of this channel fills in; ChecklistVersion.DoesNotExist for a draft.

    Kept in memory: the database lets nobody change a published version.
    """
    version = ChecklistVersion.objects.select_related("checklist").get(
        pk=version_id, published_at__isnull=False
    )
    return version_form(version, channel)


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
