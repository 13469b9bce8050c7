"""Tags of the standards' pages."""

from collections.abc import Iterable
from decimal import Decimal

from django import template

from inspections.models import Channel, Item
from inspections.scoring import plain

register = template.Library()


@register.filter
def points(value: Decimal | int | None) -> str:
    """Points as people write them: 10, 0.5; a dash where there are none."""
    return "—" if value is None else plain(Decimal(value))


@register.filter
def channel_words(channels: Iterable[str]) -> str:
    """The names of stored channels."""
    return "、".join(str(Channel(value).label) for value in channels)


@register.filter
def red_line_words(value: str) -> str:
    """The name of a stored red line."""
    return str(Item.RedLine(value).label)


@register.filter
def stage_words(value: str) -> str:
    """The name of a stored first-inquiry stage."""
    return str(Item.Stage(value).label)
