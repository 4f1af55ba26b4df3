"""Bounds on prices, block by block: what many policies over one market need not look at bar by bar.

Prices are taken over an index, since weights do not depend on the unit of account and what all
coins do together drops out. The index of a group of blocks is the portfolio with given shares at
its first close: it moves nearly as any portfolio with like weights does, so the bounds are tight.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.matrix import PriceMatrix

BLOCK = 64
"""Bars of a block."""

GROUP = 8
"""Blocks of a group."""

_AT_ONCE = 8


class Blocks(NamedTuple):
    """Bounds on ``price / first close of the group / index``; cash last, whose price is 1.

    Attributes:
        shares: of the index; assets + 1.
        first: closes at the start of each group; groups x assets, no rows for no bounds.
        least, most: over each block's bars; blocks x (assets + 1).
        group_least, group_most: over each group's; groups x (assets + 1).
    """

    shares: Floats
    first: Floats
    least: Floats
    most: Floats
    group_least: Floats
    group_most: Floats


def no_blocks(assets: int) -> Blocks:
    """Return bounds on nothing: every bar is looked at."""
    coins, all_of_them = np.empty((0, assets)), np.empty((0, assets + 1))
    return Blocks(np.empty(0), coins, all_of_them, all_of_them, all_of_them, all_of_them)


@lru_cache(maxsize=1)
def blocks_of(matrix: PriceMatrix, shares: tuple[float, ...]) -> Blocks:
    """Return the bounds of a matrix; the newest ones are kept.

    Args:
        matrix: checked prices.
        shares: of the index, cash last; weights like those of the policies make the best bounds.
    """
    closes, weights = matrix.closes, np.array(shares)
    assets, bars = closes.shape
    size = BLOCK * GROUP
    groups = -(-bars // size)
    least, most = np.empty((2, groups * GROUP, assets + 1))
    for group in range(0, groups, _AT_ONCE):
        until = min(group + _AT_ONCE, groups)
        some = closes[:, group * size : until * size]
        missing = (until - group) * size - some.shape[1]
        if missing:
            # The last group goes on as it ends, which changes no bound.
            some = np.pad(some, ((0, 0), (0, missing)), mode="edge")
        place = slice(group * GROUP, until * GROUP)
        _bound(some.reshape(assets, -1, size), weights, least[place], most[place])
    return Blocks(
        shares=weights,
        first=np.ascontiguousarray(closes[:, ::size].T),
        least=least,
        most=most,
        group_least=least.reshape(groups, GROUP, -1).min(axis=1),
        group_most=most.reshape(groups, GROUP, -1).max(axis=1),
    )


def _bound(closes: Floats, weights: Floats, least: Floats, most: Floats) -> None:
    """Write the bounds of some groups' blocks; closes are assets x groups x bars of a group."""
    grown = closes / closes[:, :, :1]
    index = np.tensordot(weights[:-1], grown, axes=1) + weights[-1]
    cash = 1.0 / index
    grown *= cash
    for bound, extreme in ((least, np.min), (most, np.max)):
        bound[:, :-1] = extreme(grown.reshape(len(closes), -1, BLOCK), axis=2).T
        bound[:, -1] = extreme(cash.reshape(-1, BLOCK), axis=1)
