"""Who may not handle a letter (回避): an interest of the handler's in whom or what it names.

Pure. Source: docs/rules.md, 来信的责任认定; 银行业保险业消费投诉处理管理办法, which has handlers with an
interest recuse.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

# Who worked at the unit, or with the employee, within this time before the letter has an interest.
RECENT: Final = timedelta(days=365)

NAMED: Final = "承办人就是来信涉及的员工"
OWN_UNIT: Final = "来信涉及承办人所在机构"
WORKED_THERE: Final = "承办人近一年曾在涉及机构任职"
COLLEAGUE: Final = "承办人近一年曾与涉及员工同在一个机构"
ASKED: Final = "承办人已对这封来信申请回避"


@dataclass(frozen=True, slots=True)
class Held:
    """A posting: at a unit from a day to a day, both included; `end` None: still there."""

    unit_id: int
    start: date
    end: date | None = None

    def within(self, first: date, last: date) -> bool:
        """Whether it was held on any of these days."""
        return self.start <= last and (self.end is None or self.end >= first)


@dataclass(frozen=True, slots=True)
class Handler:
    """Who would handle the letter. `unit_id` is None for those who work for the whole branch."""

    staff_id: int | None
    unit_id: int | None
    postings: Sequence[Held] = ()
    asked: bool = False  # has asked to be recused from this letter


@dataclass(frozen=True, slots=True)
class Named:
    """Whom and what the letter names, and when it came."""

    day: date
    unit_id: int | None = None
    staff_id: int | None = None
    postings: Sequence[Held] = ()  # of the employee


def conflicts(handler: Handler, named: Named) -> tuple[str, ...]:
    """Every reason why this handler must recuse, in Chinese; empty when there is none."""
    return tuple(_conflicts(handler, named))


def _conflicts(handler: Handler, named: Named) -> Iterator[str]:
    if handler.asked:
        yield ASKED
    if handler.staff_id is not None and handler.staff_id == named.staff_id:
        yield NAMED
        return
    if handler.unit_id is not None and handler.unit_id == named.unit_id:
        yield OWN_UNIT
    recent = [one for one in handler.postings if one.within(named.day - RECENT, named.day)]
    if any(one.unit_id == named.unit_id for one in recent):
        yield WORKED_THERE
    if any(_together(mine, theirs, named.day) for mine in recent for theirs in named.postings):
        yield COLLEAGUE


def _together(mine: Held, theirs: Held, day: date) -> bool:
    """Whether both stood at the same unit on the same day within the time that counts."""
    first = max(mine.start, day - RECENT)
    last = min(mine.end or day, day)
    return mine.unit_id == theirs.unit_id and first <= last and theirs.within(first, last)
