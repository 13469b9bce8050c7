"""The charts of a bulletin, from its figures."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from outlets.charts import COLOURS, Chart, Series, dumbbells, heat_map, stacked_bars, trend
from outlets.months import Month
from reports.bulletins.words import components_present
from reports.scheme import COMPONENT_LABELS, COVERT, DEVICE, OPEN, QUIZ, SPECIAL

Figures = Mapping[str, Any]

_TOTAL: Final = "累计"
_LEAST_POINTS: Final = 2
# A component keeps its colour in every chart.
COMPONENT_COLOURS: Final = dict(zip((COVERT, OPEN, DEVICE, SPECIAL, QUIZ), COLOURS, strict=True))
_AVERAGES: Final = {
    "total": ("全行平均", "#22262b"),
    "open": ("明查平均", COMPONENT_COLOURS[OPEN]),
    "covert": ("暗访平均", COMPONENT_COLOURS[COVERT]),
}


def losses(figures: Figures) -> Chart | None:
    """Where each institution lost its marks: weight × (100 − score) ÷ the weights it has."""
    rows = _ranked(figures["institutions"])
    names = components_present(rows)
    if not rows or not names:
        return None
    parts = [_parts(row, names, figures["weights"]) for row in rows]
    series = [_series(name, [part.get(name) for part in parts]) for name in names]
    return stacked_bars(
        [row["name"] for row in rows],
        series,
        "各机构按权重折算的失分，分明查、暗访等项，合计在右端",
    )


def open_and_covert(figures: Figures) -> Chart | None:
    """How each institution is found when inspectors show themselves, and when they do not."""
    rows = [row for row in _ranked(figures["institutions"]) if row["open"] and row["covert"]]
    if not rows:
        return None
    one, other = (_series(name, [Decimal(row[name]) for row in rows]) for name in (OPEN, COVERT))
    return dumbbells([row["name"] for row in rows], one, other, "各机构明查与暗访得分对照")


def months(figures: Figures) -> Chart | None:
    """The branch's means over the months; None before there are two."""
    points = figures["trend"]
    if len(points) < _LEAST_POINTS:
        return None
    series = [
        Series(label, [_decimal(point[name]) for point in points], colour)
        for name, (label, colour) in _AVERAGES.items()
        if points[-1][name] is not None
    ]
    names = [f"{Month.parse(point['month']).month}月" for point in points]
    return trend(names, series, "全行网点平均得分逐月变化")


def season_map(season: Figures) -> Chart:
    """The institutions' months and their cumulative score, in the order of their season ranks."""
    rows = season["institutions"]
    columns = [f"{Month.parse(each).month}月" for each in season["months"]]
    values = [[*map(_decimal, row["totals"]), _decimal(row["score"])] for row in rows]
    names = [f"{row['rank'] or '—'}　{row['name']}" for row in rows]
    return heat_map(names, [*columns, _TOTAL], values, "各机构逐月得分与累计得分")


def _series(component: str, values: Sequence[Decimal | None]) -> Series:
    return Series(COMPONENT_LABELS[component], values, COMPONENT_COLOURS[component])


def _ranked(rows: Sequence[Figures]) -> list[Figures]:
    return [row for row in rows if row["rank"]]


def _parts(row: Figures, names: Sequence[str], weights: Figures) -> dict[str, Decimal]:
    """Marks lost by component; they sum to 100 minus the weighted mean of the components."""
    held = {name: Decimal(row[name]) for name in names if row[name] is not None}
    whole = sum((Decimal(weights[name]) for name in held), Decimal(0)) or Decimal(1)
    return {name: Decimal(weights[name]) * (100 - score) / whole for name, score in held.items()}


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
