"""Sparklines: a unit's totals over the months as a small inline SVG."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.utils.safestring import SafeString, mark_safe

WIDTH: Final = 92
HEIGHT: Final = 22
_PAD: Final = 3
_SVG: Final = (
    f'<svg class="mc-spark" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
    'role="img" aria-label="%s"><path d="%s"/><circle cx="%.0f" cy="%.1f" r="2.5"/></svg>'
)
Total = Decimal | None


def spark(totals: Sequence[Total], low: Decimal, high: Decimal) -> SafeString:
    """A line through the totals there are, a dot at the last; empty without any.

    All rows of a table share `low` and `high`, so that their lines can be compared.
    """
    points = _points(totals, low, high)
    held = [total for total in totals if total is not None]
    if not points:
        return SafeString("")
    path, pen = "", "M"
    for point in points:
        path += f"{pen}{point[0]:.0f} {point[1]:.1f}" if point else ""
        pen = "L" if point else "M"
    x, y = next(point for point in reversed(points) if point)
    label = f"{len(held)}个月总分，{held[0]:.2f}至{held[-1]:.2f}"
    return mark_safe(_SVG % (label, path, x, y))  # noqa: S308  (numbers and our own words)


def bounds(rows: Sequence[Sequence[Total]]) -> tuple[Decimal, Decimal]:
    """The lowest and highest total of a table."""
    held = [total for row in rows for total in row if total is not None]
    return (min(held), max(held)) if held else (Decimal(0), Decimal(1))


def _points(
    totals: Sequence[Total], low: Decimal, high: Decimal
) -> list[tuple[float, float] | None]:
    if all(total is None for total in totals):
        return []
    step = (WIDTH - 2 * _PAD) / max(len(totals) - 1, 1)
    scale = (HEIGHT - 2 * _PAD) / float(high - low or 1)
    start = WIDTH - _PAD if len(totals) == 1 else _PAD
    return [
        None if total is None else (start + step * place, _PAD + float(high - total) * scale)
        for place, total in enumerate(totals)
    ]
