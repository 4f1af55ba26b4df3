"""What a venue and its prices look like at one instant."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.domain.units import Asset, Money, Price, Quantity, Rate


class MarketStatus(StrEnum):
    """Whether an asset can be traded against the quote currency right now."""

    ONLINE = "online"
    HALTED = "halted"
    POST_ONLY = "post_only"
    MISSING = "missing"


class FeeMode(StrEnum):
    """In which coin the venue takes its fee."""

    QUOTE = "quote"
    BASE = "base"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Quote:
    """The best bid and ask of one asset in quote currency.

    Attributes:
        asset: the coin.
        bid: highest price a buyer offers.
        ask: lowest price a seller asks.
        observed_at: when the venue showed these prices.
        source: the venue's name.
        references: mid prices of other sources at the same time, for the cross-check.
    """

    asset: Asset
    bid: Price
    ask: Price
    observed_at: datetime
    source: str
    references: tuple[Price, ...] = ()

    @property
    def mid(self) -> Price:
        """The middle between bid and ask."""
        return Price((self.bid + self.ask) / 2)

    @property
    def half_spread(self) -> Rate:
        """Half of the spread as a fraction of the middle."""
        mid = self.mid
        return Rate((self.ask - mid) / mid)


@dataclass(frozen=True, slots=True)
class Level:
    """One price level of a book: ``size`` coins at ``price``."""

    price: Price
    size: Quantity


@dataclass(frozen=True, slots=True)
class Book:
    """The captured order book of one asset, best level first on both sides."""

    asset: Asset
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class MarketRules:
    """What the venue demands of an order in one asset.

    Attributes:
        asset: the coin.
        price_tick: smallest price step, quote currency per coin.
        quantity_step: smallest quantity step, coins.
        min_quantity: smallest order, coins.
        min_notional: smallest order, quote currency.
        taker_fee: rate of a marketable order; None when the venue did not tell.
        fee_mode: in which coin the fee is taken.
        status: whether the market takes orders.
    """

    asset: Asset
    price_tick: Price
    quantity_step: Quantity
    min_quantity: Quantity
    min_notional: Money
    taker_fee: Rate | None
    fee_mode: FeeMode = FeeMode.QUOTE
    status: MarketStatus = MarketStatus.ONLINE


@dataclass(frozen=True, slots=True, eq=False)
class BarSeries:
    """Closed daily bars of one asset, oldest first, one venue, statistics only.

    Attributes:
        asset: the coin.
        source: the venue whose bars these are; venues are never mixed.
        opened_at: open time of the newest bar; the bar is known one day later.
        opens, highs, lows, closes, volumes: equally long; volume in coins; NaN where a value is
            missing.
        digest: SHA-256 over all of the above, computed once when the series arrives; two series
            with one digest are equal.
    """

    asset: Asset
    source: str
    opened_at: datetime
    opens: tuple[float, ...]
    highs: tuple[float, ...]
    lows: tuple[float, ...]
    closes: tuple[float, ...]
    volumes: tuple[float, ...]
    digest: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BarSeries) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class Side(StrEnum):
    """Buy or sell."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> Decimal:
        """+1 for a buy, -1 for a sale."""
        return Decimal(1) if self is Side.BUY else Decimal(-1)
