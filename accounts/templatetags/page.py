"""Tags every template has: icons, figures, rank changes, links that keep the filters."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import forms, template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import events

register = template.Library()


@cache
def _icon_body(name: str) -> str:
    svg = (Path(settings.ICONS_DIR) / f"{name}.svg").read_text(encoding="utf-8")
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return " ".join(body.split())


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An outline icon, inline, hidden from screen readers: the word beside it speaks."""
    return format_html(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
        'aria-hidden="true">{}</svg>',
        extra,
        mark_safe(_icon_body(name)),  # noqa: S308  (our own installed files)
    )


@register.filter
def figure(value: Decimal | None) -> str:
    """A score with two places; a dash where there is none."""
    return "—" if value is None else f"{value:.2f}"


@register.filter
def signed(value: Decimal | None) -> str:
    """An adjustment with its sign; nothing for zero or none."""
    return f"{value:+.2f}" if value else "—"


@register.simple_tag
def rank_change(change: int | None) -> SafeString:
    """Places climbed or lost as arrow and number, with words for screen readers."""
    if change is None:
        return format_html('<span class="text-secondary" title="{}">—</span>', "上月未参评")
    if change == 0:
        return format_html('<span class="text-secondary">{}</span>', "持平")
    up = change > 0
    return format_html(
        '<span class="{}"><span class="visually-hidden">{}</span>{}{}</span>',
        "rank-up" if up else "rank-down",
        "上升" if up else "下降",
        "↑" if up else "↓",
        abs(change),
    )


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed (None removes one)."""
    request = context.get("request")
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        if value is None:
            params.pop(key, None)
        else:
            params[key] = str(value)
    return f"?{params.urlencode()}"


@register.filter
def control_kind(field: BoundField) -> str:
    """How a form field is laid out: "check", "group" (several boxes) or "line"."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    grouped = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return "group" if grouped else "line"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The field's widget with the classes of its kind; Django adds the ARIA attributes."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        style = "form-check-input"
    else:
        style = "form-select" if isinstance(widget, forms.Select) else "form-control"
    wrong = " is-invalid" if field.errors else ""
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{style}{wrong} {own}".strip()})


@register.simple_tag
def page_numbers(page: "Page[Any]") -> Iterable[int | str]:
    """The page numbers a pager shows, with gaps."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


@register.filter
def event_label(event: str) -> str:
    """What an audited event is called."""
    return events.event_label(event)


@register.filter
def detail_words(detail: dict[str, Any]) -> str:
    """The details of an audit entry in words."""
    return events.detail_words(detail)
