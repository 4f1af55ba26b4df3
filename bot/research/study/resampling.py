"""Two paths resampled together -> an interval for figures that are no mean, such as a drawdown.

The same days are drawn for both paths, in blocks, so that what they share stays shared. Means have
quicker arithmetic: ``core.simulation.statistics``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.simulation.bar_table import Floats

BLOCK = 60.0
LARGEST_SHARE = 0.1
LEVEL = 0.95
_CHUNK_CELLS = 1 << 21

Statistic = Callable[[Floats, Floats], Floats]
"""Daily log returns of two paths, draws x days -> one figure per draw."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def joint_bounds(
    a: Floats, b: Floats, statistic: Statistic, *, seed: np.random.SeedSequence, draws: int
) -> Bounds:
    """Return a statistic of two paths with its percentile interval.

    Args:
        a: daily log returns of one path.
        b: of the other, over the same days.
        statistic: what is measured.
        seed: equal seeds give equal intervals.
        draws: how many samples.

    Source: Politis & Romano 1994; METHODS 6.3.
    """
    if a.shape != b.shape:
        raise ValueError(f"paths of {a.shape} and {b.shape} days do not pair")
    rng = np.random.default_rng(seed)
    block = max(min(BLOCK, len(a) * LARGEST_SHARE), 1.0)
    drawn = np.concatenate(
        [statistic(a[days], b[days]) for days in _chunks(len(a), rng, block=block, draws=draws)]
    )
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(drawn, (tail, 1.0 - tail)).tolist()
    return Bounds(float(statistic(a[None, :], b[None, :])[0]), low, high)


def max_drawdowns(returns: Floats) -> Floats:
    """Return the deepest fall below the highest value so far of each path, a positive fraction.

    Args:
        returns: daily log returns; paths x days.
    """
    path = np.cumsum(returns, axis=1)
    peaks = np.maximum(np.maximum.accumulate(path, axis=1), 0.0)
    depths: Floats = -np.expm1((path - peaks).min(axis=1, initial=0.0))
    return depths


def drawdown_cut(own: Floats, other: Floats) -> Floats:
    """Return by which share the first path's deepest fall is smaller than the second's."""
    deepest = max_drawdowns(other)
    is_flat = deepest <= 0.0
    cut: Floats = np.where(is_flat, 0.0, 1.0 - max_drawdowns(own) / np.where(is_flat, 1.0, deepest))
    return cut


def volatility_cut(own: Floats, other: Floats) -> Floats:
    """Return by which share the first path's volatility is smaller than the second's."""
    usual = other.std(axis=1, ddof=1)
    is_still = usual <= 0.0
    cut: Floats = np.where(
        is_still, 0.0, 1.0 - own.std(axis=1, ddof=1) / np.where(is_still, 1, usual)
    )
    return cut


def _chunks(
    count: int, rng: np.random.Generator, *, block: float, draws: int
) -> Iterator[NDArray[np.int64]]:
    """Yield indices of days, draws x days: blocks of geometric length, wrapped at the end."""
    rows = max(_CHUNK_CELLS // count, 1)
    for first in range(0, draws, rows):
        shape = (min(rows, draws - first), count)
        begins = rng.random(shape) < 1.0 / block
        begins[:, 0] = True
        starts = rng.integers(count, size=shape)
        places = np.arange(count)
        newest = np.maximum.accumulate(np.where(begins, places, 0), axis=1)
        yield (np.take_along_axis(starts, newest, axis=1) + places - newest) % count
