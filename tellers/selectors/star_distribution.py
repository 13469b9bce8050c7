"""How the stars of a period are spread over units (S16)."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Count

from accounts.models import User
from outlets.models import Unit
from tellers.models import StarPeriod, StarRating
from tellers.selectors.stars import star_ratings_visible_to
from tellers.stars import HIGHEST

RATED: Final = StarRating.Status.RATED
INSTITUTIONS: Final = "institutions"
OUTLETS: Final = "outlets"


@dataclass(slots=True)
class Spread:
    """How many people of a unit hold each star, and how many are not rated."""

    name: str
    code: str = ""
    stars: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(HIGHEST + 1), 0))
    disqualified: int = 0
    insufficient: int = 0

    @property
    def rated(self) -> int:
        """Who has figures, with a star or without."""
        return sum(self.stars.values())

    @property
    def starred(self) -> int:
        """Who holds a star."""
        return self.rated - self.stars[0]

    @property
    def people(self) -> int:
        """Everybody."""
        return self.rated + self.disqualified + self.insufficient

    @property
    def cells(self) -> list[int]:
        """The numbers from five stars down to none, then those not rated."""
        held = [self.stars[star] for star in range(HIGHEST, -1, -1)]
        return [*held, self.disqualified, self.insufficient]

    def add(self, status: str, star: int, n: int) -> None:
        """Count so many more."""
        if status == RATED:
            self.stars[star] += n
        elif status == StarRating.Status.DISQUALIFIED:
            self.disqualified += n
        else:
            self.insufficient += n


@dataclass(frozen=True, slots=True)
class Distribution:
    """The spread of each unit, by code, and of all of them."""

    rows: list[Spread]
    total: Spread


def star_distribution(user: User, period: StarPeriod, by: str) -> Distribution:
    """The visible ratings by outlet, or by what stands directly below the branch. Two queries."""
    counted = star_ratings_visible_to(user).filter(period=period).order_by()
    counts = counted.values("unit_path", "status", "star").annotate(n=Count("pk"))
    names = dict(Unit.objects.filter(branch=period.branch_id).values_list("code", "short_name"))
    found: defaultdict[str, Spread] = defaultdict(lambda: Spread(""))
    total = Spread("合计")
    for row in counts:
        code = _code(row["unit_path"], by)
        for spread in (found[code], total):
            spread.add(row["status"], row["star"], row["n"])
    for code, spread in found.items():
        spread.code, spread.name = code, names.get(code, code)
    return Distribution([found[code] for code in sorted(found)], total)


def _code(path: str, by: str) -> str:
    """The unit itself, or its ancestor below the branch, by the path of that time."""
    codes = path.strip("/").split("/")
    return codes[min(1, len(codes) - 1)] if by == INSTITUTIONS else codes[-1]
