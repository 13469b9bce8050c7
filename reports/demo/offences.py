"""Who broke which rule in 2011, as it is planned: 82 people, 10 of them twice (S17)."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from outlets.months import Month
from reports.demo.organisation import INSTITUTIONS, SEED, places
from tellers.stars import GRAVE, MINOR, SERIOUS

YEAR_BEGINS: Final = Month(2011, 1)
YEAR: Final = YEAR_BEGINS.year
VIOLATORS: Final = 82
BY_LETTER: Final = 2  # found by the year's valid complaints, the others in inspections or by hand
TWICE: Final = 10
SAME_AGAIN: Final = 3  # of those: the same minor violation again
GRAVE_ONES: Final = 4
SERIOUS_ONES: Final = 9  # besides those a leader answers for
# Where no leader had to answer; in the other nine institutions one had.
WELL_LED: Final = ("210103", "210104")
# The item of the standard of open visits a mark was lost on, and what violation that is.
OF_ITEM: Final[Mapping[str, str]] = {
    "3.01": "A02", "3.02": "A02", "3.04": "A01", "3.05": "A01", "3.07": "A01", "3.08": "A03",
    "3.09": "A03", "3.11": "A07", "9.03": "A05", "6.14": "A06", "6.04": "B01", "6.05": "B01",
    "6.08": "B02", "6.09": "B02", "7.04": "B04", "7.07": "B05", "7.10": "B03", "7.11": "C02",
}  # fmt: skip
BY_HAND: Final[Mapping[str, Sequence[str]]] = {
    MINOR: ("A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08"),
    SERIOUS: ("B01", "B02", "B03", "B05", "B06"),
    GRAVE: ("C01", "C03"),
}


MOST: Final = 3  # at one unit


@dataclass(frozen=True, slots=True)
class Planned:
    """One violation to come: where, when, how grave.

    `again`: by somebody of the branch who has one already, of the `same` kind or another; `led`: the
    leader of the institution answers for it.
    """

    place: str
    month: Month
    severity: str
    again: bool = False
    same: bool = False
    led: bool = False


def planned() -> list[Planned]:
    """The year by month, all but what letters bring to light."""
    chance = random.Random(f"{SEED}:discipline")
    found = [*_led(chance)]
    severities = [GRAVE] * GRAVE_ONES + [SERIOUS] * SERIOUS_ONES
    severities += [MINOR] * (VIOLATORS - BY_LETTER - len(found) - len(severities))
    for severity in severities:
        month = Month(YEAR, chance.randint(1, 12))
        found.append(Planned(_place(chance, found), month, severity))
    found += _repeated(chance)
    return sorted(found, key=lambda one: (one.month, one.again, one.place))


def _led(chance: random.Random) -> Iterator[Planned]:
    """One serious violation in each institution whose leader had to answer."""
    for institution in INSTITUTIONS:
        if institution.code not in WELL_LED:
            held = [place.code for place in places() if place.institution == institution]
            month = Month(YEAR, chance.randint(4, 11))
            yield Planned(chance.choice(held), month, SERIOUS, led=True)


def _place(chance: random.Random, before: Sequence[Planned]) -> str:
    """More often where service is worse, and not too often at one unit."""
    held = Counter(one.place for one in before)
    found = [place for place in places() if held[place.code] < MOST]
    return chance.choices(found, [(1 - place.quality) ** 2 for place in found])[0].code


def _repeated(chance: random.Random) -> Iterator[Planned]:
    """The second violations, from the summer on."""
    for place in range(TWICE):
        month = Month(YEAR, chance.randint(6, 12))
        yield Planned("", month, MINOR, again=True, same=place < SAME_AGAIN)
