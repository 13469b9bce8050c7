"""Timing, and the lines that are printed."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


@dataclass(frozen=True, slots=True)
class Line:
    """One printed figure: what, measured, against what, the bar, and whether it was reached."""

    what: str
    figure: str
    against: str
    bar: str
    reached: bool

    def __str__(self) -> str:
        mark = "达到" if self.reached else "未达到"
        return f"{self.what}\n    {self.figure}\n    对照：{self.against}\n    目标：{self.bar} —— {mark}"


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    """The median wall time of a piece of work, in seconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def percentile(values: list[float], share: float) -> float:
    """The value below which the share lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def database_time(work: Callable[[], Any]) -> tuple[float, int]:
    """Seconds spent in SQL by a piece of work, and the number of statements."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return sum(float(query["time"]) for query in captured), len(captured)
