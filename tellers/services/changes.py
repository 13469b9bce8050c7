"""Telling whoever computes with teller records that some came or changed (R3).

Register a listener in `AppConfig.ready`:

    @on_records
    def moved(changes: Sequence[RecordChange]) -> None: ...

It runs in the same transaction.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple


class RecordChange(NamedTuple):
    """Where a record changes figures: the unit it counts at, on the day that counts.

    `opens` False: it alone is no reason to begin a month's figures.
    """

    branch_id: int
    unit_id: int
    day: date
    opens: bool = True


Listener = Callable[[Sequence[RecordChange]], None]
_LISTENERS: Final[list[Listener]] = []


def on_records(listener: Listener) -> Listener:
    """Have a function told of records that came or changed, in the same transaction."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def records_announce(changes: Iterable[RecordChange]) -> None:
    """Tell every listener, once."""
    told = sorted(set(changes))
    for listener in _LISTENERS:
        if told:
            listener(told)
