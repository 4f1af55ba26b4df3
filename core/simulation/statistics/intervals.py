"""Two policies' daily log returns -> by how much they differ a year, and how sure that is."""

import math
from dataclasses import dataclass, replace

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.statistics.blocks import LEAST_BLOCK, optimal_block

Seed = int | np.random.Generator
"""A whole number, or a generator seeded by the caller."""

DAYS_A_YEAR = 365.25
FEWEST_DAYS = 20
"""With fewer paired days an interval would be a guess."""

YEARLY_FROM = 3 * 365
"""Days of returns from which a yearly figure may be told. Source: METHODS 6.5, three years."""

LOG_POINT = 0.01
DRAWS = 2_000
BLOCK = 60.0

# A block longer than this share of the series leaves too few blocks to vary: the interval would
# come out too narrow just where least is known.
_LARGEST_SHARE = 0.1
# What rounding leaves between two runs that did the same: no difference at all.
_NOISE = 1e-12
# Rows drawn at once: bounds the memory whatever the number of draws.
_CHUNK_CELLS = 1 << 20


@dataclass(frozen=True, slots=True)
class Interval:
    """A yearly difference with its interval; one log point is 0.01 of log growth.

    Attributes:
        mean: mean difference, log points a year.
        low, high: ends of the interval, log points a year.
        level: how much of the bootstrap distribution lies between them, e.g. 0.95.
        draws: how many samples were drawn.
        block: mean block length in force, days.
        days: how many paired days went in.
    """

    mean: float
    low: float
    high: float
    level: float
    draws: int
    block: float
    days: int

    @property
    def covers_zero(self) -> bool:
        """Whether no difference at all is inside the interval."""
        return self.low <= 0.0 <= self.high

    @property
    def is_yearly(self) -> bool:
        """Whether three years went in, so that a yearly figure may be told (METHODS 6.5)."""
        return self.days >= YEARLY_FROM

    def over_all_days(self) -> "Interval":
        """Return the same interval for the whole stretch in place of a year, in log points."""
        years = self.days / DAYS_A_YEAR
        return replace(self, mean=self.mean * years, low=self.low * years, high=self.high * years)


def paired_interval(
    a: Floats,
    b: Floats,
    *,
    seed: Seed,
    draws: int = DRAWS,
    block: float | None = BLOCK,
    level: float = 0.95,
) -> Interval:
    """Return the mean yearly difference ``a - b`` with its percentile interval.

    The pairs stay together: it is their differences that are drawn, by a stationary block
    bootstrap. Blocks are never longer than a tenth of the series.

    Args:
        a: daily log returns, at least 20.
        b: those of the other policy on the same days.
        seed: where the randomness comes from.
        draws: how many samples.
        block: mean block length in days; None takes the Politis-White length, at least 20.
        level: share of the bootstrap distribution between the ends.

    Raises:
        ValueError: series that do not pair, are too short or not finite, or a setting that cannot
            be.

    Source: Politis & Romano 1994; METHODS 6.3.
    """
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"series of shapes {a.shape} and {b.shape} do not pair day by day")
    differences = np.asarray(a - b, dtype=np.float64)
    differences[np.abs(differences) < _NOISE] = 0.0
    days = len(differences)
    if days < FEWEST_DAYS:
        raise ValueError(f"{days} paired days; an interval needs at least {FEWEST_DAYS}")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; it must lie between 0 and 1")
    length = _block_in_force(differences, block)
    means = bootstrap_means(differences, seed=seed, draws=draws, block=length)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(means, (tail, 1.0 - tail)).tolist()
    yearly = DAYS_A_YEAR / LOG_POINT
    mean = math.fsum(differences.tolist()) / days
    return Interval(mean * yearly, low * yearly, high * yearly, level, draws, length, days)


def bootstrap_means(series: Floats, *, seed: Seed, draws: int, block: float) -> Floats:
    """Return the means of stationary bootstrap samples of ``series``; draws.

    A sample is blocks of geometric length that begin anywhere and run on from the last observation
    to the first, until it is as long as the series. Only the sums of blocks are needed for a mean,
    and those are differences of running sums, so the work grows with the number of blocks and not
    with the length of the series.

    Args:
        series: finite observations.
        seed: where the randomness comes from.
        draws: at least 1.
        block: mean block length, at least 1 and at most the length of the series.

    Raises:
        ValueError: a series that is empty or not finite, or a setting that cannot be.

    Source: Politis & Romano 1994.
    """
    count = len(series)
    if count == 0 or not np.isfinite(series).all():
        raise ValueError("a bootstrap needs observations, and all of them finite")
    if draws < 1 or not 1.0 <= block <= count:
        raise ValueError(f"{draws} draws of blocks of {block} from {count}: that cannot be drawn")
    rng = np.random.default_rng(seed)
    level = float(series.mean())
    sums = np.concatenate(([0.0], np.cumsum(np.concatenate((series, series)) - level)))
    wide = math.ceil(count / block + 6.0 * math.sqrt(count / block) + 8.0)
    rows = max(_CHUNK_CELLS // wide, 1)
    parts = [
        _sums_of_samples(sums, count, rng, block=block, shape=(min(rows, draws - first), wide))
        for first in range(0, draws, rows)
    ]
    means: Floats = level + np.concatenate(parts) / count
    return means


def _block_in_force(differences: Floats, asked: float | None) -> float:
    longest = max(len(differences) * _LARGEST_SHARE, 1.0)
    if asked is not None:
        if not asked >= 1.0:
            raise ValueError(f"block is {asked}; a mean block has at least 1 day")
        return float(min(asked, longest))
    is_constant = bool((differences == differences[0]).all())
    automatic = LEAST_BLOCK if is_constant else max(optimal_block(differences), LEAST_BLOCK)
    return float(min(automatic, longest))


def _sums_of_samples(
    sums: Floats, count: int, rng: np.random.Generator, *, block: float, shape: tuple[int, int]
) -> Floats:
    """Return the sum of every sample; ``sums`` are running sums over the series twice."""
    totals = np.zeros(shape[0])
    left = np.full(shape[0], count, dtype=np.int64)
    while (open_rows := np.flatnonzero(left)).size:
        starts = rng.integers(count, size=(open_rows.size, shape[1]))
        lengths = np.minimum(rng.geometric(1.0 / block, size=starts.shape), count)
        ends = np.minimum(np.cumsum(lengths, axis=1), left[open_rows, None])
        taken = np.diff(ends, axis=1, prepend=0)
        totals[open_rows] += (sums[starts + taken] - sums[starts]).sum(axis=1)
        left[open_rows] -= ends[:, -1]
    return totals
