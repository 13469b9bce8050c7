"""What jumps in a month of the evaluation device; usage and satisfaction."""

from decimal import Decimal

import pytest

from tellers.usage import Counts, jumps, total

USUAL = Counts(1000, 800, 700, 60, 30, 10)


def test_shares():
    assert (USUAL.usage, USUAL.satisfaction) == (Decimal(80), Decimal(95))
    assert (Counts(10).usage, Counts(10).satisfaction) == (Decimal(0), None)
    assert Counts().usage is None
    both = total([USUAL, Counts(1000, 0)])
    assert (both.transactions, both.usage, both.pleased) == (2000, Decimal(40), 760)
    assert total([]) == Counts()


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (USUAL, ()),
        (Counts(2999, 2400, 2100, 180, 90, 30), ()),
        (Counts(3000, 2400, 2100, 180, 90, 30), ("业务笔数 3000，前 2 个月平均 1000",)),
        (Counts(333, 266, 240, 12, 10, 4), ("业务笔数 333，前 2 个月平均 1000",)),
        (Counts(1000, 510, 500, 0, 5, 5), ()),
        (Counts(1000, 500, 490, 0, 5, 5), ("使用率 50.00%，此前 80.00%",)),
        (Counts(1000, 800, 600, 0, 100, 100), ("满意度 75.00%，此前 95.00%",)),
        (Counts(1000, 29, 0, 0, 29, 0), ("使用率 2.90%，此前 80.00%",)),
        (Counts(), ("业务笔数 0，前 2 个月平均 1000",)),
    ],
)
def test_jumps(now, said):
    assert jumps(now, [USUAL, USUAL]) == said


def test_a_first_month_and_a_few_transactions_are_no_jump():
    assert jumps(USUAL, []) == ()
    assert jumps(Counts(90, 72, 70, 2), [Counts(10, 8, 8)]) == ()
