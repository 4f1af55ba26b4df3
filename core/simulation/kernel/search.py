"""The search for the next bar on which something changes, in NumPy: blocks of growing length."""

# The same arguments as the compiled search:
# ruff: noqa: PLR0913, PLR0917

import numpy as np

from core.simulation.bar_table import Floats
from core.simulation.kernel.blocks import GROUP, Blocks
from core.simulation.kernel.state import CASH, Way

_FIRST_BLOCK = 64
_LARGEST_BLOCK = 8_192

MARGIN = 1e-9
"""Share of the value by which the bounds of a block must keep clear of every limit: far more than
any rounding, so that a bar that ``next_change`` would find is in no block that is passed."""


def next_change(
    closes: Floats,
    coins: Floats,
    highs: Floats,
    lows: Floats,
    cash: float,
    span: Floats,
    room: Floats,  # noqa: ARG001  # of the compiled search
    start: int,
    end: int,
) -> int:
    """Return the first bar from ``start`` on that may leave the limits, ``end`` for none.

    Within them ``max(price * highs) < value``, ``min(price * lows) > value`` and the value lies
    between the two of ``span``.

    Args:
        closes: assets x bars.
        coins: held; assets.
        highs: coins over the highest weight; assets.
        lows: coins over the lowest weight; assets.
        cash: part of the value that does not move.
        span: least and most value.
        room: for the compiled search to work in; 3 x SEARCH_ROOM.
        start: the first bar to look at.
        end: the bar after the last one.
    """
    length = _FIRST_BLOCK
    while start < end:
        block = closes[:, start : min(start + length, end)]
        value = coins @ block + cash
        outside = (highs[:, None] * block).max(axis=0) >= value
        outside |= (lows[:, None] * block).min(axis=0) <= value
        outside |= (value <= span[0]) | (value >= span[1])
        place = int(outside.argmax())
        if outside[place]:
            return start + place
        start += block.shape[1]
        length = min(2 * length, _LARGEST_BLOCK)
    return end


def first_unsure(blocks: Blocks, way: Way, block: int, end: int) -> int:
    """Return the first block from ``block`` on that may hold a bar outside, ``end`` for none.

    In the unit of the index, the value of a portfolio is that of the index times what the
    portfolio had at the group's first close, plus what it holds more or less than the index.
    """
    length = GROUP
    while block < end:
        rows = np.arange(block, min(block + length, end))
        first, least, most = blocks.first[rows // GROUP], blocks.least[rows], blocks.most[rows]
        held = np.column_stack([first * way.coins, np.full(len(rows), way.money[CASH])])
        whole = held.sum(axis=1)
        rest = held - whole[:, None] * blocks.shares
        low = whole + np.minimum(rest * least, rest * most).sum(axis=1)
        high = whole + np.maximum(rest * least, rest * most).sum(axis=1)
        margin = MARGIN * (whole + high)
        low, high = low - margin, high + margin
        unsure = (first * way.highs * most[:, :-1]).max(axis=1) >= low
        unsure |= (first * way.lows * least[:, :-1]).min(axis=1) <= high
        unsure |= (low <= way.span[0] * most[:, -1]) | (high >= way.span[1] * least[:, -1])
        place = int(unsure.argmax())
        if unsure[place]:
            return block + place
        block += len(rows)
        length *= 2
    return end
