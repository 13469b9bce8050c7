"""What waits for somebody, shown on the first page.

An app that knows of such things registers a function in `AppConfig.ready`:

    @notices
    def letters_waiting(user: User) -> Iterable[Notice]: ...
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that waits, in words, and where it is done."""

    text: str
    url: str
    icon: str
    urgent: bool = False


Source = Callable[[User], Iterable[Notice]]
_SOURCES: Final[list[Source]] = []


def notices(source: Source) -> Source:
    """Have a function asked what waits for a user."""
    if source not in _SOURCES:
        _SOURCES.append(source)
    return source


def notices_of(user: User) -> list[Notice]:
    """What waits for the user, what is urgent first."""
    found = [notice for source in _SOURCES for notice in source(user)]
    return sorted(found, key=lambda one: not one.urgent)
