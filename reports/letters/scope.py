"""Letters that were counted, how their numbers open them, and how they are compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse

from complaints.models import Kind, Responsibility
from complaints.selectors.search import NONE
from reports.periods import NO_BASE, Period, Span, change
from reports.selectors.letters import NOW, Counts

# In the order people say them.
KINDS: Final[Mapping[str, str]] = {
    kind.value: str(kind.label)
    for kind in (Kind.INQUIRY, Kind.SUGGESTION, Kind.PRAISE, Kind.COMPLAINT)
}
UNTRIAGED: Final = "未定类"
COMPLAINT: Final = Kind.COMPLAINT.value
_Finding = Responsibility.Finding
FINDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "bank": (_Finding.BANK.value, "有效投诉"),
    "customer": (_Finding.CUSTOMER.value, "客户责任"),
    "mixed": (_Finding.MIXED.value, "混合责任"),
}
NOBODY: Final = (NONE, "待认定")


class Shown(NamedTuple):
    """A figure or a word, with the address of what is behind it."""

    value: int | str | Decimal | date | None
    url: str = ""

    @property
    def text(self) -> str:
        """As it is read: figures with thousands apart, a dash for nothing."""
        if isinstance(self.value, int):
            return f"{self.value:,}"
        return NO_BASE if self.value is None else str(self.value)


class Heading(NamedTuple):
    """A column: its label, whether it holds figures, whether phones show it."""

    label: str
    is_figure: bool = True
    on_phones: bool = True

    @property
    def style(self) -> str:
        """The classes of its cells."""
        return f"{'num' if self.is_figure else ''}{'' if self.on_phones else ' mc-wide'}".strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its name; `foot` is the sum below it."""

    key: str
    title: str
    columns: tuple[Heading, ...]
    rows: list[list[Shown]]
    foot: list[Shown] | None = None
    note: str = ""
    empty: str = "本期没有这样的来信。"
    sorts: bool = True  # whether the reader may change the order

    @property
    def lines(self) -> list[list[tuple[Heading, Shown]]]:
        """The cells of each row with their columns."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def foot_line(self) -> list[tuple[Heading, Shown]]:
        """The same of the sum."""
        return list(zip(self.columns, self.foot, strict=True)) if self.foot else []


@dataclass(frozen=True, slots=True)
class Scope:
    """What was counted over a period; before `known_from`, the first letter, nothing compares."""

    period: Period
    counts: Counts
    known_from: date | None

    @property
    def kinds(self) -> dict[str, str]:
        """The types to show: those not triaged yet only where there are any."""
        untriaged = self.counts.total(NOW, "").letters
        return dict(KINDS) | ({"": UNTRIAGED} if untriaged else {})

    def compares(self, span: str) -> bool:
        """Whether letters were kept by then already."""
        days = self.counts.spans.get(span)
        return bool(days and self.known_from and days.last >= self.known_from)

    def base(self, span: str, number: int, **filters: Any) -> Shown:
        """A number of a span compared with; a dash where none were kept."""
        if not self.compares(span):
            return Shown(NO_BASE)
        return opened(number, self.counts.spans[span], filters)

    def change(self, span: str, now: int, then: int) -> Shown:
        """How much more or less than in that span."""
        return Shown(change(now, then if self.compares(span) else None))


def opened(number: int, days: Span, filters: Mapping[str, Any]) -> Shown:
    """A number that opens its letters; behind a zero there is nothing to open."""
    return Shown(number, letters_url(days, filters) if number else "")


def letters_url(days: Span, filters: Mapping[str, Any]) -> str:
    """The list of the letters that came on these days, narrowed."""
    query = {**filters, "from": days.first.isoformat(), "to": days.last.isoformat()}
    return f"{reverse('complaints:letters')}?{urlencode(query)}"
