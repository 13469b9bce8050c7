"""The demonstration branch's tellers: who was where, and how each of them works."""

import random
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from django.db.models import Q

from outlets.models import Post, Posting, Unit
from reports.demo.organisation import SEED, Place

# How the tellers spread: most do well, some excel, a few are slow or new to the counter.
SLOW: Final = 0.05
UNASKED: Final = 0.03  # who hardly ever asks customers to press the device
_MEAN_QUALITY: Final = 0.91


class Traits(NamedTuple):
    """How somebody works: tests (points), transactions as a share of the target, and at the device.

    `asks` is the share of customers asked to evaluate, `pleases` the satisfied among those.
    """

    tests: float
    pace: float
    asks: float
    pleases: float


def traits(number: str, place: Place) -> Traits:
    """The same for the same person each time."""
    chance = random.Random(f"{SEED}:teller:{number}")
    able = chance.betavariate(5, 2.2) + 1.5 * (place.quality - _MEAN_QUALITY)
    if chance.random() < SLOW:
        able = chance.uniform(0, 0.1)
    able = min(1.0, max(0.0, able))
    asks = 0.5 + 3 * (place.quality - 0.86) + chance.uniform(-0.05, 0.05)
    return Traits(
        tests=33 + 58 * able + chance.uniform(-4, 4),
        pace=0.14 + 0.95 * able + chance.uniform(-0.06, 0.06),
        asks=asks * (0.15 if chance.random() < UNASKED else 1),
        pleases=0.80 + 0.10 * able + 0.9 * (place.quality - 0.86),
    )


def tellers_at(units: Sequence[Unit], first: date, last: date) -> dict[str, list[str]]:
    """The numbers of those who were tellers at each unit, by its code, on any of these days."""
    held: dict[str, list[str]] = {}
    rows = Posting.objects.filter(
        Q(end=None) | Q(end__gte=first), unit__in=units, post=Post.TELLER, start__lte=last
    ).order_by("staff__number")
    for code, number in rows.values_list("unit__code", "staff__number"):
        held.setdefault(code, []).append(number)
    return held
