"""League tables of a month and of a season. Source: docs/rules.md R4 and R6."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final, Generic, TypeVar

from inspections.scoring import EXACT, stored
from reports.scheme import COMPLAINTS, SchemeRules

K = TypeVar("K", int, str)

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry(Generic[K]):
    """One unit's stored figures; `total` None when 未参评, `group` None when it has no peers.

    `figures` holds what the tie-break names (covert, open, complaints …); absent or None: missing.
    """

    key: K
    total: Decimal | None
    figures: Mapping[str, Decimal | int | None] = field(default_factory=dict)
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Standing(Generic[K]):
    """A unit's places; changes are last month's rank minus this month's, up is positive."""

    key: K
    rank: int | None
    group: str | None
    group_rank: int | None
    change: int | None = None
    group_change: int | None = None


@dataclass(frozen=True, slots=True)
class SeasonStanding(Generic[K]):
    """A unit's season so far; score and rank None when 未参评."""

    key: K
    score: Decimal | None
    rank: int | None
    absent: int
    rewarded: bool
    named: bool
    text: str


def ranks(entries: Iterable[Entry[K]], tie_break: Sequence[str]) -> dict[K, int]:
    """Competition ranks (1, 2, 2, 4) of those that have a total. R4."""
    ordered = sorted(
        (_order(entry, entry.total, tie_break), entry.key)
        for entry in entries
        if entry.total is not None
    )
    places: dict[K, int] = {}
    rank, last = 0, None
    for place, (order, key) in enumerate(ordered, start=1):
        if order != last:
            rank, last = place, order
        places[key] = rank
    return places


def standings(
    entries: Iterable[Entry[K]],
    tie_break: Sequence[str],
    previous: Mapping[K, Standing[K]] | None = None,
) -> list[Standing[K]]:
    """The table for all and per peer group, by rank then key, the unranked last. R4."""
    entries = list(entries)
    places = ranks(entries, tie_break)
    group_places = _group_ranks(entries, tie_break)
    previous = previous or {}
    table = [
        _standing(entry, places.get(entry.key), group_places.get(entry.key), previous)
        for entry in entries
    ]
    return sorted(table, key=lambda standing: (_last(standing.rank), standing.key))


def season(
    rules: SchemeRules, totals: Mapping[K, Sequence[Decimal | None]]
) -> list[SeasonStanding[K]]:
    """The season table over its closed months; every unit has one total or None per month. R6.

    Equal scores share a rank and a fate: whoever ties with the last rewarded is rewarded too,
    whoever ties with the last named is named too, and who is rewarded is never named.
    """
    if len({len(months) for months in totals.values()}) > 1:
        raise ValueError("各单位的封账月份数不一致")
    scores = {key: _season_score(rules, months) for key, months in totals.items()}
    places = ranks((Entry(key, score) for key, score in scores.items()), ())
    from_below = _ranks_from_below(scores)
    table = [
        SeasonStanding(
            key=key,
            score=scores[key],
            rank=places.get(key),
            absent=sum(total is None for total in months),
            rewarded=key in places and places[key] <= rules.rewarded,
            named=key in places and places[key] > rules.rewarded and from_below[key] <= rules.named,
            text=_season_text(months, scores[key]),
        )
        for key, months in totals.items()
    ]
    return sorted(table, key=lambda standing: (_last(standing.rank), standing.key))


def _order(
    entry: Entry[K], total: Decimal, tie_break: Sequence[str]
) -> tuple[Decimal | int | bool, ...]:
    order: list[Decimal | int | bool] = [-total]
    for name in tie_break:
        figure = entry.figures.get(name)
        missing = figure is None
        value = figure or 0
        order += (missing, value if name == COMPLAINTS else -value)
    return tuple(order)


def _group_ranks(entries: Iterable[Entry[K]], tie_break: Sequence[str]) -> dict[K, int]:
    groups: defaultdict[str, list[Entry[K]]] = defaultdict(list)
    for entry in entries:
        if entry.group is not None:
            groups[entry.group].append(entry)
    places: dict[K, int] = {}
    for members in groups.values():
        places |= ranks(members, tie_break)
    return places


def _standing(
    entry: Entry[K], rank: int | None, group_rank: int | None, previous: Mapping[K, Standing[K]]
) -> Standing[K]:
    before = previous.get(entry.key)
    if before is None:
        return Standing(entry.key, rank, entry.group, group_rank)
    same_group = before.group == entry.group
    return Standing(
        entry.key,
        rank,
        entry.group,
        group_rank,
        change=_change(before.rank, rank),
        group_change=_change(before.group_rank, group_rank) if same_group else None,
    )


def _change(before: int | None, now: int | None) -> int | None:
    return None if before is None or now is None else before - now


def _last(rank: int | None) -> tuple[bool, int]:
    return rank is None, rank or 0


def _season_score(rules: SchemeRules, months: Sequence[Decimal | None]) -> Decimal | None:
    present = [total for total in months if total is not None]
    share, of = rules.absence_limit
    if not present or (len(months) - len(present)) * of > len(months) * share:
        return None
    with localcontext(EXACT):
        return stored(sum(present, _ZERO), Decimal(len(present)))


def _season_text(months: Sequence[Decimal | None], score: Decimal | None) -> str:
    present = [total for total in months if total is not None]
    if score is None:
        return f"{len(months)}个月中缺评{len(months) - len(present)}个月，未参评"
    exact = score * len(present) == sum(present)
    return f"({'+'.join(map(str, present))})/{len(present)}{'=' if exact else '≈'}{score}"


def _ranks_from_below(scores: Mapping[K, Decimal | None]) -> dict[K, int]:
    return ranks(
        (Entry(key, None if score is None else -score) for key, score in scores.items()), ()
    )
