"""R9: rates of small numbers, against computations that share nothing with the module's own."""

from decimal import Decimal
from math import comb, exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.shrinkage import Count, Prior, TooLittle, prior_of, shrunk

# Events and exposures of a branch's units; the last rows do not differ beyond chance.
BRANCHES = {
    "uneven": [(3, 1.2), (0, 0.3), (1, 2.0), (0, 1.1), (6, 1.5), (2, 1.9)],
    "one bad": [(12, 2.0), (1, 2.1), (0, 1.8), (1, 2.4), (0, 2.2), (1, 2.0), (0, 1.9)],
    "rare": [(1, 5.0), (0, 4.0), (0, 6.0), (2, 5.5), (0, 0.05)],
    "many": [(n % 5 * (n % 3), 0.5 + n / 10) for n in range(40)],
    "alike": [(2, 2.0)] * 6,
    "alike but small": [(1, 1.0), (1, 0.9), (1, 1.1)],
}


def counts(name):
    return [Count(events, exposure) for events, exposure in BRANCHES[name]]


def posterior(count, prior):
    """Mean, 5th and 95th percentile by summing prior × likelihood over rates a hair apart."""
    step = np.linspace(-60, 6, 2_000_000)  # logarithms: small shapes pile up at 0
    rate = np.exp(step)
    weight = prior.shape * step - prior.rate * rate
    weight += count.events * step - count.exposure * rate
    weight = np.exp(weight - weight.max())
    reached = np.cumsum(weight) / weight.sum()
    mean = float((rate * weight).sum() / weight.sum())
    return mean, *(float(rate[np.searchsorted(reached, q)]) for q in (0.05, 0.95))


def chance(count, shape, mean):
    """How likely a prior makes a number, as the product formula of the negative binomial."""
    p = (shape / mean) / (shape / mean + count.exposure)
    product = shape * log(p) + count.events * log(1 - p)
    return product + sum(log(shape + k) - log(k + 1) for k in range(count.events))


@pytest.mark.parametrize("name", BRANCHES)
def test_posterior_against_numerical_integration(name):
    prior = prior_of(counts(name))
    for count in counts(name)[:6]:
        found = shrunk(count, prior)
        for value, expected in zip((found.mean, found.low, found.high), posterior(count, prior), strict=True):  # fmt: skip
            assert abs(float(value) - expected) <= 0.0011


@pytest.mark.parametrize("name", BRANCHES)
def test_no_prior_of_a_grid_is_likelier(name):
    held = counts(name)
    events, exposure = (sum(getattr(c, what) for c in held) for what in ("events", "exposure"))
    fitted = prior_of(held)
    best = sum(chance(count, fitted.shape, fitted.mean) for count in held)
    for shape in np.geomspace(0.1, max(1.0, events), 60):
        for mean in np.geomspace(events / exposure / 5, events / exposure * 5, 60):
            assert sum(chance(count, shape, mean) for count in held) <= best + 1e-6


def test_the_negative_binomial_of_whole_shapes():
    """The check above rests on this formula; for whole shapes it is the textbook's."""
    count = Count(3, 1.5)
    p = 2 / (2 + 1.5)
    assert exp(chance(count, 4, 2.0)) == pytest.approx(comb(6, 3) * p**4 * (1 - p) ** 3)


def test_where_units_do_not_differ_the_branch_weighs_what_it_showed():
    prior = prior_of(counts("alike"))
    assert prior.shape == pytest.approx(12)  # all its events, no more
    assert prior.mean == pytest.approx(1.0, abs=1e-4)


def test_the_smaller_the_exposure_the_nearer_to_the_branch():
    prior = Prior(2.0, 1.0)
    means = [shrunk(Count(0, exposure), prior).mean for exposure in (0, 0.1, 1, 10, 1000)]
    assert means == sorted(means, reverse=True)
    assert (means[0], means[-1]) == (Decimal("2.000"), Decimal("0.002"))


@settings(deadline=None)
@given(
    events=st.integers(0, 200),
    exposure=st.floats(0.01, 500),
    shape=st.floats(0.1, 100),
    rate=st.floats(0.01, 100),
)
def test_the_posterior_lies_between_the_unit_and_the_branch(events, exposure, shape, rate):
    prior = Prior(shape, rate)
    found = shrunk(Count(events, exposure), prior)
    cent = 0.0006
    low, high = sorted((events / exposure, prior.mean))
    assert low - cent <= float(found.mean) <= high + cent
    assert found.low <= found.mean + Decimal("0.001")
    assert found.low <= found.high


@settings(max_examples=20, deadline=None)
@given(st.permutations(BRANCHES["uneven"]))
def test_the_order_of_units_does_not_matter(rows):
    assert prior_of([Count(*row) for row in rows]) == prior_of(counts("uneven"))


@pytest.mark.parametrize(
    ("rows", "reason"),
    [([(1, 1.0), (2, 1.0)], "不足3个"), ([(0, 1.0)] * 5, "没有投诉"), ([], "不足3个")],
)
def test_what_cannot_be_estimated_says_why(rows, reason):
    with pytest.raises(TooLittle, match=reason):
        prior_of([Count(*row) for row in rows])
