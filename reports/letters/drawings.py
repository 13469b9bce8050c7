"""The charts of letters, for the page and for the bulletin: whole numbers in, options out."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from complaints.models import Kind
from outlets.charts import COLOURS, Chart, Series, paired_columns, stacked_bars, stacked_columns

# By type: complaints in the accent, what is not triaged yet in grey.
_BY_KIND: Final[Mapping[str, str]] = {
    Kind.INQUIRY: COLOURS[1],
    Kind.SUGGESTION: COLOURS[3],
    Kind.PRAISE: COLOURS[2],
    Kind.COMPLAINT: COLOURS[0],
}
_BY_FINDING: Final = (COLOURS[0], COLOURS[1], COLOURS[3], COLOURS[4])
Numbers = Mapping[str, Sequence[int]]


def by_month(months: Sequence[str], labels: Mapping[str, str], numbers: Numbers) -> Chart | None:
    """A column a month, stacked by type; None without a letter."""
    held = [kind for kind in labels if any(numbers[kind])]
    if not held:
        return None
    series = [Series(labels[kind], _decimals(numbers[kind]), _colour(kind)) for kind in held]
    return stacked_columns(months, series, "逐月来信件数，按类型堆叠，合计在柱顶")


def by_year(labels: Mapping[str, str], then: tuple[str, Sequence[int]], now: tuple[str, Sequence[int]]) -> Chart | None:  # fmt: skip
    """Each type a year before beside now; None without a letter a year before."""
    if not any(then[1]):
        return None
    series = [
        Series(then[0], _decimals(then[1]), COLOURS[4]),
        Series(now[0], _decimals(now[1]), COLOURS[0]),
    ]
    return paired_columns(list(labels.values()), series, "各类来信与上年同期对照（件）")


def by_finding(units: Sequence[str], labels: Sequence[str], numbers: Sequence[Sequence[int]]) -> Chart | None:  # fmt: skip
    """A bar a unit: its complaints by whose fault they were found to be; None without a complaint."""
    series = [
        Series(label, _decimals(values), colour)
        for label, values, colour in zip(labels, numbers, _BY_FINDING, strict=True)
        if any(values)
    ]
    if not units or not series:
        return None
    return stacked_bars(units, series, "各机构投诉的责任认定（件），合计在右端", places=0)


def _colour(kind: str) -> str:
    return _BY_KIND.get(kind, COLOURS[4])


def _decimals(numbers: Sequence[int]) -> list[Decimal]:
    return [Decimal(number) for number in numbers]
