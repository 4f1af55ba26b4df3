"""A venue whose candles stand in a list: the port's promises kept, and troubles on demand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.ports.candles import Candle
from core.domain.errors import FeedUnavailable
from core.domain.units import Asset

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def candle(day: int, price: float = 0.0) -> Candle:
    """Return the candle of a day counted from the first of 2024."""
    close = price or 100.0 + day
    return Candle(FIRST + day * DAY, close - 1, close + 2, close - 3, close, 5.0 + day)


@dataclass
class ListedVenue:
    """Implements ``CandleReader`` for one coin.

    Attributes:
        listed: its candles, oldest first.
        page: most candles in one answer.
        latest_only: the venue tells only its newest so many; 0 = all.
        fails_after: answers before it falls silent; None = never.
        asked: the ``since`` of every question.
    """

    listed: list[Candle]
    page: int = 4
    latest_only: int = 0
    fails_after: int | None = None
    asked: list[datetime | None] = field(default_factory=list)

    async def candles(
        self, asset: Asset, interval: timedelta, since: datetime | None
    ) -> Sequence[Candle]:
        """Return one page."""
        self.asked.append(since)
        if self.fails_after is not None and len(self.asked) > self.fails_after:
            raise FeedUnavailable("the venue does not answer")
        if asset != "BTC" or interval != DAY:
            return ()
        if since is None:
            return self.listed[-self.page :]
        known = self.listed[-self.latest_only :] if self.latest_only else self.listed
        return [one for one in known if one.opened_at >= since][: self.page]

    def retold(self, day: int, close: float) -> None:
        """Tell one candle differently from now on."""
        at = FIRST + day * DAY
        self.listed = [
            replace(one, close=close, high=max(one.high, close), low=min(one.low, close))
            if one.opened_at == at
            else one
            for one in self.listed
        ]
