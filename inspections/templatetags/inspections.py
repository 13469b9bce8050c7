"""Tags of the pages of visits and inspections."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.templatetags.page import query
from inspections.models.inspections import Method
from inspections.selectors.forms import FormItem

register = template.Library()


@register.filter
def grade_points(item: FormItem) -> list[tuple[str, Decimal]]:
    """The grades of an item with the points each earns."""
    return [(name, share * item.points) for name, share in item.rule.grades.items()]


@register.filter
def method_words(methods: list[str]) -> str:
    """The names of stored methods."""
    return "、".join(str(Method(value).label) for value in methods)


@register.simple_tag(takes_context=True)
def sort_heading(
    context: dict[str, Any], name: str, label: str, sort: str, style: str = ""
) -> SafeString:
    """A table heading that sorts the whole list: again turns the order, figures first descend."""
    now = sort.removeprefix("-") == name
    descends = sort.startswith("-")
    turned = not descends if now else name != "unit"
    order = ("descending" if descends else "ascending") if now else ""
    return format_html(
        '<th scope="col" class="{}"{}><a class="mc-sort" href="{}">{}</a></th>',
        style,
        format_html(' aria-sort="{}"', order) if order else "",
        query(context, sort=f"{'-' if turned else ''}{name}", page=None),
        label,
    )
