"""Bars of many assets on one time grid -> columns that replay, backtest and simulation share.

Prices and volumes here are statistics: floats, as a bar file holds them. Time is epoch seconds of
the bar's OPEN; a bar is known one interval later. A missing bar is a gap, never filled.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from core.codec import bar_series
from core.domain.market import BarSeries
from core.domain.units import Asset

DAY = 86_400
MAX_DAYS = 460
# A venue needs a moment to finish a day's bar; before that it does not count as closed.
CLOSING_DELAY = 300

Floats = NDArray[np.float64]
Seconds = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AssetBars:
    """The bars of one asset, oldest first, as read-only columns of equal length.

    Attributes:
        asset: the coin.
        starts: open times, epoch seconds, strictly increasing.
        opens, highs, lows, closes: quote currency per coin.
        volumes: coins; NaN where the source has none.
    """

    asset: Asset
    starts: Seconds
    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats

    def __post_init__(self) -> None:
        """Refuse columns of different lengths, and make all of them read-only."""
        columns = (self.starts, self.opens, self.highs, self.lows, self.closes, self.volumes)
        if len({len(column) for column in columns}) != 1:
            raise ValueError(f"the columns of {self.asset}'s bars have different lengths")
        for column in columns:
            column.flags.writeable = False

    def __len__(self) -> int:
        return len(self.starts)

    def before(self, end: datetime) -> "AssetBars":
        """Return only the bars that open before ``end``."""
        count = int(np.searchsorted(self.starts, int(end.timestamp()), side="left"))
        columns = (self.opens, self.highs, self.lows, self.closes, self.volumes)
        cut = [column[:count].copy() for column in columns]
        return AssetBars(self.asset, self.starts[:count].copy(), *cut)


@dataclass(frozen=True, slots=True, eq=False)
class BarTable:
    """The bars of several assets of one source.

    Attributes:
        source: where they come from, e.g. a file's name; venues are never mixed.
        interval: the length of a bar; it divides a day.
        series: one entry per asset, sorted by symbol, none of them empty.
        notes: what a reader should know, as finished sentences.
    """

    source: str
    interval: timedelta
    series: tuple[AssetBars, ...]
    notes: tuple[str, ...] = ()

    @property
    def assets(self) -> tuple[Asset, ...]:
        """All assets, by symbol."""
        return tuple(bars.asset for bars in self.series)

    @property
    def begins_at(self) -> datetime:
        """The open time of the very first bar."""
        return instant(min(int(bars.starts[0]) for bars in self.series))

    @property
    def ends_at(self) -> datetime:
        """The end of the very last bar."""
        return instant(max(int(bars.starts[-1]) for bars in self.series)) + self.interval

    def bars_of(self, asset: Asset) -> AssetBars | None:
        """Return the bars of ``asset``, or None."""
        return next((bars for bars in self.series if bars.asset == asset), None)

    def before(self, end: datetime) -> "BarTable":
        """Return only the bars that open before ``end``; assets without any are left out."""
        kept = (bars.before(end) for bars in self.series)
        return replace(self, series=tuple(bars for bars in kept if len(bars)))


def instant(seconds: float) -> datetime:
    """Return epoch seconds as an aware UTC instant."""
    return datetime.fromtimestamp(seconds, UTC)


def daily(bars: AssetBars) -> AssetBars:
    """Return ``bars`` joined to UTC days, without a hole between the first and the last.

    A day is what its bars say, however many there are. A day without any bar has the previous close
    as open, high, low and close, and no volume (NaN). Source: METHODS 9a, "Regime".
    """
    days = bars.starts // DAY
    first = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    known = np.isfinite(bars.volumes)
    volumes = np.add.reduceat(np.where(known, bars.volumes, 0.0), first)
    volumes[np.add.reduceat(known.astype(np.int64), first) == 0] = np.nan
    last = np.append(first[1:], len(days)) - 1
    columns = (
        bars.opens[first],
        np.maximum.reduceat(bars.highs, first),
        np.minimum.reduceat(bars.lows, first),
        bars.closes[last],
        volumes,
    )
    return _without_holes(bars.asset, days[first], columns)


def newest_closed_day(at: datetime) -> int:
    """Return the newest UTC day that was closed at ``at``, in days since the epoch.

    A day counts as closed five minutes after its end.
    """
    return (int(at.timestamp()) - CLOSING_DELAY) // DAY - 1


def closed_days(
    days: AssetBars, source: str, at: datetime, *, most: int = MAX_DAYS
) -> BarSeries | None:
    """Return the days of ``daily`` that were closed at ``at``, the newest ``most`` at most.

    Days since the last known bar are missing days: the last close, no volume. None when no day was
    closed yet.
    """
    newest = newest_closed_day(at)
    known = min(int(np.searchsorted(days.starts, newest * DAY, side="right")), len(days))
    if known == 0:
        return None
    missing = min(newest - int(days.starts[known - 1]) // DAY, most)
    held = slice(max(known + missing - most, 0), known)
    last_close = [float(days.closes[known - 1])] * missing

    def column(values: Floats, tail: Iterable[float]) -> list[float]:
        return [*values[held].tolist(), *tail]

    return bar_series(
        days.asset,
        source,
        instant(newest * DAY),
        opens=column(days.opens, last_close),
        highs=column(days.highs, last_close),
        lows=column(days.lows, last_close),
        closes=column(days.closes, last_close),
        volumes=column(days.volumes, [float("nan")] * missing),
    )


def _without_holes(asset: Asset, days: Seconds, columns: tuple[Floats, ...]) -> AssetBars:
    every = np.arange(days[0], days[-1] + 1)
    source = np.searchsorted(days, every, side="right") - 1
    missing = days[source] != every
    opens, highs, lows, closes, volumes = (column[source] for column in columns)
    for column in (opens, highs, lows):
        column[missing] = closes[missing]
    volumes[missing] = np.nan
    return AssetBars(asset, every * DAY, opens, highs, lows, closes, volumes)
