"""The part of a text that shows why it was found. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

LENGTH: Final = 96
BEFORE: Final = 18  # characters in front of the first word found


class Piece(NamedTuple):
    """A stretch of a text, and whether it is one of the words looked for."""

    text: str
    is_hit: bool


def excerpt(text: str, words: Sequence[str]) -> list[Piece]:
    """The text around the first of the words, in pieces; its beginning when there is none."""
    line = " ".join(text.split())
    first = min((at for word in words if (at := _find(line, word)) >= 0), default=0)
    start = first - BEFORE if first > LENGTH - BEFORE else 0
    pieces = list(_pieces(line[start : start + LENGTH], words))
    opening = [Piece("…", is_hit=False)] if start else []
    ending = [Piece("…", is_hit=False)] if start + LENGTH < len(line) else []
    return opening + pieces + ending


def _find(text: str, word: str, start: int = 0) -> int:
    return text.lower().find(word.lower(), start)


def _pieces(text: str, words: Sequence[str]) -> Iterator[Piece]:
    place = 0
    while place < len(text):
        hits = [(at, word) for word in words if (at := _find(text, word, place)) >= 0]
        if not hits:
            yield Piece(text[place:], is_hit=False)
            return
        at, word = min(hits, key=lambda hit: (hit[0], -len(hit[1])))
        if at > place:
            yield Piece(text[place:at], is_hit=False)
        yield Piece(text[at : at + len(word)], is_hit=True)
        place = at + len(word)
