from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.closing import (
    CLOSED,
    OPEN,
    PROVISIONAL,
    Change,
    Difference,
    Figure,
    IllegalTransition,
    check_move,
    differences,
    figures_move,
    may_move,
)

D = Decimal
STATES = (OPEN, PROVISIONAL, CLOSED)
ALLOWED = {(OPEN, PROVISIONAL), (PROVISIONAL, CLOSED)}


@pytest.mark.parametrize("old", [*STATES, "OTHER"])
@pytest.mark.parametrize("new", [*STATES, "OTHER"])
def test_moves(old: str, new: str) -> None:
    assert may_move(old, new) == ((old, new) in ALLOWED)
    if may_move(old, new):
        check_move(old, new)
    else:
        with pytest.raises(IllegalTransition, match="月份不能由"):
            check_move(old, new)


def test_message_speaks_of_states_in_chinese() -> None:
    with pytest.raises(IllegalTransition, match="月份不能由“已封账”变为“统计中”"):
        check_move(CLOSED, OPEN)


def test_figures_move_until_closed() -> None:
    assert [figures_move(state) for state in STATES] == [True, True, False]


def figures(total: str | None, rank: int | None, **more: Figure) -> dict[str, Figure]:
    return {"total": None if total is None else D(total), "rank": rank, **more}


def test_a_correction_moves_a_figure_and_two_ranks() -> None:
    old = {1: figures("93.00", 1), 2: figures("92.00", 2), 3: figures("91.00", 3)}
    new = {1: figures("91.50", 2), 2: figures("92.00", 1), 3: figures("91.00", 3)}
    assert differences(old, new) == [
        Difference(2, (Change("rank", 2, 1),), 1),
        Difference(1, (Change("total", D("93.00"), D("91.50")), Change("rank", 1, 2)), -1),
    ]


def test_component_that_moves_no_rank() -> None:
    old = {"a": figures("93.00", 1, covert=D("90.00"))}
    new = {"a": figures("93.00", 1, covert=D("90.01"))}
    assert differences(old, new) == [
        Difference("a", (Change("covert", D("90.00"), D("90.01")),), 0)
    ]


def test_same_value_in_another_form_is_no_difference() -> None:
    assert differences({1: figures("93.0", 1)}, {1: figures("93.00", 1, special=None)}) == []


def test_entering_and_leaving_the_ranking() -> None:
    old = {1: figures(None, None), 2: figures("90.00", 1), 4: figures("80.00", 2)}
    new = {1: figures("91.00", 1), 2: figures(None, None), 3: figures("85.00", 2)}
    found = differences(old, new)
    assert [(each.key, each.rank_change) for each in found] == [
        (1, None), (3, None), (2, None), (4, None),
    ]  # fmt: skip
    assert found[1].changes == (Change("total", None, D("85.00")), Change("rank", None, 2))
    assert found[3].changes == (Change("total", D("80.00"), None), Change("rank", 2, None))


tables = st.dictionaries(
    st.integers(1, 9),
    st.fixed_dictionaries({
        "total": st.one_of(st.none(), st.integers(0, 3).map(Decimal)),
        "rank": st.one_of(st.none(), st.integers(1, 9)),
    }),
)  # fmt: skip


@given(tables, tables)
def test_applying_the_differences_gives_the_new_table(
    old: dict[int, dict[str, Figure]], new: dict[int, dict[str, Figure]]
) -> None:
    patched = {key: dict(row) for key, row in old.items()}
    for each in differences(old, new):
        row = patched.setdefault(each.key, {})
        row.update({change.name: change.new for change in each.changes})
    for key in old.keys() | new.keys():
        for name in ("total", "rank"):
            assert patched.get(key, {}).get(name) == new.get(key, {}).get(name)


@given(tables)
def test_no_difference_to_itself(table: dict[int, dict[str, Figure]]) -> None:
    assert differences(table, table) == []
