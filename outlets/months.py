"""A calendar month as a value."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2999

_MONTHS: Final = 12
_FORMAT: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class InvalidMonth(ValueError):
    """Not a month this system knows; the text is Chinese."""


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """One month; ordered, hashable, prints as `2011-04`. InvalidMonth outside 1900 to 2999."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.year <= LAST_YEAR and 1 <= self.month <= _MONTHS):
            raise InvalidMonth(
                f"没有{self.year}年{self.month}月：年份应在{FIRST_YEAR}至{LAST_YEAR}之间，"
                "月份应在1至12之间"
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2011-04`; InvalidMonth otherwise."""
        found = _FORMAT.fullmatch(text.strip())
        if found is None:
            raise InvalidMonth(f"“{text[:20]}”不是有效的月份，应如“2011-04”")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def next(self) -> Self:
        return self + 1

    @property
    def previous(self) -> Self:
        return self + -1

    @property
    def label(self) -> str:
        return f"{self.year}年{self.month}月"

    def range_to(self, last: Self) -> list[Self]:
        """Every month from this one to the last, both included; empty when that lies before."""
        months = (last.year - self.year) * _MONTHS + last.month - self.month
        return [self + n for n in range(months + 1)]

    def __add__(self, months: int) -> Self:
        year, month = divmod(self.year * _MONTHS + self.month - 1 + months, _MONTHS)
        return type(self)(year, month + 1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
