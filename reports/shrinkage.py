"""Rates of rare events in units of very different size, fairly. Source: docs/rules.md R9.

A unit's number of events is Poisson with its exposure times its own rate; the rates of the
branch's units are Gamma distributed. The Gamma prior is fitted on the branch by maximum likelihood
of the numbers it makes likely (negative binomial); each unit's rate is then its posterior mean,
between its own ratio and the branch's, the nearer to the branch's the less it has to show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from typing import Final

import numpy as np
import scipy  # its parts, which are slow to load, come when they are first used

LEAST_UNITS: Final = 3
INTERVAL: Final = (0.05, 0.95)
_LEAST_SHAPE: Final = 0.1
_PLACES: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Count:
    """A unit's events and its exposure, above 0, in the unit the rate is for."""

    events: int
    exposure: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What the branch says of a unit before its own numbers: Gamma by shape and inverse scale."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """The branch's rate."""
        return self.shape / self.rate


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A unit's rate: its plain ratio, the posterior mean, and the 90 % interval, three places."""

    plain: Decimal
    mean: Decimal
    low: Decimal
    high: Decimal


class TooLittle(ValueError):
    """Rates cannot be estimated; the text is Chinese and says why."""


def prior_of(counts: Sequence[Count]) -> Prior:
    """The prior most likely to make these numbers; TooLittle when they cannot tell.

    It never weighs more than all events of the branch: where units do not differ beyond chance, a
    unit without any numbers is then known as well as the branch is, not better.
    """
    if len(counts) < LEAST_UNITS:
        raise TooLittle(f"有业务量的单位不足{LEAST_UNITS}个，无法估计全行的分布")
    events = sum(each.events for each in counts)
    if not events:
        raise TooLittle("本期各单位都没有投诉，无须估计")
    ordered = sorted((each.events, each.exposure) for each in counts)  # sums depend on the order
    y, e = np.array(ordered, dtype=float).T

    def unlikelihood(point: Sequence[float]) -> float:
        return -_likelihood(y, e, shape=exp(point[0]), mean=exp(point[1]))

    pooled = events / float(e.sum())
    top = max(1.0, float(events))
    fitted = scipy.optimize.minimize(
        unlikelihood,
        x0=(log(min(top, 1.0)), log(pooled)),
        method="L-BFGS-B",
        bounds=((log(_LEAST_SHAPE), log(top)), (log(pooled) - 3, log(pooled) + 3)),
        options={"ftol": 1e-13, "gtol": 1e-9},
    )
    shape, mean = exp(fitted.x[0]), exp(fitted.x[1])
    return Prior(shape, shape / mean)


def shrunk(count: Count, prior: Prior) -> Shrunk:
    """A unit's rate drawn towards the branch's; without exposure it is the branch's."""
    shape, rate = prior.shape + count.events, prior.rate + count.exposure
    low, high = (float(scipy.special.gammaincinv(shape, q)) / rate for q in INTERVAL)
    plain = count.events / count.exposure if count.exposure else 0.0
    return Shrunk(_stored(plain), _stored(shape / rate), _stored(low), _stored(high))


def _likelihood(
    y: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    e: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    *,
    shape: float,
    mean: float,
) -> float:
    """The logarithm of how likely a prior makes these numbers, up to what does not depend on it."""
    rate = shape / mean
    gammaln = scipy.special.gammaln
    each = (
        gammaln(y + shape) - gammaln(shape) + shape * np.log(rate) - (shape + y) * np.log(rate + e)
    )
    return float(each.sum())


def _stored(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_PLACES)
