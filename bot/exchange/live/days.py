"""Daily candles of a venue -> the closed days of a coin, without guessing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from bot.ports.candles import Candle
from core.domain.errors import FeedUnavailable
from core.domain.market import BarSeries
from core.domain.readings import Trouble
from core.domain.units import Asset
from core.simulation.bar_table import (
    DAY,
    MAX_DAYS,
    AssetBars,
    closed_days,
    daily,
    instant,
    newest_closed_day,
)

_SPARE_DAYS = 5


def history_start(now: datetime) -> datetime:
    """Return from when on days are needed: the newest closed ones, as many as are ever kept."""
    return instant(newest_closed_day(now) * DAY) - timedelta(days=MAX_DAYS + _SPARE_DAYS)


def closed_days_of(
    asset: Asset, candles: Sequence[Candle], *, source: str, title: str, now: datetime
) -> BarSeries | None:
    """Return the days that were closed five minutes ago; None when there is none yet.

    A day that is missing between others, or before the day that is still open, is a missing day.

    Args:
        asset: the coin.
        candles: daily candles, oldest first, the open one included.
        source: the venue's name.
        title: its name in a sentence.
        now: the present instant.

    Raises:
        FeedUnavailable: the answer ends before the newest closed day.
    """
    newest = instant(newest_closed_day(now) * DAY)
    last = candles[-1].opened_at if candles else None
    if last is None or last < newest:
        told = "has no day" if last is None else f"ends on {last:%Y-%m-%d}"
        raise FeedUnavailable(
            f"{title}: the days of {asset} should reach {newest:%Y-%m-%d}, the answer {told}",
            trouble=Trouble.LATE,
        )
    known = [candle for candle in candles if candle.opened_at <= newest]
    return closed_days(daily(_bars(asset, known)), source, now) if known else None


def _bars(asset: Asset, candles: Sequence[Candle]) -> AssetBars:
    def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([getattr(candle, name) for candle in candles], dtype=np.float64)

    starts = np.array([int(candle.opened_at.timestamp()) for candle in candles], dtype=np.int64)
    columns = (column(name) for name in ("open", "high", "low", "close", "volume"))
    return AssetBars(asset, starts, *columns)
