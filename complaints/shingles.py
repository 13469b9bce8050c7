"""How alike two texts are, by the runs of characters they share. Pure."""

import re
from typing import Final

SIZE: Final = 3
ALIKE: Final = 0.45  # from here on two letters are suggested as the same

_NOISE: Final = re.compile(r"[\W_\d]+")


def shingles(text: str) -> frozenset[str]:
    """The runs of three characters of a text, without punctuation, spaces and figures.

    Figures are left out because masked numbers and times differ between tellings of one matter.
    """
    plain = _NOISE.sub("", text)
    if len(plain) <= SIZE:
        return frozenset({plain} if plain else ())
    return frozenset(plain[at : at + SIZE] for at in range(len(plain) - SIZE + 1))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """0 (nothing in common) to 1 (the same).

    What is shared is measured against the mean of both sizes (Dice), so that a letter that was
    retold with one more sentence is still alike.
    """
    together = len(one) + len(other)
    return 2 * len(one & other) / together if together else 0.0
