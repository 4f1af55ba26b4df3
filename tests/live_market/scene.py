"""A real ccxt market in front of an emulated venue, at a time that tests move."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.exchange.live.market import CcxtMarket
from bot.venues.connection import Manners
from core.domain.units import Asset
from tests.emulators.binance_public import BinancePublic
from tests.emulators.coinbase_public import CoinbasePublic
from tests.emulators.kraken_public import KrakenPublic
from tests.emulators.public_venue import Coin, PublicVenue
from tests.exchange.manual_clock import ManualClock

BTC, ETH, DOGE, NOWHERE = Asset("BTC"), Asset("ETH"), Asset("DOGE"), Asset("NOSUCHCOIN")
MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)
BRISK = Manners(answer_seconds=10, reference_seconds=5, is_paced=False)

EMULATORS: Mapping[str, type[PublicVenue]] = {
    "kraken": KrakenPublic,
    "binance": BinancePublic,
    "coinbase": CoinbasePublic,
}


def coins() -> dict[str, Coin]:
    """Return the coins that every emulated venue begins with."""
    return {
        "BTC": Coin(Decimal(100_000)),
        "ETH": Coin(Decimal(4_000)),
        "DOGE": Coin(Decimal(200)),
    }


@dataclass
class Scene:
    """What a test of a live market plays with."""

    clock: ManualClock
    venue: PublicVenue
    market: CcxtMarket

    def begin(self) -> None:
        """Start a test: another day, so that nothing is remembered, and a venue in order."""
        self.clock.at = (self.clock.at + 2 * ONE_DAY).replace(hour=9, minute=30)
        self.venue.coins = coins()
        self.venue.heal()


@asynccontextmanager
async def scene_at(name: str) -> AsyncIterator[Scene]:
    """Serve a venue, and open a market on it."""
    clock = ManualClock(MORNING)
    async with EMULATORS[name](clock, coins()) as venue:
        market = CcxtMarket(name, Asset(venue.quote), clock, base_url=venue.base_url, manners=BRISK)
        try:
            yield Scene(clock, venue, market)
        finally:
            await market.close()
