"""The headings of the star list, each a link that sorts by it."""

from typing import Final, NamedTuple

from django.http import QueryDict

from tellers.selectors.stars import SORTS
from tellers.stars import DIMENSION_LABELS

_FIGURES: Final = (*DIMENSION_LABELS, "total", "star")
_LABELS: Final = {
    "number": "员工号",
    "name": "姓名",
    "unit": "机构",
    **DIMENSION_LABELS,
    "total": "总分",
    "star": "星级",
}
_WIDE: Final = frozenset(DIMENSION_LABELS)


class Heading(NamedTuple):
    """A column: its label, classes, present order, and where a click leads."""

    label: str
    style: str
    order: str
    url: str


def headings(asked: QueryDict, sort: str) -> list[Heading]:
    """Figures sort from the highest, the rest from the lowest; a second click turns it round."""
    kept = asked.copy()
    for name in ("sort", "page"):
        kept.pop(name, None)
    address = f"?{kept.urlencode()}&sort=" if kept else "?sort="
    return [_heading(name, address, sort) for name in SORTS]


def _heading(name: str, address: str, sort: str) -> Heading:
    now = sort.removeprefix("-") == name
    falling = sort.startswith("-")
    order = ("descending" if falling else "ascending") if now else ""
    turn = not falling if now else name in _FIGURES
    style = "num mc-wide" if name in _WIDE else "num" if name == "total" else ""
    return Heading(_LABELS[name], style, order, f"{address}{'-' if turn else ''}{name}")
