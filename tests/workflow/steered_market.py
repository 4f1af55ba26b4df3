"""A market a test steers: calm history, then whatever the test says happens."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from bot.clocks import SimulatedClock
from bot.exchange.markets import BarMarket
from core.domain.errors import FeedUnavailable
from core.domain.market import BarSeries, Book, MarketRules, MarketStatus, Quote
from core.domain.readings import Reading
from core.domain.units import Asset, Quantity, Rate, floor_step
from core.simulation.bar_table import AssetBars, BarTable

DAY = timedelta(days=1)
HISTORY = 200
FUTURE = 120
TRADED_A_DAY = 2e9
"""Quote currency; deep enough for every plan of these tests."""


class LooseClock(SimulatedClock):
    """Simulated time that can also jump, as a machine's clock does when it is set."""

    def jump(self, by: timedelta) -> None:
        """Set the clock forward or back."""
        self._now += by

    def step(self, **span: float) -> None:
        """Let time pass."""
        self.advance_to(self._now + timedelta(**span))


class SteeredBars:
    """Daily bars: each day's open is the price at every instant of it, until a test moves it."""

    def __init__(
        self, begin: datetime, prices: Mapping[str, str], *, history: int = HISTORY
    ) -> None:
        """Lay out a calm history before ``begin`` and the same prices after it."""
        first = begin.replace(hour=0, minute=0, second=0, microsecond=0) - history * DAY
        self._starts = int(first.timestamp()) + 86_400 * np.arange(history + FUTURE, dtype=np.int64)
        swing = np.array([1.0, 1.02, 1.01, 0.99, 0.98, 1.0, 1.03, 0.97])
        waves = np.concatenate([np.resize(swing, history), np.ones(FUTURE)])
        self._opens = {
            Asset(asset): float(price) * np.roll(waves, 0)
            for asset, price in sorted(prices.items())
        }
        self._table = self._lay()

    @property
    def ends_at(self) -> datetime | None:
        """The end of the last day."""
        return self._table.ends_at

    def table(self, until: datetime) -> BarTable:
        """Return the bars as they are now."""
        del until
        return self._table

    def move(self, asset: str, price: Decimal, *, at: datetime) -> None:
        """Let ``asset`` cost ``price`` from the day of ``at`` on."""
        day = int(np.searchsorted(self._starts, int(at.timestamp()), side="right")) - 1
        moved = self._opens[Asset(asset)].copy()
        moved[day:] = float(price)
        self._opens[Asset(asset)] = moved
        self._table = self._lay()

    def _lay(self) -> BarTable:
        series = tuple(
            AssetBars(
                asset,
                self._starts.copy(),
                opens.copy(),
                highs=opens * 1.001,
                lows=opens * 0.999,
                closes=opens.copy(),
                volumes=TRADED_A_DAY / opens,
            )
            for asset, opens in self._opens.items()
        )
        return BarTable("steered", DAY, series)


class SteeredMarket:
    """Implements ``MarketReader``: a bar market with the faults a test switches on.

    Attributes:
        bars: where prices are moved.
        taker_fee: what the venue charges; None leaves the market's own.
        depth: how much of the usual book stands there.
        age: how old every quote is.
        is_down: nothing is answered.
    """

    def __init__(self, bars: SteeredBars, clock: LooseClock) -> None:
        """Open the market."""
        self.bars = bars
        self.taker_fee: Rate | None = None
        self.depth = Decimal(1)
        self.age = timedelta()
        self.is_down = False
        self._clock = clock
        self._market = BarMarket(bars, clock)

    def set_status(self, asset: str, status: MarketStatus) -> None:
        """Halt or reopen one market."""
        self._market.set_status(Asset(asset), status)

    def move(self, asset: str, price: str | Decimal) -> None:
        """Let ``asset`` cost ``price`` from now on."""
        self.bars.move(asset, Decimal(price), at=self._clock.now())

    async def shift(self, asset: str, percent: str) -> None:
        """Let the price of ``asset`` move by so many percent."""
        (quote,) = await self._market.quotes([Asset(asset)])
        self.move(asset, (quote.mid * (1 + Decimal(percent) / 100)).quantize(Decimal("0.0001")))

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return best bid and ask, as old as told."""
        self._ask()
        quotes = await self._market.quotes(assets)
        return tuple(replace(row, observed_at=row.observed_at - self.age) for row in quotes)

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return the books, as deep as told."""
        self._ask()
        return tuple([self._thinned(book) for book in await self._market.books(assets)])

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return the rules, with the fee as told."""
        self._ask()
        rules = await self._market.rules(assets)
        if self.taker_fee is None:
            return rules
        return tuple(replace(row, taker_fee=self.taker_fee) for row in rules)

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Return the price of a day ago."""
        self._ask()
        return await self._market.day_ago(asset)

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return the closed days."""
        self._ask()
        return await self._market.daily_bars(assets)

    def _ask(self) -> None:
        if self.is_down:
            raise FeedUnavailable("the steered market does not answer")

    def _thinned(self, book: Book) -> Book:
        if self.depth == 1:
            return book
        step = Quantity(Decimal("0.0001"))
        sides = [
            tuple(
                replace(level, size=floor_step(Quantity(level.size * self.depth), step))
                for level in side
            )
            for side in (book.bids, book.asks)
        ]
        return replace(book, bids=sides[0], asks=sides[1])
