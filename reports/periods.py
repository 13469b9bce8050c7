"""Periods of time and the periods they are fairly compared with. Pure.

A period that is not over is cut at the day it is looked at, and what it is compared with after as
many days. Today is passed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

from outlets.months import Month

_DAY: Final = timedelta(days=1)
_QUARTER: Final = 3
_FEBRUARY: Final = 2
_LEAP_DAY: Final = 29
# Days off of one name that lie no further apart are one holiday: a weekend may lie between.
_NEAR: Final = timedelta(days=3)

NO_BASE: Final = "—"
FROM_NOTHING: Final = "新增"
SAME: Final = "持平"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from a first to a last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """2011年4月1日至30日 as short as it can be said."""
        first, last = self.first, self.last
        text = f"{first.year}年{first.month}月{first.day}日"
        if first == last:
            return text
        if first.year != last.year:
            return f"{text}至{last.year}年{last.month}月{last.day}日"
        return f"{text}至{last.month}月{last.day}日" if first.month != last.month else (
            f"{text}至{last.day}日"
        )  # fmt: skip

    def cut(self, days: int) -> Self:
        """At most so many days from the first."""
        return type(self)(self.first, min(self.last, self.first + (days - 1) * _DAY))

    def until(self, day: date) -> Self:
        """No further than a day; the first day at least."""
        return type(self)(self.first, max(self.first, min(self.last, day)))


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at, and the same a year before and just before; None where there is none."""

    label: str
    whole: Span
    now: Span
    year_before: Span | None
    before: Span | None

    @property
    def is_partial(self) -> bool:
        """Whether it is not over on the day it is looked at."""
        return self.now != self.whole

    @property
    def note(self) -> str:
        """What is compared with what, in one sentence."""
        held = [("上年同期", self.year_before), ("上期", self.before)]
        others = [f"{name}为{span.label}（{span.days}天）" for name, span in held if span]
        text = f"本期为{self.now.label}（{self.now.days}天）"
        if self.is_partial:
            text += "，尚未结束，按相同天数比较："
        elif others:
            text += "，"
        differ = {span.days for _, span in held if span} - {self.now.days}
        return f"{text}{'，'.join(others)}{'；天数不同的未作折算' if differ else ''}。"


def month_period(month: Month, today: date) -> Period:
    """A calendar month, against the same month a year before and the month before."""
    return _calendar(month.label, _months(month, 1), _months(month + -12, 1), _months(month.previous, 1), today)  # fmt: skip


def quarter_period(year: int, quarter: int, today: date) -> Period:
    """A calendar quarter, 1 to 4."""
    month = Month(year, _QUARTER * (quarter - 1) + 1)
    label = f"{year}年第{quarter}季度"
    spans = [_months(month + back, _QUARTER) for back in (0, -12, -_QUARTER)]
    return _calendar(label, spans[0], spans[1], spans[2], today)


def year_period(year: int, today: date) -> Period:
    """A calendar year; the year before is all it is compared with."""
    span, before = (_months(Month(each, 1), 12) for each in (year, year - 1))
    return _calendar(f"{year}年", span, before, None, today)


def range_period(first: date, last: date, today: date) -> Period:
    """Any days, against as many days from a year before and the days just before."""
    now = Span(first, last).until(today)
    start = year_earlier(first)
    return Period(
        label=Span(first, last).label,
        whole=Span(first, last),
        now=now,
        year_before=Span(start, start + (now.days - 1) * _DAY),
        before=Span(first - now.days * _DAY, first - _DAY),
    )


def holiday_period(label: str, span: Span, before: Span | None, today: date) -> Period:
    """A holiday, against the same one a year before and as many days just before it."""
    now = span.until(today)
    return Period(
        label=label,
        whole=span,
        now=now,
        year_before=before.cut(now.days) if before and now != span else before,
        before=Span(span.first - now.days * _DAY, span.first - _DAY),
    )


def holidays(days: Iterable[tuple[date, str]]) -> Mapping[tuple[str, int], Span]:
    """Days off with their names as holidays, by name and the year of their last day."""
    found: dict[str, list[Span]] = {}
    for day, name in sorted(days):
        spans = found.setdefault(name, [])
        if spans and day - spans[-1].last <= _NEAR:
            spans[-1] = Span(spans[-1].first, day)
        else:
            spans.append(Span(day, day))
    return {(name, span.last.year): span for name, spans in found.items() for span in spans}


def year_earlier(day: date) -> date:
    """The same day a year earlier; 28 February for a leap day."""
    leap = (day.month, day.day) == (_FEBRUARY, _LEAP_DAY)
    return day.replace(year=day.year - 1, day=_LEAP_DAY - 1 if leap else day.day)


def change(now: int, base: int | None) -> str:
    """How much more or less in per cent; 新增 from nothing, a dash where nothing can be said."""
    if base is None or (not base and not now):
        return NO_BASE
    if not base:
        return FROM_NOTHING
    return f"{(now - base) / base:+.1%}" if now != base else SAME


def _months(first: Month, count: int) -> Span:
    return Span(first.first, (first + (count - 1)).last)


def _calendar(
    label: str, whole: Span, year_before: Span, before: Span | None, today: date
) -> Period:
    """Calendar periods are compared whole, or cut alike."""
    now = whole.until(today)
    partial = now != whole
    return Period(
        label=label,
        whole=whole,
        now=now,
        year_before=year_before.cut(now.days) if partial else year_before,
        before=before.cut(now.days) if partial and before else before,
    )
