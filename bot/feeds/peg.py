"""Whether a stable coin still is what it stands for: its price every 5 minutes, venue by venue."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType

from bot.feeds.venue_feeds import Wait, patiently
from bot.ports.candles import Candle
from bot.ports.clock import Clock
from bot.ports.feeds import FeedReading
from bot.venues.candles import VenueCandles
from bot.venues.connection import POLITE, Connection, Manners
from bot.venues.table import spot_venue
from core.domain.errors import FeedUnavailable, InputInvalid
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import Asset

PARS: Mapping[str, str] = MappingProxyType(
    {"DAI": "USD", "EURC": "EUR", "PYUSD": "USD", "USDC": "USD", "USDG": "USD", "USDT": "USD"}
)
"""Stable coins, and the currency that each of them stands for."""

STEP = timedelta(minutes=5)
REACH = timedelta(hours=2)


class PegFeed:
    """One coin at one venue; implements ``ReadingFeed``. Two venues at the least make a median."""

    def __init__(
        self,
        coin: Asset,
        venue: str,
        clock: Clock,
        *,
        base_url: str | None = None,
        manners: Manners = POLITE,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """Keep what it takes; nothing is opened yet.

        Args:
            coin: the stable coin.
            venue: kraken or coinbase; it must trade the coin against its currency.
            clock: what time it is.
            base_url: stands in for the venue's own address; None or empty = the venue itself.
            manners: how the venue is asked.
            wait: passes the seconds between two attempts.

        Raises:
            InputInvalid: the coin has no peg that is known, or the venue is not known.
        """
        if coin not in PARS:
            raise InputInvalid(f"{coin} has no peg to watch; there are {', '.join(PARS)}")
        self._coin = coin
        self._symbol = f"{coin}/{PARS[coin]}"
        self._venue = spot_venue(venue)
        self._clock = clock
        self._connection = Connection(self._venue, clock, base_url=base_url, manners=manners)
        self._candles = VenueCandles(self._connection)
        self._wait = wait

    @property
    def promises(self) -> Sequence[tuple[ReadingKind, Asset]]:
        """The one series."""
        return ((ReadingKind.PEG, self._coin),)

    @property
    def source(self) -> str:
        """The venue's name."""
        return self._venue.name

    async def read(self) -> Sequence[FeedReading]:
        """Return the closes of the last 2 hours, each about the end of its 5 minutes.

        Raises:
            FeedUnavailable: it gave nothing that can be believed; ``trouble`` says why.
        """
        now = self._clock.now()
        if self._symbol not in await patiently(self._connection.markets, self._wait):
            raise FeedUnavailable(
                f"{self._venue.title} does not trade {self._symbol}", trouble=Trouble.REFUSED
            )
        found = await patiently(self._page, self._wait)
        closed = [candle for candle in found if candle.opened_at + STEP <= now]
        if not closed:
            raise FeedUnavailable(
                f"{self._venue.title} has no price of {self._symbol} in the last 2 hours",
                trouble=Trouble.LATE,
            )
        return tuple(self._reading(candle) for candle in closed)

    async def close(self) -> None:
        """Release the connection."""
        await self._connection.close()

    async def _page(self) -> list[Candle]:
        since = self._clock.now() - REACH
        return await self._candles.page(self._coin, self._symbol, STEP, since)

    def _reading(self, candle: Candle) -> FeedReading:
        return FeedReading(
            kind=ReadingKind.PEG,
            asset=self._coin,
            source=self._venue.name,
            about=candle.opened_at + STEP,
            value=Decimal(repr(candle.close)),
            is_append_only=True,
        )
