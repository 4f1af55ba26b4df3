"""Which venue's price history is read, and through what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clocks import SystemClock
from bot.ports.candles import CandleReader
from core.domain.units import Asset


@asynccontextmanager
async def open_candles(
    venue: str, quote: Asset, base_url: str | None
) -> AsyncIterator[CandleReader]:
    """Yield a reader of past candles; no key is needed.

    Args:
        venue: kraken, binance or coinbase.
        quote: the currency that coins are traded against.
        base_url: stands in for the venue's own address; None = the venue itself.

    Raises:
        InputInvalid: the venue is not known.
    """
    from bot.exchange.live.market import CcxtMarket

    market = CcxtMarket(venue, quote, SystemClock(), base_url=base_url)
    try:
        yield market
    finally:
        await market.close()
