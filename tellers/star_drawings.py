"""The chart of stars by unit."""

from decimal import Decimal
from typing import Final

from outlets.charts import COLOURS, INK, Chart, Series, stacked_bars
from tellers.selectors.star_distribution import Distribution
from tellers.stars import HIGHEST, STAR_LABELS

# From five stars down to none.
_SHADES: Final = (COLOURS[0], COLOURS[3], COLOURS[2], COLOURS[1], COLOURS[4], INK)


def distribution_chart(spread: Distribution, summary: str) -> Chart:
    """A bar a unit: how many hold five stars down to none."""
    series = [
        Series(
            STAR_LABELS[star],
            [Decimal(row.stars[star]) or None for row in spread.rows],
            _SHADES[HIGHEST - star],
        )
        for star in range(HIGHEST, -1, -1)
    ]
    held = [one for one in series if any(one.values)]
    return stacked_bars([row.name for row in spread.rows], held, summary, places=0)
