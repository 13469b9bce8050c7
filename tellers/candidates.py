"""Which entry of the catalogue a lost mark or a complaint is likely to be. Pure.

By the pairs of neighbouring characters it shares with the entry's name: a suggestion, never more.
"""

from collections.abc import Mapping
from typing import Final

# Of an entry's pairs so many must be in the text.
_LEAST: Final = 0.3


def suggested(text: str, names: Mapping[str, str]) -> str:
    """The code of the entry (code → name) that is most alike; empty when none is."""
    held = _pairs(text)
    alike = {code: _share(name, held) for code, name in names.items()}
    best = max(alike, key=lambda code: (alike[code], code), default="")
    return best if best and alike[best] >= _LEAST else ""


def _share(name: str, held: set[str]) -> float:
    pairs = _pairs(name)
    return len(pairs & held) / len(pairs) if pairs else 0.0


def _pairs(text: str) -> set[str]:
    words = "".join(character if character.isalnum() else " " for character in text).split()
    return {word[place : place + 2] for word in words for place in range(len(word) - 1)}
