"""Daily or hourly prices of the coins of one portfolio, aligned on one calendar.

This is what the kernel and the simple comparisons read; the reference backtest reads the same
prices from snapshots. Arrays are assets x bars, so that a run over one asset's bars is one run over
memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.simulation.bar_table import AssetBars, BarTable, Floats, Seconds, instant

Flags = NDArray[np.bool_]

GONE_AFTER = timedelta(days=7)
"""A coin whose bars end this long before the table does has ended; a shorter lack is a gap."""


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
        for prices in (self.closes, self.fills):
            if prices.dtype != np.float64:
                raise ValueError(f"prices of the type {prices.dtype} in a matrix of float64")
        for column in (self.starts, self.closes, self.fills, self.has_bar):
            column.flags.writeable = False

    def __len__(self) -> int:
        return len(self.starts)


def matrix_of(
    table: BarTable, assets: Iterable[Asset], start: datetime, end: datetime
) -> PriceMatrix:
    """Align the bars of some coins on the table's own interval.

    Args:
        table: bars of one source.
        assets: the coins.
        start: open time of the first bar, a multiple of the interval.
        end: bars open before it. Nothing of a bar that opens there or later is used, so the last
            bar has no fill price; only that a coin goes on after ``end`` is known.

    Raises:
        InputInvalid: a coin has no bars, or none yet at ``start``; or the span holds no bar.
    """
    rows = tuple(_bars_of(table, asset) for asset in sorted(set(assets)))
    if not rows:
        raise InputInvalid("a matrix of prices needs at least one coin; name some")
    step, first = int(table.interval.total_seconds()), int(start.timestamp())
    last = max(int(row.starts[row.starts < end.timestamp()].max(initial=-1)) for row in rows)
    if last < first:
        raise InputInvalid(
            f"{table.source} holds no bar from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC; "
            f"its bars go from {table.begins_at:%Y-%m-%d} to {table.ends_at:%Y-%m-%d}"
        )
    starts = np.arange(first, last + step, step)
    _refuse_strangers(table, rows, starts)
    aligned = [_aligned(row, starts) for row in rows]
    has_bar = np.array([flags for _, _, flags in aligned])
    return PriceMatrix(
        table.source,
        tuple(row.asset for row in rows),
        table.interval,
        starts,
        closes=np.array([closes for closes, _, _ in aligned]),
        fills=np.array([fills for _, fills, _ in aligned]),
        has_bar=has_bar,
        delisted_after=tuple(_ended_at(table, row, starts) for row in rows),
    )


def refuse_stale_start(matrix: PriceMatrix) -> None:
    """Refuse to begin on a bar that a coin lacks: it would be had at a price of the past.

    Raises:
        InputInvalid: with the coins, and from when on there is a bar of each.
    """
    lacking = np.flatnonzero(~matrix.has_bar[:, 0])
    if not len(lacking):
        return
    names = ", ".join(matrix.assets[row] for row in lacking)
    whole = np.flatnonzero(matrix.has_bar.all(axis=0))
    mend = f"begin on {_when(matrix, int(whole[0]))} or later" if len(whole) else "begin elsewhere"
    raise InputInvalid(
        f"{matrix.source} has no bar of {names} on {_when(matrix, 0)}, so a price of the past "
        f"would stand in for it; {mend}"
    )


def _when(matrix: PriceMatrix, bar: int) -> str:
    at = instant(int(matrix.starts[bar]))
    return f"{at:%Y-%m-%d}" if at.hour == at.minute == 0 else f"{at:%Y-%m-%d %H:%M} UTC"


def _bars_of(table: BarTable, asset: Asset) -> AssetBars:
    bars = table.bars_of(asset)
    if bars is None:
        raise InputInvalid(
            f"{table.source} has no bars of {asset}, only of {', '.join(table.assets)}; "
            "add them, or take the coin out of the targets"
        )
    return bars


def _refuse_strangers(table: BarTable, rows: Iterable[AssetBars], starts: Seconds) -> None:
    """Refuse a coin that is listed later than the first bar, or has ended before it."""
    first = instant(int(starts[0]))
    for row in rows:
        since, until = instant(int(row.starts[0])), instant(int(row.starts[-1]))
        if since > first:
            raise InputInvalid(
                f"the first bar of {row.asset} in {table.source} is of {since:%Y-%m-%d}, after the "
                f"start on {first:%Y-%m-%d}; begin there or later"
            )
        if until < first:
            raise InputInvalid(
                f"the last bar of {row.asset} in {table.source} is of {until:%Y-%m-%d}, before the "
                f"start on {first:%Y-%m-%d}; begin earlier, or take the coin out of the targets"
            )


def _aligned(bars: AssetBars, starts: Seconds) -> tuple[Floats, Floats, Flags]:
    """Return closes, fills and flags of one coin on the calendar."""
    known = np.searchsorted(bars.starts, starts, side="right") - 1
    has_bar: Flags = bars.starts[known] == starts
    opens = np.where(np.isnan(bars.opens), bars.closes, bars.opens)[known]
    fills = np.full(len(starts), np.nan)
    fills[:-1] = np.where(has_bar[1:], opens[1:], np.nan)
    return bars.closes[known], fills, has_bar


def _ended_at(table: BarTable, bars: AssetBars, starts: Seconds) -> int:
    """Return the index of a coin's last bar when it ended inside the calendar, else -1.

    The whole table says so, not what was cut out of it, so a cut inside a gap ends no coin.
    """
    last = int(bars.starts[-1])
    has_ended = instant(last) + table.interval + GONE_AFTER <= table.ends_at
    is_inside = last < int(starts[-1])
    return int(np.searchsorted(starts, last)) if has_ended and is_inside else -1
