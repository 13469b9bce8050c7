"""What is wrong with an item, and the one form in which it is stored. Source: docs/rules.md R1."""

from dataclasses import asdict, replace
from typing import Any

from django.core.exceptions import ValidationError

from inspections.models import Channel, Item
from inspections.scoring import InvalidRule, ItemRule, format_parameters, parse_parameters, plain
from inspections.standards import MAX_ITEM_POINTS, ItemContent


def item_canonical(content: ItemContent) -> ItemContent:
    """The item as it is stored: trimmed, parameters in canonical form, each channel once."""
    try:
        parsed = parse_parameters(content.mode, content.parameters)
        parameters = format_parameters(content.mode, parsed)
    except InvalidRule:
        parameters = content.parameters
    return replace(
        content,
        code=content.code.strip(),
        text=content.text.strip(),
        parameters=parameters,
        channels=tuple(value for value in Channel.values if value in content.channels),
    )


def item_faults(content: ItemContent) -> dict[str, str]:
    """What is wrong with an item, in Chinese by field; empty when nothing is. R1."""
    faults = _field_faults(content)
    if "points" not in faults and not (
        0 < content.points <= MAX_ITEM_POINTS and content.points == round(content.points, 2)
    ):
        faults["points"] = f"分值应大于0、不超过{plain(MAX_ITEM_POINTS)}，至多2位小数"
    if not content.channels:
        faults["channels"] = "至少要有一个渠道"
    if not faults.keys() & {"points", "mode", "parameters", "red_line"}:
        faults |= _rule_faults(content)
    return faults


def _field_faults(content: ItemContent) -> dict[str, str]:
    """Lengths and choices, as the table has them."""
    try:
        Item(**item_values(content)).clean_fields(exclude=["version", "section", "position"])
    except ValidationError as error:
        return {name: texts[0] for name, texts in error.message_dict.items()}
    return {}


def _rule_faults(content: ItemContent) -> dict[str, str]:
    try:
        parameters = parse_parameters(content.mode, content.parameters)
        ItemRule(
            points=content.points,
            mode=content.mode,
            step=parameters.step,
            grades=parameters.grades,
            limit_min=parameters.limit_min,
            limit_max=parameters.limit_max,
        )
    except InvalidRule as error:
        return {"parameters": str(error)}
    return {}


def item_values(content: ItemContent) -> dict[str, Any]:
    """The item as field values of the table."""
    return asdict(content) | {"channels": list(content.channels)}
