"""The chart of stars by unit."""

from decimal import Decimal
from typing import Final

from outlets.charts import Chart, Series, stacked_bars
from tellers.selectors.star_distribution import Distribution
from tellers.stars import HIGHEST, STAR_LABELS

# From the highest down; white figures can be read on each of them.
_SHADES: Final = ("#8f2a15", "#b0351c", "#b45a2b", "#96690f", "#4d7a65", "#6e6e6e")


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
