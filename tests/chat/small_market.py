"""The market of the chat's small world: it stands still until a test moves it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.clocks import SimulatedClock
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.market import BarSeries, Book, MarketRules, Quote
from core.domain.readings import Reading
from core.domain.snapshot import Snapshot
from core.domain.units import Asset, Price, exact


class SmallMarket:
    """Implements ``MarketReader`` on the market of a situation, seen as of now."""

    def __init__(self, world: Snapshot, clock: SimulatedClock) -> None:
        """Show what ``world`` holds."""
        self._world = world
        self._clock = clock
        self.is_down = False
        self.problem: AccountProblem | None = None
        self.bars: tuple[BarSeries, ...] = ()

    @exact
    def move(self, asset: str, factor: str) -> None:
        """Multiply the prices of a coin."""
        by = Decimal(factor)

        def moved(row: Quote) -> Quote:
            if row.asset != asset:
                return row
            return replace(row, bid=Price(row.bid * by), ask=Price(row.ask * by))

        self._world = replace(
            self._world,
            quotes=tuple(map(moved, self._world.quotes)),
            books=tuple(_moved(row, asset, by) for row in self._world.books),
        )

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return quotes of this instant."""
        now = self._answer()
        return tuple(replace(r, observed_at=now) for r in self._world.quotes if r.asset in assets)

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return books of this instant."""
        now = self._answer()
        return tuple(replace(r, observed_at=now) for r in self._world.books if r.asset in assets)

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return the rules."""
        self._answer()
        return tuple(row for row in self._world.rules if row.asset in assets)

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return the history a test gave; without any the engine assumes a careful volatility."""
        self._answer()
        return tuple(row for row in self.bars if row.asset in assets)

    async def day_ago(self, asset: Asset) -> Reading | None:
        """Return nothing: whoever wants a fall within the day says so in the memory."""
        self._answer()
        return None

    def _answer(self) -> datetime:
        if self.is_down:
            raise FeedUnavailable("the venue does not answer")
        if self.problem is not None:
            raise self.problem
        return self._clock.now()


def _moved(book: Book, asset: str, by: Decimal) -> Book:
    if book.asset != asset:
        return book
    bids, asks = (
        tuple(replace(level, price=Price(level.price * by)) for level in side)
        for side in (book.bids, book.asks)
    )
    return Book(book.asset, bids, asks, book.observed_at)
