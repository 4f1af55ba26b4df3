"""A venue's candles -> candles that can be believed, or a sentence about the first that cannot."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.ports.candles import Candle
from bot.venues.connection import Connection
from bot.venues.troubles import MISREAD, malformed
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.units import Asset

ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)

# A venue's clock may be ahead of ours by this much.
_LEEWAY = timedelta(minutes=5)

_NAMES: Mapping[timedelta, str] = {
    timedelta(minutes=1): "1m",
    timedelta(minutes=5): "5m",
    timedelta(minutes=15): "15m",
    timedelta(minutes=30): "30m",
    ONE_HOUR: "1h",
    timedelta(hours=4): "4h",
    ONE_DAY: "1d",
}


class VenueCandles:
    """Reads candles of one venue; the one that is still open is the last."""

    def __init__(self, connection: Connection) -> None:
        """Read through ``connection``."""
        self._connection = connection

    async def page(
        self, asset: Asset, symbol: str, interval: timedelta, since: datetime | None
    ) -> list[Candle]:
        """Return one page of candles, oldest first, the open one included.

        Args:
            asset: the coin, for messages.
            symbol: ccxt's name of the market; it must be known.
            interval: length of a candle.
            since: no candle opens before this instant; None = the newest page.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed.
            InputInvalid: the venue has no candles of this length.
        """
        name, venue = self._name_of(interval), self._connection.venue
        length = venue.candle_page
        now = self._connection.clock.now()
        start = since
        if since is None and venue.is_windowed:
            start = now - length * interval
        while True:
            begin = None if start is None else int(start.timestamp() * 1000)
            rows = await self._connection.ask("fetch_ohlcv", symbol, name, begin, length)
            found = believed(rows, asset, interval=interval, now=now, title=venue.title)
            found = [candle for candle in found if start is None or candle.opened_at >= start]
            if found or start is None or not venue.is_windowed:
                return found
            # Nothing in this window, for example before the coin was listed: look further on.
            start += length * interval
            if start > now:
                return []

    async def since(
        self, asset: Asset, symbol: str, interval: timedelta, since: datetime
    ) -> list[Candle]:
        """Return all candles from ``since`` on, page by page; arguments and errors as ``page``."""
        venue, now = self._connection.venue, self._connection.clock.now()
        found: list[Candle] = []
        for _ in range(int((now - since) // interval) // venue.candle_page + 2):
            page = await self.page(asset, symbol, interval, since)
            found += page
            is_last = len(page) < venue.candle_page and not venue.is_windowed
            if not page or is_last or page[-1].opened_at + interval > now:
                break
            since = page[-1].opened_at + interval
        return found

    def _name_of(self, interval: timedelta) -> str:
        name = _NAMES.get(interval)
        if name is None or name not in self._connection.timeframes:
            raise InputInvalid(
                f"{self._connection.venue.title} has no candles of {interval}; "
                "take 1 hour or 1 day, for example"
            )
        return name


def believed(
    rows: object, asset: Asset, *, interval: timedelta, now: datetime, title: str
) -> list[Candle]:
    """Return a venue's rows as candles, oldest first.

    A row is open time in milliseconds, open, high, low, close, volume. Rows may come newest first;
    any other disorder, a repeated time, a price that is not above zero, a high below the low, a
    time that is no multiple of the interval or lies in the future is refused.

    Raises:
        FeedUnavailable: naming venue, coin and time of the first row that cannot be believed.
    """
    if not isinstance(rows, Sequence):
        raise malformed(f"{title} gave no list of candles of {asset}")
    candles = [_candle(row, asset, title) for row in rows]
    if len(candles) > 1 and candles[0].opened_at > candles[-1].opened_at:
        candles.reverse()
    for before, candle in pairwise(candles):
        if candle.opened_at == before.opened_at:
            raise _refusal(title, asset, candle.opened_at, "comes twice")
        if candle.opened_at < before.opened_at:
            raise _refusal(title, asset, candle.opened_at, "is out of order")
    for candle in candles:
        _check(candle, asset, interval=interval, now=now, title=title)
    return candles


def _candle(row: Any, asset: Asset, title: str) -> Candle:  # noqa: ANN401  # whatever came
    try:
        opened_at = datetime.fromtimestamp(int(row[0]) / 1000, UTC)
        numbers = [float(cell) for cell in row[1:6]]
        return Candle(opened_at, *numbers)
    except MISREAD:
        raise malformed(f"{title} gave a candle of {asset} that is no row of numbers") from None


def _check(candle: Candle, asset: Asset, *, interval: timedelta, now: datetime, title: str) -> None:
    prices = (candle.open, candle.high, candle.low, candle.close)
    opened_at = candle.opened_at
    if not all(math.isfinite(price) and price > 0 for price in prices):
        raise _refusal(title, asset, opened_at, f"has the prices {prices}")
    if candle.high < candle.low:
        raise _refusal(title, asset, opened_at, f"has high {candle.high} below low {candle.low}")
    if not (math.isfinite(candle.volume) and candle.volume >= 0):
        raise _refusal(title, asset, opened_at, f"has the volume {candle.volume}")
    if opened_at.timestamp() % interval.total_seconds():
        raise _refusal(title, asset, opened_at, f"is no multiple of {interval}")
    if opened_at > now + _LEEWAY:
        raise _refusal(title, asset, opened_at, "lies in the future")


def _refusal(title: str, asset: Asset, at: datetime, what: str) -> FeedUnavailable:
    return malformed(f"{title}: the candle of {asset} at {at:%Y-%m-%d %H:%M} UTC {what}")
