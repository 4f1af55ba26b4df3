"""A venue's price history as a power: closed candles, a page at a time. Statistics only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from core.domain.units import Asset


@dataclass(frozen=True, slots=True)
class Candle:
    """One closed candle of one asset.

    Attributes:
        opened_at: its open time, aware UTC.
        open, high, low, close: quote currency per coin, above zero.
        volume: in coins, not below zero.
    """

    opened_at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


class CandleReader(Protocol):
    """Reads past candles of one venue in one quote currency."""

    async def candles(
        self, asset: Asset, interval: timedelta, since: datetime | None
    ) -> Sequence[Candle]:
        """Return one page of closed candles, oldest first, as many as the venue gives at once.

        Args:
            asset: the coin; empty when the venue does not trade it against the quote currency.
            interval: length of a candle.
            since: no candle opens before this instant; None = the venue's newest page. A venue that
                keeps no deep history answers with its oldest page after ``since``.

        Raises:
            FeedUnavailable: the venue gave nothing that can be believed.
            InputInvalid: the venue has no candles of this length.
        """
        ...
