"""A market whose prices stand still, with the faults of one moment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.clock import Clock
from core.domain.market import BarSeries, Book, Level, MarketRules, Quote
from core.domain.readings import Reading
from core.domain.units import Asset, Money, Price, Quantity, Rate

BTC, ETH, SOL, USD = Asset("BTC"), Asset("ETH"), Asset("SOL"), Asset("USD")
DOGE = Asset("DOGE")
MIDS: Mapping[Asset, Decimal] = {
    BTC: Decimal(100),
    ETH: Decimal(10),
    SOL: Decimal(1),
    DOGE: Decimal("0.5"),
}
HALF_SPREAD = Decimal("0.001")
FEE = Rate(Decimal("0.004"))
TICK = Decimal("0.0001")
STEP = Decimal("0.0001")


@dataclass
class FlatMarket:
    """Implements ``MarketReader``: deep books around prices that never move.

    Attributes:
        age: how old every quote is.
        missing: coins without a quote.
        crossed: whether bid and ask are exchanged.
        factor: by what the quotes differ from the books, as a frozen feed's would.
    """

    clock: Clock
    age: timedelta = timedelta()
    missing: frozenset[Asset] = field(default_factory=frozenset)
    crossed: bool = False
    factor: Decimal = Decimal(1)

    async def quotes(self, assets: Collection[Asset]) -> tuple[Quote, ...]:
        """Return bid and ask, spoilt as told."""
        at = self.clock.now() - self.age
        return tuple(
            self._quote(asset, at)
            for asset in assets
            if asset in MIDS and asset not in self.missing
        )

    async def books(self, assets: Collection[Asset]) -> tuple[Book, ...]:
        """Return one deep level a side."""
        return tuple(_book(asset, self.clock.now()) for asset in assets if asset in MIDS)

    async def rules(self, assets: Collection[Asset]) -> tuple[MarketRules, ...]:
        """Return the same rules for every coin."""
        return tuple(
            MarketRules(
                asset, Price(TICK), Quantity(STEP), Quantity(STEP), Money(Decimal(1)), taker_fee=FEE
            )
            for asset in assets
            if asset in MIDS
        )

    async def daily_bars(self, assets: Collection[Asset]) -> tuple[BarSeries, ...]:
        """Return nothing: this market has no past."""
        del assets
        return ()

    async def day_ago(self, asset: Asset) -> Reading | None:  # as the port has it
        """Return nothing: this market has no past."""
        return None

    def _quote(self, asset: Asset, at: datetime) -> Quote:
        mid = MIDS[asset] * self.factor
        low, high = Price(mid * (1 - HALF_SPREAD)), Price(mid * (1 + HALF_SPREAD))
        bid, ask = (high, low) if self.crossed else (low, high)
        return Quote(asset, bid, ask, at, "flat")


def _book(asset: Asset, at: datetime) -> Book:
    mid, size = MIDS[asset], Quantity(Decimal(10**9))
    bid, ask = Price(mid * (1 - HALF_SPREAD)), Price(mid * (1 + HALF_SPREAD))
    return Book(asset, (Level(bid, size),), (Level(ask, size),), at)
