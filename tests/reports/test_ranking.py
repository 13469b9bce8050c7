import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.ranking import Entry, SeasonStanding, Standing, ranks, season, standings
from reports.scheme import COMPLAINTS, COVERT, DEFAULT_SCHEME, OPEN

D = Decimal
ORDER = DEFAULT_SCHEME.tie_break


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else D(text)


def entry(
    key: int,
    total: str | None,
    covert: str | None = "90.00",
    complaints: int = 0,
    open_: str | None = "90.00",
    group: str | None = None,
) -> Entry[int]:
    figures = {COVERT: decimal(covert), COMPLAINTS: complaints, OPEN: decimal(open_)}
    return Entry(key, decimal(total), figures, group)


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        (entry(1, "90.01"), entry(2, "90.00", "99.00"), {1: 1, 2: 2}),
        (entry(1, "90.00", "90.01"), entry(2, "90.00", "90.00", 0, "99.00"), {1: 1, 2: 2}),
        (entry(1, "90.00", complaints=0), entry(2, "90.00", complaints=1), {1: 1, 2: 2}),
        (entry(1, "90.00", open_="90.01"), entry(2, "90.00", open_="90.00"), {1: 1, 2: 2}),
        (entry(1, "90.00", "0.00", 9), entry(2, "90.00", None, 0), {1: 1, 2: 2}),
        (entry(1, "90.00", open_="0.00"), entry(2, "90.00", open_=None), {1: 1, 2: 2}),
        (entry(1, "90.00", None), entry(2, "90.00", None), {1: 1, 2: 1}),
        (entry(1, "90.00"), entry(2, "90.0"), {1: 1, 2: 1}),
        (entry(1, "0.00"), entry(2, None), {1: 1}),
    ],
)
def test_order_of_two(first: Entry[int], second: Entry[int], places: dict[int, int]) -> None:
    assert ranks([first, second], ORDER) == places
    assert ranks([second, first], ORDER) == places


def test_same_rank_twice_then_a_gap() -> None:
    table = [entry(1, "95.00"), entry(2, "92.00"), entry(3, "92.00"), entry(4, "91.00")]
    assert ranks(table, ORDER) == {1: 1, 2: 2, 3: 2, 4: 4}


def test_tie_break_follows_the_scheme() -> None:
    table = [entry(1, "92.00", "91.00", 2), entry(2, "92.00", "90.00", 0)]
    assert ranks(table, (COVERT,)) == {1: 1, 2: 2}
    assert ranks(table, (COMPLAINTS,)) == {1: 2, 2: 1}
    assert ranks(table, ()) == {1: 1, 2: 1}


def test_standings_for_all_and_per_group() -> None:
    march = [
        entry(1, "90.00", group="城区"),
        entry(2, "93.00", group="城区"),
        entry(3, "91.00", group="县域"),
        entry(4, None, group="县域"),
        entry(5, "80.00", group="县域"),
    ]
    april = [
        entry(1, "95.00", group="城区"),
        entry(2, None, group="城区"),
        entry(3, "92.00", group="县域"),
        entry(4, "88.00", group="县域"),
        entry(5, "85.00", group="城区"),
        entry(6, "84.00"),
    ]
    previous = {each.key: each for each in standings(march, ORDER)}
    assert standings(april, ORDER, previous) == [
        Standing(1, 1, "城区", 1, change=2, group_change=1),
        Standing(3, 2, "县域", 1, change=0, group_change=0),
        Standing(4, 3, "县域", 2),
        Standing(5, 4, "城区", 2, change=0),
        Standing(6, 5, None, None),
        Standing(2, None, "城区", None),
    ]


def test_empty_table() -> None:
    assert ranks([], ORDER) == {}
    assert standings([entry(1, None)], ORDER) == [Standing(1, None, None, None)]
    assert season(DEFAULT_SCHEME, {}) == []


def table_of(**totals: list[str | None]) -> dict[str, SeasonStanding[str]]:
    facts = {key: [decimal(total) for total in months] for key, months in totals.items()}
    return {each.key: each for each in season(DEFAULT_SCHEME, facts)}


def lists(table: dict[str, SeasonStanding[str]]) -> tuple[str, str]:
    rewarded = "".join(each.key for each in table.values() if each.rewarded)
    return rewarded, "".join(each.key for each in table.values() if each.named)


@pytest.mark.parametrize(
    ("absent", "months", "takes_part"),
    [(0, 1, True), (1, 3, True), (2, 3, False), (1, 2, False), (3, 9, True), (4, 9, False),
     (2, 7, True), (3, 7, False), (3, 3, False)],
)  # fmt: skip
def test_absence(absent: int, months: int, takes_part: bool) -> None:
    row = table_of(a=[*["90.00"] * (months - absent), *[None] * absent])["a"]
    assert (row.score is not None) == (row.rank is not None) == takes_part
    assert row.absent == absent


def test_season_score_is_the_mean_of_the_months_present() -> None:
    row = table_of(a=["95.00", None, "94.01"], b=["90.00", "90.00", "90.01"])
    assert str(row["a"].score) == "94.51"
    assert row["a"].text == "(95.00+94.01)/2≈94.51"
    assert str(row["b"].score) == "90.00"
    assert table_of(a=[None])["a"].text == "1个月中缺评1个月，未参评"


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ("9", ("a", "")),
        ("98", ("ab", "")),
        ("987", ("abc", "")),
        ("9876", ("abc", "d")),
        ("98765", ("abc", "de")),
        ("987654", ("abc", "ef")),
        ("98776", ("abcd", "e")),
        ("9877", ("abcd", "")),
        ("999999", ("abcdef", "")),
        ("9876554", ("abc", "efg")),
        ("9876544", ("abc", "fg")),
        ("987665444", ("abc", "ghi")),
        ("987777", ("abcdef", "")),
        ("987666", ("abc", "def")),
    ],
)
def test_reward_and_naming_lists(scores: str, expected: tuple[str, str]) -> None:
    totals: dict[str, list[str | None]] = {
        k: [f"9{s}"] for k, s in zip("abcdefghi", scores, strict=False)
    }
    assert lists(table_of(**totals)) == expected


def test_the_absent_are_neither_rewarded_nor_named() -> None:
    table = table_of(a=["90"], b=["89"], c=["88"], d=["87"], e=["86"], f=["85"], g=[None])
    assert lists(table) == ("abc", "ef")
    assert list(table) == list("abcdefg")


def test_sizes_of_the_lists_are_data() -> None:
    rules = replace(DEFAULT_SCHEME, rewarded=1, named=0)
    found = season(rules, {1: [D(90)], 2: [D(80)]})
    assert [(each.rewarded, each.named) for each in found] == [(True, False), (False, False)]


def test_season_needs_as_many_months_for_everyone() -> None:
    with pytest.raises(ValueError, match="封账月份数不一致"):
        season(DEFAULT_SCHEME, {1: [D(90)], 2: []})


few = st.integers(0, 3).map(Decimal)
entries = st.lists(
    st.builds(
        Entry,
        st.integers(1, 10**6),
        st.one_of(st.none(), few),
        st.fixed_dictionaries({
            COVERT: st.one_of(st.none(), few),
            COMPLAINTS: st.integers(0, 2),
            OPEN: st.one_of(st.none(), few),
        }),
        st.sampled_from([None, "城区", "县域"]),
    ),
    max_size=25,
    unique_by=lambda each: each.key,
)  # fmt: skip


def beats(one: Entry[int], other: Entry[int]) -> bool:
    """R4 said once more, by pairs."""
    pairs: list[tuple[Decimal | int | None, Decimal | int | None]]
    pairs = [(one.total, other.total)]
    pairs += [(one.figures[COVERT], other.figures[COVERT])]
    pairs += [(-(one.figures[COMPLAINTS] or 0), -(other.figures[COMPLAINTS] or 0))]
    pairs += [(one.figures[OPEN], other.figures[OPEN])]
    for mine, theirs in pairs:
        if mine != theirs:
            return theirs is None or (mine is not None and mine > theirs)
    return False


@given(entries)
def test_rank_is_one_more_than_those_ahead(table: list[Entry[int]]) -> None:
    ranked = [each for each in table if each.total is not None]
    expected = {e.key: 1 + sum(beats(other, e) for other in ranked) for e in ranked}
    assert ranks(table, ORDER) == expected


@given(entries, st.randoms(use_true_random=False))
def test_order_of_rows_never_matters(table: list[Entry[int]], shuffler: random.Random) -> None:
    assert standings(shuffler.sample(table, len(table)), ORDER) == standings(table, ORDER)


@given(entries)
def test_groups_are_ranked_as_if_alone(table: list[Entry[int]]) -> None:
    for group in ("城区", "县域"):
        alone = ranks([each for each in table if each.group == group], ORDER)
        found = {s.key: s.group_rank for s in standings(table, ORDER) if s.group == group}
        assert {key: rank for key, rank in found.items() if rank} == alone


@given(entries)
def test_nothing_changes_against_oneself(table: list[Entry[int]]) -> None:
    before = {each.key: each for each in standings(table, ORDER)}
    for each in standings(table, ORDER, before):
        assert each.change == (None if each.rank is None else 0)
        assert each.group_change == (None if each.group_rank is None else 0)


season_tables = st.integers(1, 5).flatmap(
    lambda months: st.dictionaries(
        st.integers(1, 99),
        st.lists(st.one_of(st.none(), few), min_size=months, max_size=months),
        max_size=12,
    )
)


@given(season_tables)
def test_season_lists_never_overlap_and_treat_equals_alike(
    totals: dict[int, list[Decimal | None]],
) -> None:
    fates: dict[Decimal, tuple[int | None, bool, bool]] = {}
    table = season(DEFAULT_SCHEME, totals)
    for each in table:
        assert not (each.rewarded and each.named)
        if each.score is None:
            assert (each.rewarded, each.named) == (False, False)
        else:
            fate = (each.rank, each.rewarded, each.named)
            assert fates.setdefault(each.score, fate) == fate
    ranked = [each for each in table if each.rank]
    assert sum(each.rewarded for each in ranked) >= min(3, len(ranked))
    assert [each.rank for each in ranked] == sorted(each.rank or 0 for each in ranked)
