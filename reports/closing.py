"""The states of a month, and what a Correction changes. Source: docs/rules.md R7."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeVar

from accounts.refusals import Refused

K = TypeVar("K", int, str)
Figure = Decimal | int | None

OPEN: Final = "OPEN"
PROVISIONAL: Final = "PROVISIONAL"
CLOSED: Final = "CLOSED"
STATE_LABELS: Final[Mapping[str, str]] = {OPEN: "统计中", PROVISIONAL: "内部公示", CLOSED: "已封账"}
TRANSITIONS: Final[Mapping[str, str]] = {OPEN: PROVISIONAL, PROVISIONAL: CLOSED}

RANK: Final = "rank"


class IllegalTransition(Refused):
    """A month cannot go from this state to that."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure before and after; None: there was none."""

    name: str
    old: Figure
    new: Figure


@dataclass(frozen=True, slots=True)
class Difference(Generic[K]):
    """What a Correction changes for one unit; `rank_change` positive when it moved up."""

    key: K
    changes: tuple[Change, ...]
    rank_change: int | None


def may_move(old: str, new: str) -> bool:
    return TRANSITIONS.get(old) == new


def check_move(old: str, new: str) -> None:
    """IllegalTransition unless OPEN → PROVISIONAL or PROVISIONAL → CLOSED."""
    if not may_move(old, new):
        names = [STATE_LABELS.get(state, state) for state in (old, new)]
        raise IllegalTransition(f"月份不能由“{names[0]}”变为“{names[1]}”")


def figures_move(state: str) -> bool:
    """Whether new facts still move the month's figures; once CLOSED they wait for a Correction."""
    return state in TRANSITIONS


def differences(
    old: Mapping[K, Mapping[str, Figure]], new: Mapping[K, Mapping[str, Figure]]
) -> list[Difference[K]]:
    """The units whose figures or ranks changed, by new rank then key, the unranked last.

    Each unit is a mapping of figure names (total, rank, group_rank, covert …) to stored values;
    a unit or a figure on one side only counts as None on the other.
    """
    found = [
        Difference(key, changes, _rank_change(old.get(key, {}), new.get(key, {})))
        for key in old.keys() | new.keys()
        if (changes := _changes(old.get(key, {}), new.get(key, {})))
    ]
    return sorted(found, key=lambda each: (_place(new.get(each.key, {})), each.key))


def _changes(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> tuple[Change, ...]:
    names = dict.fromkeys((*new, *old))
    return tuple(
        Change(name, old.get(name), new.get(name))
        for name in names
        if old.get(name) != new.get(name)
    )


def _rank_change(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> int | None:
    before, after = old.get(RANK), new.get(RANK)
    return None if before is None or after is None else int(before) - int(after)


def _place(figures: Mapping[str, Figure]) -> tuple[bool, Figure]:
    rank = figures.get(RANK)
    return rank is None, rank or 0
