"""星级工号牌: cards to cut out, ten to a page, each with a code to its public page."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import segno
from django.template.loader import render_to_string

from reports.documents import Figures, renders
from reports.models import Document
from tellers.stars import STAR_LABELS

PER_PAGE: Final = 10
_SHORT: Final = 5  # characters of a name in large type


@renders(Document.Kind.BADGES)
def badges_html(figures: Figures) -> str:
    """The sheets as HTML: two columns of five cards, with lines to cut along."""
    cards = [_card(card) for card in figures["cards"]]
    context = {
        "title": figures["title"],
        "branch": figures["branch"],
        "period": figures["period"],
        "issued_on": figures["issued_on"],
        "issued": date.fromisoformat(figures["issued_on"]),
        "sheets": [cards[first : first + PER_PAGE] for first in range(0, len(cards), PER_PAGE)],
    }
    return render_to_string("reports/pdf/badges.html", context)


def _card(card: Mapping[str, Any]) -> Mapping[str, Any]:
    """A card with its stars as signs and words, and its code as a drawing."""
    star = int(card["star"])
    code = segno.make(card["url"], error="m").svg_data_uri(border=0)
    size = "long" if len(card["name"]) > _SHORT else "name"
    return {**card, "signs": "★" * star, "label": STAR_LABELS[star], "code": code, "size": size}


def badges_figures(
    *, branch: str, period: str, issued_on: str, title: str, cards: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What is stored: everything the sheets say, nothing else."""
    return {
        "branch": branch,
        "period": period,
        "issued_on": issued_on,
        "title": title,
        "cards": [dict(card) for card in cards],
    }
