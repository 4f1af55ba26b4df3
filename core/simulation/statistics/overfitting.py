"""How often the setting that was best in one half of history is below the middle in the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from core.simulation.bar_table import Floats

BLOCKS = 16
# Rows x settings held at once.
_CHUNK_CELLS = 1 << 17
_NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class Overfit:
    """What combinatorially symmetric cross-validation found.

    Attributes:
        probability: share of splits in which the best setting of one half is at or below the median
            of the other half.
        median_rank: median place of that setting in the other half, 0 = last, 1 = first.
        splits: how many ways there were to halve the blocks.
        settings: how many settings competed.
        blocks: how many blocks history was cut into.
    """

    probability: float
    median_rank: float
    splits: int
    settings: int
    blocks: int


def overfit_probability(returns: Floats, *, blocks: int = BLOCKS) -> Overfit:
    """Return the probability of backtest overfitting, by the Sharpe ratio of daily returns.

    History is cut into equal blocks (the oldest days that do not fill one are left out); every
    choice of half of them is once the half to choose in, and the rest the half to be judged in.

    Args:
        returns: daily returns; days x settings, at least two settings.
        blocks: an even number of blocks, from 2 to 20.

    Raises:
        ValueError: values that are not finite, too few days or settings, or an impossible number of
            blocks.

    Source: Bailey, Borwein, Lopez de Prado & Zhu 2015 (CSCV); METHODS 6.3.
    """
    _check(returns, blocks)
    length = len(returns) // blocks
    kept = returns[len(returns) - length * blocks :]
    parts = _Parts.of(kept, blocks)
    ranks = np.concatenate(
        [_ranks_elsewhere(chosen, parts) for chosen in _halves(blocks, returns.shape[1])]
    )
    return Overfit(
        probability=float(np.mean(ranks <= 0.5)),  # noqa: PLR2004  # the median
        median_rank=float(np.median(ranks)),
        splits=len(ranks),
        settings=returns.shape[1],
        blocks=blocks,
    )


def _check(returns: Floats, blocks: int) -> None:
    if returns.ndim != 2 or returns.shape[1] < 2:  # noqa: PLR2004  # days x settings
        raise ValueError(f"returns of shape {returns.shape}; days x at least 2 settings are needed")
    if blocks % 2 or not 2 <= blocks <= 20:  # noqa: PLR2004  # 20 blocks have 184,756 halves
        raise ValueError(f"{blocks} blocks; an even number from 2 to 20 is needed")
    if len(returns) < 2 * blocks:
        raise ValueError(f"{len(returns)} days; {blocks} blocks need at least {2 * blocks}")
    if not np.isfinite(returns).all():
        raise ValueError("the returns hold values that are not finite; leave them out first")


def _halves(blocks: int, settings: int) -> Iterator[Floats]:
    """Yield all halves as rows of zeros and ones, as many at once as memory allows."""
    rows = max(_CHUNK_CELLS // settings, 1)
    found: list[tuple[int, ...]] = []
    for half in combinations(range(blocks), blocks // 2):
        found.append(half)
        if len(found) == rows:
            yield _as_rows(found, blocks)
            found = []
    if found:
        yield _as_rows(found, blocks)


def _as_rows(halves: list[tuple[int, ...]], blocks: int) -> Floats:
    rows = np.zeros((len(halves), blocks))
    np.put_along_axis(rows, np.asarray(halves), 1.0, axis=1)
    return rows


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is left of every block: enough for a Sharpe ratio of any choice of blocks.

    Attributes:
        means: of each setting over all days, taken off before anything is summed; settings.
        sums, squares: of what is left, by block; blocks x settings.
        days: in half of the blocks.
    """

    means: Floats
    sums: Floats
    squares: Floats
    days: int

    @classmethod
    def of(cls, returns: Floats, blocks: int) -> "_Parts":
        means = returns.mean(axis=0)
        sums, squares = np.empty((2, blocks, returns.shape[1]))
        for index, cut in enumerate(np.split(returns, blocks)):  # one block in memory at a time
            left = cut - means
            sums[index] = left.sum(axis=0)
            squares[index] = (left * left).sum(axis=0)
        return cls(means, sums, squares, len(returns) // 2)

    def sharpes(self, chosen: Floats) -> Floats:
        """Return daily Sharpe ratios; choices x settings.

        A series that does not move in a half has no ratio there; 0 stands for it.
        """
        means = chosen @ self.sums / self.days
        variances = chosen @ self.squares / self.days - means * means
        # What rounding leaves of a series that stands still is no movement.
        usual = self.squares.sum(axis=0) / self.days + self.means * self.means
        is_still = variances <= _NOISE * usual
        spreads = np.sqrt(np.where(is_still, 1.0, variances))
        ratios: Floats = np.where(is_still, 0.0, (means + self.means) / spreads)
        return ratios


def _ranks_elsewhere(chosen: Floats, parts: _Parts) -> Floats:
    """Return the relative place, in the other half, of the setting that is best in each half."""
    inside, outside = parts.sharpes(chosen), parts.sharpes(1.0 - chosen)
    best = outside[np.arange(len(chosen)), inside.argmax(axis=1)][:, None]
    below = np.count_nonzero(outside < best, axis=1)
    equal = np.count_nonzero(outside == best, axis=1)
    # The middle of the places that ties share, of 1 to N, over N + 1.
    ranks: Floats = (below + (equal + 1) / 2.0) / (outside.shape[1] + 1)
    return ranks
