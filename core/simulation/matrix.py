"""Daily or hourly prices of the coins of one portfolio, aligned on one calendar.

This is what the kernel and the simple comparisons read; the reference backtest reads the same
prices from snapshots. Arrays are assets x bars, so that a run over one asset's bars is one run over
memory.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from core.domain.units import Asset
from core.simulation.bar_table import Floats, Seconds

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PriceMatrix:
    """Prices to decide on, to fill at and to mark with; all arrays are read-only.

    Attributes:
        source: whose prices these are; venues are never mixed.
        assets: the coins, by symbol; cash is no row.
        interval: the length of a bar.
        starts: open times of the bars, epoch seconds, one step apart without a hole; bars.
        closes: last known closes, quote currency per coin; assets x bars. On a bar that a coin does
            not have this is its close before, good for marking and for nothing else.
        fills: at what price a decision on the close of a bar is carried out: the open of the next
            bar, its close where the source has no opens, NaN where the coin has no next bar.
        has_bar: whether the coin really has this bar; assets x bars.
        delisted_after: index of each coin's last bar where it ends before the others, else -1.
    """

    source: str
    assets: tuple[Asset, ...]
    interval: timedelta
    starts: Seconds
    closes: Floats
    fills: Floats
    has_bar: Flags
    delisted_after: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse arrays that do not fit together, and make all of them read-only."""
        shape = (len(self.assets), len(self.starts))
        for array in (self.closes, self.fills, self.has_bar):
            if array.shape != shape:
                raise ValueError(f"an array of shape {array.shape} in a matrix of {shape}")
        for column in (self.starts, self.closes, self.fills, self.has_bar):
            column.flags.writeable = False

    def __len__(self) -> int:
        return len(self.starts)
