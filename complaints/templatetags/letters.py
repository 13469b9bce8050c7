"""Tags of the pages of letters."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.templatetags.page import query
from complaints.excerpts import Piece
from complaints.models import Letter, SavedView
from complaints.selectors.customers import CustomerCard, customer_card
from complaints.selectors.standing import Standing

register = template.Library()
SOON = 3  # days before a deadline from which it stands out


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], names: Sequence[str]) -> str:
    """The page's query string without some parameters, on its first page."""
    return query(context, page=None, **dict.fromkeys(names))


@register.simple_tag
def saved_url(view: SavedView) -> str:
    """The list as a saved view asks for it."""
    return f"{reverse('complaints:letters')}?{urlencode(view.query)}"


@register.simple_tag(takes_context=True)
def sort_letters(context: dict[str, Any], name: str, label: str, sort: str) -> SafeString:
    """A heading that sorts the whole list; what sorts one way only is not turned."""
    now = sort.removeprefix("-") == name
    order = ("descending" if sort.startswith("-") else "ascending") if now else ""
    turned = {"-received": "received", "received": "-received"}.get(sort, "-received")
    return format_html(
        '<th scope="col"{}><a class="mc-sort" href="{}">{}</a></th>',
        format_html(' aria-sort="{}"', order) if order else "",
        query(context, sort=turned if name == "received" else name, page=None),
        label,
    )


@register.simple_tag
def marked(pieces: Sequence[Piece]) -> SafeString:
    """A text in pieces, what was looked for marked."""
    shown = (format_html("<mark>{}</mark>", text) if hit else text for text, hit in pieces)
    return format_html_join("", "{}", ((one,) for one in shown))


@register.simple_tag
def state_of(state: str) -> SafeString:
    """A letter's state as icon and word; a list has it many times."""
    return _state_words(state)


@cache
def _state_words(state: str) -> SafeString:
    return render_to_string("complaints/_letter_state.html", {"letter": Letter(state=state)})


@register.simple_tag
def due(letter: Letter, today: date) -> SafeString:
    """The deadline, and when it is close or past how many days; nothing more once answered."""
    if letter.due_on is None:
        return format_html('<span class="text-secondary">—</span>')
    day = f"{letter.due_on:%m-%d}" if letter.due_on.year == today.year else f"{letter.due_on}"
    if letter.answered_on is not None or not letter.is_open:
        late = format_html(' <span class="ls-late">逾期</span>') if letter.is_late else ""
        return format_html("{}{}", day, late)
    left = (letter.due_on - today).days
    words = f"逾期 {-left} 天" if left < 0 else "今天" if left == 0 else f"剩 {left} 天"
    style = "ls-late" if left < 0 else "ls-soon" if left <= SOON else "text-secondary"
    return format_html('{} <span class="{}">{}</span>', day, style, words)


@register.simple_tag
def customer_of(letter: Letter, standing: Standing) -> CustomerCard:
    """What the page shows of the letter's customer."""
    return customer_card(letter, standing)
