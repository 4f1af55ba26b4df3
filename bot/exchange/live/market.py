"""The public market of a real venue, through ccxt: prices, books, rules and history."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.exchange.live.books import read_book
from bot.exchange.live.days import closed_days_of, history_start
from bot.exchange.live.frozen import StandStill
from bot.exchange.live.prices import face_of, quote_of
from bot.exchange.live.rules import rules_of
from bot.ports.candles import Candle
from bot.ports.clock import Clock
from bot.ports.exchange import MarketReader
from bot.venues.candles import ONE_DAY, ONE_HOUR, VenueCandles
from bot.venues.connection import POLITE, Connection, Manners
from bot.venues.table import spot_venue
from bot.venues.troubles import malformed
from core.domain.errors import FeedUnavailable
from core.domain.market import BarSeries, Book, MarketRules, Quote
from core.domain.readings import Reading
from core.domain.units import Asset, Price, exact
from core.simulation.bar_table import newest_closed_day

DAY_AGO_KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Days:
    """One coin's closed days, and the newest day they were read for; None before its first."""

    newest: int
    series: BarSeries | None


class CcxtMarket:
    """Implements ``MarketReader`` and ``CandleReader``; asks without a key and sends no order.

    It never asks twice for one answer: who calls decides whether to try again. It belongs to one
    event loop; close it.
    """

    def __init__(
        self,
        venue: str,
        quote: Asset,
        clock: Clock,
        *,
        base_url: str | None = None,
        second_opinions: Sequence[MarketReader] = (),
        manners: Manners = POLITE,
    ) -> None:
        """Keep what it takes; nothing is opened yet.

        Args:
            venue: kraken, binance or coinbase.
            quote: the currency that coins are traded against.
            clock: what time it is.
            base_url: stands in for the venue's own address; None or empty = the venue itself.
            second_opinions: markets whose middle prices are kept beside this one's; they are not
                closed with it.
            manners: how the venue is asked.

        Raises:
            InputInvalid: the venue is not known.
        """
        self._venue = spot_venue(venue)
        self._quote = quote
        self._clock = clock
        self._opinions = tuple(second_opinions)
        self._waking: tuple[asyncio.Task[None], ...] | None = None
        self._patience = manners.reference_seconds
        self._connection = Connection(self._venue, clock, base_url=base_url, manners=manners)
        self._candles = VenueCandles(self._connection)
        self._days: dict[Asset, _Days] = {}
        self._day_ago: dict[Asset, Reading] = {}
        self._quotes, self._books = StandStill(), StandStill()
        self._elsewhere: dict[Asset, tuple[Price, ...]] = {}

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return bid and ask of each asset, with the middle prices of the second opinions."""
        markets = await self._markets(assets)
        if not markets:
            return ()
        asked = [asyncio.create_task(self._opinion(other, assets)) for other in self._opinions]
        try:
            tickers, at = await self._tickers(markets)
            opinions = [await task for task in asked]
        finally:
            for task in asked:
                task.cancel()
        found = []
        for asset, market in markets.items():
            ticker = tickers.get(market["symbol"])
            references = tuple(mids[asset] for mids in opinions if asset in mids)
            self._elsewhere[asset] = references
            quote = quote_of(
                asset,
                ticker,
                source=self._venue.name,
                observed_at=self._quotes.alive_at(asset, face_of(ticker), references, now=at),
                references=references,
            )
            if quote is not None:
                found.append(quote)
        if not found:
            names = ", ".join(sorted(markets))
            raise malformed(f"{self._venue.title} gave no price that can be believed of {names}")
        return tuple(found)

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return the order book of each asset as it was told; whoever decides judges it.

        One that stands still while the price elsewhere moves bears the instant since when.
        """
        found = []
        for asset, market in (await self._markets(assets)).items():
            book = await read_book(self._connection, asset, str(market["id"]))
            if not self._venue.stamps_levels:
                # Other venues were last asked with the quotes.
                shown, elsewhere = (book.bids, book.asks), self._elsewhere.get(asset, ())
                at = self._books.alive_at(asset, shown, elsewhere, now=book.observed_at)
                book = replace(book, observed_at=at)
            found.append(book)
        return tuple(found)

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return the rules of each asset, at most a day old."""
        name, title = self._venue.name, self._venue.title
        markets = await self._markets(assets)
        return tuple(rules_of(name, title, asset, market) for asset, market in markets.items())

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return up to 460 closed days of each asset, asked for once per UTC day."""
        markets = await self._markets(assets)
        series = [
            await self._closed_days(asset, market["symbol"]) for asset, market in markets.items()
        ]
        return tuple(days for days in series if days is not None)

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Return the open of the hour that was on 24 hours ago, about the start of that hour."""
        now = self._clock.now()
        held = self._day_ago.get(asset)
        if held is not None and timedelta() <= now - held.known_at < DAY_AGO_KEPT:
            return held
        markets = await self._markets((asset,))
        if asset not in markets:
            return None
        before = now - ONE_DAY
        hour = before.replace(minute=0, second=0, microsecond=0)
        page = await self._candles.page(asset, markets[asset]["symbol"], ONE_HOUR, hour)
        if not page or page[0].opened_at != hour:
            return None
        value = Decimal(repr(page[0].open))
        reading = self._day_ago[asset] = Reading(about=hour, value=value, known_at=now)
        return reading

    async def candles(
        self, asset: Asset, interval: timedelta, since: datetime | None
    ) -> Sequence[Candle]:
        """Return one page of closed candles, oldest first; none of an asset it does not trade."""
        markets = await self._markets((asset,))
        if asset not in markets:
            return ()
        now = self._clock.now()
        page = await self._candles.page(asset, markets[asset]["symbol"], interval, since)
        return tuple(candle for candle in page if candle.opened_at + interval <= now)

    async def close(self) -> None:
        """Release the connection; second opinions are closed by who made them."""
        waking, self._waking = self._waking or (), None
        for task in waking:
            task.cancel()
        await asyncio.gather(*waking, return_exceptions=True)
        await self._connection.close()

    async def _markets(self, assets: Collection[Asset]) -> dict[Asset, Mapping[str, Any]]:
        """Return the market of each asset that the venue trades against the quote currency."""
        if self._waking is None:
            # Their lists of markets take longer than a price may: they are read in the meantime.
            self._waking = tuple(
                asyncio.create_task(_wake(other, assets)) for other in self._opinions
            )
        every = await self._connection.markets()
        found = {asset: every.get(f"{asset}/{self._quote}") for asset in assets}
        return {asset: market for asset, market in found.items() if market is not None}

    async def _tickers(
        self, markets: Mapping[Asset, Mapping[str, Any]]
    ) -> tuple[dict[str, Any], datetime]:
        """Return tickers by symbol, and when the oldest of them arrived."""
        symbols = [str(market["symbol"]) for market in markets.values()]
        if self._venue.has_ticker_list:
            answer = await self._connection.ask("fetch_tickers", symbols)
            return answer, self._clock.now()
        tickers: dict[str, Any] = {}
        at = None
        for symbol in symbols:
            tickers[symbol] = await self._connection.ask("fetch_ticker", symbol)
            at = at or self._clock.now()
        return tickers, at or self._clock.now()

    async def _opinion(
        self, other: MarketReader, assets: Collection[Asset]
    ) -> Mapping[Asset, Price]:
        """Return another market's middle prices; one that is silent or slow has no opinion."""
        try:
            async with asyncio.timeout(self._patience):
                quotes = await other.quotes(assets)
        except (FeedUnavailable, TimeoutError):
            return {}
        return _middles(quotes)

    async def _closed_days(self, asset: Asset, symbol: str) -> BarSeries | None:
        now = self._clock.now()
        newest = newest_closed_day(now)
        held = self._days.get(asset)
        if held is None or held.newest != newest:
            candles = await self._candles.since(asset, symbol, ONE_DAY, history_start(now))
            series = closed_days_of(
                asset, candles, source=self._venue.name, title=self._venue.title, now=now
            )
            held = self._days[asset] = _Days(newest, series)
        return held.series


async def _wake(other: MarketReader, assets: Collection[Asset]) -> None:
    """Let a market read what prices need; if it fails, the prices will say so."""
    with suppress(FeedUnavailable):
        await other.rules(assets)


@exact
def _middles(quotes: Collection[Quote]) -> dict[Asset, Price]:
    return {quote.asset: quote.mid for quote in quotes}
