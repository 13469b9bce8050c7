"""What anybody may learn from a badge's code."""

from datetime import date
from typing import NamedTuple

from tellers.models import StarPeriod, StarRating


class Verified(NamedTuple):
    """A star that is in force: whose number, since when, of which period."""

    number: str
    star: int
    period: str
    first_day: date
    last_day: date
    final_on: date | None


def star_verified(token: str) -> Verified | None:
    """The star of a final period behind a token; None for any other text. One query."""
    held = StarRating.objects.filter(
        token=token, star__gt=0, period__state=StarPeriod.State.FINAL
    ).values_list(
        "staff__number", "star", "period__label", "period__first_day", "period__last_day",
        "period__final_on",
    )  # fmt: skip
    row = held.first()
    return Verified(*row) if row else None
