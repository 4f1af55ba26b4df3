"""What the account really pays: the fee of its own tier in the place of the public one."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.exchange.live.amounts import amount_of
from bot.exchange.live.numbers import inner
from bot.exchange.live.private import KrakenPrivate
from bot.ports.exchange import MarketReader
from bot.venues.connection import Connection
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.market import BarSeries, Book, MarketRules, Quote
from core.domain.readings import Reading
from core.domain.units import ZERO, Asset, Rate, exact

FEES_KEPT = timedelta(days=1)
ASK_AGAIN = timedelta(hours=1)
"""How long nothing is asked after an answer that could not be believed."""

DEAREST = Decimal(5)
"""Percent; no tier of any venue is near it, so a higher fee is a misread one."""


class OwnFees:
    """Implements ``MarketReader``: another one's answers, with the account's own taker fees.

    Kraken's public rules name the first tier, which is the dearest. One question a day tells the
    account's own fees of all coins; what it does not tell keeps the public fee. Errors of the
    account are not told here: who reads balances through the same key tells them.
    """

    def __init__(self, market: MarketReader, connection: Connection, quote: Asset) -> None:
        """Keep what it takes; nothing is asked yet.

        Args:
            market: whose answers these are.
            connection: to Kraken, with a key that may query funds.
            quote: the currency that coins are traded against.

        Raises:
            InputInvalid: the connection is not to Kraken, has no key, or one that cannot sign.
        """
        self._market = market
        self._kraken = KrakenPrivate(connection)
        self._connection = connection
        self._quote = quote
        self._reading = asyncio.Lock()
        self._asked: frozenset[Asset] = frozenset()
        self._fees: Mapping[Asset, Rate] = {}
        self._next_at: datetime | None = None

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return the market's quotes."""
        return await self._market.quotes(assets)

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return the market's order books."""
        return await self._market.books(assets)

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return the market's rules, each with the fee that the account pays where it is known."""
        rows = await self._market.rules(assets)
        fees = await self._own({row.asset for row in rows})
        return tuple(
            replace(row, taker_fee=fees[row.asset]) if row.asset in fees else row for row in rows
        )

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return the market's daily bars."""
        return await self._market.daily_bars(assets)

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Return the market's price of a day ago."""
        return await self._market.day_ago(asset)

    async def _own(self, assets: Collection[Asset]) -> Mapping[Asset, Rate]:
        """Return the account's fees, a day old at most."""
        async with self._reading:
            if not self._is_due(assets):
                return self._fees
            self._asked |= frozenset(assets)
            now = self._connection.clock.now()
            # Until an answer is believed, the public fee holds: it is never too low.
            self._fees, self._next_at = {}, now + ASK_AGAIN
            try:
                self._fees = await self._read(self._asked)
            except (FeedUnavailable, AccountProblem):
                return self._fees
            self._next_at = now + FEES_KEPT
            return self._fees

    def _is_due(self, assets: Collection[Asset]) -> bool:
        if self._next_at is None or not self._asked.issuperset(assets):
            return bool(assets)
        now = self._connection.clock.now()
        # A clock that was set back must not keep a fee for longer.
        return not self._next_at - FEES_KEPT <= now < self._next_at

    async def _read(self, assets: Collection[Asset]) -> Mapping[Asset, Rate]:
        """Ask for all fees at once.

        Raises:
            FeedUnavailable: Kraken gave nothing that can be believed.
            AccountProblem: Kraken refuses the key.
        """
        markets = await self._connection.markets()
        found = {asset: markets.get(f"{asset}/{self._quote}") for asset in assets}
        pairs = {asset: str(market["id"]) for asset, market in found.items() if market is not None}
        if not pairs:
            return {}
        names = ",".join(pairs[asset] for asset in sorted(pairs))
        told = await self._kraken.ask("private_post_tradevolume", pair=names)
        fees = {asset: _fee_of(inner(told, "fees", pair, "fee")) for asset, pair in pairs.items()}
        return {asset: fee for asset, fee in fees.items() if fee is not None}


@exact
def _fee_of(percent: object) -> Rate | None:
    """Return a fee as a fraction; None unless it is a plain text of 0 to 5 percent."""
    fee = amount_of(percent)
    if fee is None or not ZERO <= fee <= DEAREST:
        return None
    return Rate(fee / 100)
