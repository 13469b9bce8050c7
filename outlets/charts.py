"""Charts as ECharts options: plain JSON, so that a page and a PDF draw the same one.

The functions are pure: labels and decimals in, a `Chart` out; no option holds a script. In the
browser the option goes through `json_script`; for a PDF `reports.charting` draws it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor
from typing import Any, Final, NamedTuple

Value = Decimal | None

# Deep vermilion first, then calm colours; white figures can be read on each of them.
COLOURS: Final = ("#b0351c", "#35597f", "#4d7a65", "#96690f", "#6e6e6e")
INK: Final = "#22262b"
FAINT: Final = "#565d66"
RULE: Final = "#d5d6d8"
FONT: Final = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
TEXT_WIDTH: Final = 590  # px: the 156 mm of a page's text
_SIZE: Final = 11.5
_ROW: Final = 20
_TREND_HEIGHT: Final = 144
_COLUMNS_HEIGHT: Final = 190
_STEPS: Final = tuple(map(Decimal, ("0.5", "1", "2", "5", "10")))
_MOST_STEPS: Final = 6
_BARE: Final[dict[str, Any]] = {
    "axisTick": {"show": False},
    "axisLine": {"show": False},
    "splitLine": {"show": False},
}
_PALE: Final = "#fdf6f3"
_DEEP: Final = "#c2522f"


class Series(NamedTuple):
    """One named run of values, as many as there are categories; None where there is none."""

    name: str
    values: Sequence[Value]
    colour: str = COLOURS[0]


@dataclass(frozen=True, slots=True)
class Chart:
    """An ECharts option with the size it is laid out for, in CSS pixels, and its words."""

    option: dict[str, Any]
    width: int
    height: int
    summary: str


def stacked_bars(
    names: Sequence[str],
    series: Sequence[Series],
    summary: str,
    width: int = TEXT_WIDTH,
    places: int = 2,
) -> Chart:
    """Horizontal bars, the first name on top: each part labelled inside, the sum at the end."""
    sums = [_sum(each.values[row] for each in series) for row in range(len(names))]
    widest = max(sums, default=Decimal(0)) or Decimal(1)
    parts = [
        _bar(each.name, each.colour, [_part(value, widest, places) for value in each.values])
        for each in series
    ]
    ends = [_labelled(Decimal(0), f"{total:.{places}f}", position="right") for total in sums]
    option = _base() | {
        "legend": _legend([each.name for each in series]),
        "grid": {"left": 4, "right": 48, "top": 30, "bottom": 2, "containLabel": True},
        "xAxis": _BARE | {"type": "value", "max": float(widest), "axisLabel": {"show": False}},
        "yAxis": _names_axis(names),
        "series": [*parts, _bar("合计", "transparent", ends)],
    }
    return Chart(option, width, 34 + _ROW * len(names), summary)


def stacked_columns(
    names: Sequence[str], series: Sequence[Series], summary: str, width: int = TEXT_WIDTH
) -> Chart:
    """A column a name, of whole numbers: each part labelled inside, the sum on top."""
    sums = [_sum(each.values[place] for each in series) for place in range(len(names))]
    highest = max(sums, default=Decimal(0)) or Decimal(1)
    parts = [
        _bar(each.name, each.colour, [_count(value, highest) for value in each.values])
        for each in series
    ]
    ends = [_labelled(Decimal(0), f"{total}", position="top") for total in sums]
    bars = [each | {"barWidth": "48%"} for each in (*parts, _bar("合计", "transparent", ends))]
    return _columns(names, series, bars, summary, width)


def paired_columns(
    names: Sequence[str], series: Sequence[Series], summary: str, width: int = TEXT_WIDTH
) -> Chart:
    """Columns side by side, of whole numbers, each with its figure on top."""
    bars = [
        _bar(each.name, each.colour, [_labelled(v, f"{v}", position="top") for v in each.values])
        | {"stack": each.name, "barWidth": 26, "barGap": "12%"}
        for each in series
    ]
    return _columns(names, series, bars, summary, width)


def dumbbells(
    names: Sequence[str], one: Series, other: Series, summary: str, width: int = TEXT_WIDTH
) -> Chart:
    """Two dots a row joined by a line, each with its figure on its outer side."""
    low, high = _bounds([*one.values, *other.values])
    pairs = list(zip(one.values, other.values, strict=True))
    lows = [None if None in pair else float(min(_held(pair))) for pair in pairs]
    gaps = [None if None in pair else float(max(_held(pair)) - min(_held(pair))) for pair in pairs]
    option = _base() | {
        "legend": _legend([one.name, other.name]),
        "grid": {"left": 4, "right": 44, "top": 30, "bottom": 2, "containLabel": True},
        "xAxis": _value_axis(low, high) | {"axisLabel": {"show": False}},
        "yAxis": _names_axis(names),
        "series": [
            _joint("transparent", lows),
            _joint("#b9bbbe", gaps),
            _dots(one.name, one.colour, [_beside(a, b, "left") for a, b in pairs]),
            _dots(other.name, other.colour, [_beside(b, a, "right") for a, b in pairs]),
        ],
    }
    return Chart(option, width, 34 + _ROW * len(names), summary)


def trend(
    months: Sequence[str],
    series: Sequence[Series],
    summary: str,
    width: int = TEXT_WIDTH,
    top: Decimal | None = None,
) -> Chart:
    """A line a series over the months, each with its name at the end; the figures of the first
    stand below the months, where no line crosses them. The axis ends at `top`, where one is given.
    """
    low, high = _bounds([value for each in series for value in each.values])
    high = high if top is None else min(high, top)
    shifts = _apart([each.values[-1] for each in series], low, high)
    lines = [
        {
            "type": "line",
            "name": each.name,
            "data": [None if value is None else float(value) for value in each.values],
            "symbol": "circle",
            "symbolSize": 5,
            "color": each.colour,
            "lineStyle": {"width": 2.4 if not number else 1.6},
            "endLabel": _end_label(shifts[number]),
            "emphasis": {"disabled": True},
            "clip": False,
        }
        for number, each in enumerate(series)
    ]
    option = _base() | {
        "grid": {"left": 4, "right": 64, "top": 10, "bottom": 2, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": _with_figures(months, series),
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": RULE}},
            "axisLabel": _label() | {"interval": 0, "lineHeight": 15},
        },
        "yAxis": _value_axis(low, high) | {"axisLabel": _label() | {"color": FAINT}},
        "series": lines,
    }
    return Chart(option, width, _TREND_HEIGHT, summary)


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[Value]],
    summary: str,
    width: int = TEXT_WIDTH,
) -> Chart:
    """A cell a row and column with its figure in it; the lower, the deeper. None stays empty."""
    held = [value for line in values for value in line if value is not None]
    low, high = (min(held), max(held)) if held else (Decimal(0), Decimal(1))
    cells = [
        {"value": [x, y, float(value)], "label": {"formatter": f"{value:.2f}"}}
        for y, line in enumerate(values)
        for x, value in enumerate(line)
        if value is not None
    ]
    option = _base() | {
        "grid": {"left": 4, "right": 4, "top": 26, "bottom": 2, "containLabel": True},
        "xAxis": _cells_axis(columns) | {"position": "top"},
        "yAxis": _names_axis(rows),
        "visualMap": {
            "show": False,
            "min": float(low),
            "max": float(high) if high > low else float(low) + 1,
            "inRange": {"color": [_DEEP, "#eab9a3", _PALE]},
        },
        "series": [
            {
                "type": "heatmap",
                "data": cells,
                "label": _label() | {"show": True},
                "itemStyle": {"borderColor": "#fff", "borderWidth": 2},
                "emphasis": {"disabled": True},
            }
        ],
    }
    return Chart(option, width, 32 + _ROW * len(rows), summary)


def _base() -> dict[str, Any]:
    return {"animation": False, "textStyle": {"fontFamily": FONT, "fontSize": _SIZE, "color": INK}}


def _label() -> dict[str, Any]:
    """A label's text style; no outline, which PDFs cannot draw behind the letters."""
    return {"fontFamily": FONT, "fontSize": _SIZE, "color": INK, "textBorderWidth": 0}


def _legend(names: Sequence[str]) -> dict[str, Any]:
    size = {"itemWidth": 11, "itemHeight": 11, "itemGap": 18}
    style = {"textStyle": _label(), "selectedMode": False}
    return {"data": list(names), "top": 0, "left": 0, "icon": "rect", **size, **style}


def _names_axis(names: Sequence[str]) -> dict[str, Any]:
    return _cells_axis(names) | {"inverse": True}


def _cells_axis(names: Sequence[str]) -> dict[str, Any]:
    labels = _label() | {"interval": 0}
    return _BARE | {"type": "category", "data": list(names), "axisLabel": labels}


def _value_axis(low: Decimal, high: Decimal) -> dict[str, Any]:
    rules = {"splitLine": {"lineStyle": {"color": "#ececed"}}, "interval": float(_step(low, high))}
    return {"type": "value", "min": float(low), "max": float(high), **rules}


def _bar(name: str, colour: str, data: Sequence[Any]) -> dict[str, Any]:
    style = {"color": colour, "barWidth": 13, "label": _label(), "emphasis": {"disabled": True}}
    return {"type": "bar", "name": name, "stack": "all", "data": list(data), **style}


def _columns(
    names: Sequence[str],
    series: Sequence[Series],
    bars: Sequence[dict[str, Any]],
    summary: str,
    width: int,
) -> Chart:
    axis = _cells_axis(names) | {"axisLine": {"show": True, "lineStyle": {"color": RULE}}}
    option = _base() | {
        "legend": _legend([each.name for each in series]),
        "grid": {"left": 4, "right": 4, "top": 46, "bottom": 2, "containLabel": True},
        "xAxis": axis,
        "yAxis": _BARE | {"type": "value", "min": 0, "axisLabel": {"show": False}},
        "series": list(bars),
    }
    return Chart(option, width, _COLUMNS_HEIGHT, summary)


def _count(value: Value, highest: Decimal) -> Any:
    """A part of a column; its figure is left out where it would not fit in."""
    style = {"position": "inside", "color": "#fff"}
    fits = value is not None and value * 9 >= highest
    return _labelled(value, f"{value}", show=fits, **style)


def _joint(colour: str, data: Sequence[float | None]) -> dict[str, Any]:
    style = {"color": colour, "barWidth": 3, "emphasis": {"disabled": True}}
    return {"type": "bar", "stack": "joint", "data": list(data), **style}


def _dots(name: str, colour: str, data: Sequence[Any]) -> dict[str, Any]:
    style = {"itemStyle": {"color": colour, "opacity": 1}, "symbolSize": 10, "label": _label()}
    quiet = {"emphasis": {"disabled": True}, "clip": False}
    return {"type": "scatter", "name": name, "data": list(data), **style, **quiet}


def _labelled(value: Value, text: str = "", *, show: bool = True, **style: Any) -> Any:
    if value is None:
        return None
    label = {"show": show, "formatter": text or f"{value:.2f}", **style}
    return {"value": float(value), "label": label}


def _part(value: Value, widest: Decimal, places: int) -> Any:
    """A part of a bar; its figure is left out where it would not fit in."""
    style = {"position": "inside", "color": "#fff"}
    fits = value is not None and value * 14 >= widest
    return _labelled(value, "" if value is None else f"{value:.{places}f}", show=fits, **style)


def _beside(value: Value, other: Value, side: str) -> Any:
    """A dot with its figure on the side away from the other dot."""
    if value is not None and other is not None and value != other:
        side = "left" if value < other else "right"
    return _labelled(value, position=side)


def _bounds(values: Iterable[Value]) -> tuple[Decimal, Decimal]:
    """Whole steps for an axis, with room for figures beside the extreme points."""
    held = _held(values) or [Decimal(0), Decimal(100)]
    room = max((max(held) - min(held)) / 8, Decimal("0.3"))
    low, high = min(held) - room, max(held) + room
    step = _step(low, high)
    return floor(low / step) * step, ceil(high / step) * step


def _with_figures(months: Sequence[str], series: Sequence[Series]) -> list[str]:
    first: Sequence[Value] = series[0].values if series else [None] * len(months)
    pairs = zip(months, first, strict=True)
    return [month if value is None else f"{month}\n{value:.2f}" for month, value in pairs]


def _step(low: Decimal, high: Decimal) -> Decimal:
    return next((step for step in _STEPS if (high - low) / step <= _MOST_STEPS), Decimal(20))


def _apart(ends: Sequence[Value], low: Decimal, high: Decimal) -> list[float]:
    """How far down to move each line's name so that none covers another, in pixels."""
    scale = float(_TREND_HEIGHT - 54) / float(high - low)
    moved: dict[int, float] = {}
    floor_y = 0.0
    for index in sorted(range(len(ends)), key=lambda each: -(ends[each] or low)):
        y = float(high - (ends[index] or low)) * scale
        moved[index] = max(y, floor_y) - y
        floor_y = max(y, floor_y) + _SIZE + 3
    return [moved[index] for index in range(len(ends))]


def _end_label(shift: float) -> dict[str, Any]:
    return _label() | {"show": True, "formatter": "{a}", "color": "inherit", "offset": [2, shift]}


def _held(values: Iterable[Value]) -> list[Decimal]:
    return [value for value in values if value is not None]


def _sum(values: Iterable[Value]) -> Decimal:
    return sum(_held(values), Decimal(0))
