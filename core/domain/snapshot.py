"""Everything that is known at one instant: the engine's only view of the world."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from core.domain.market import BarSeries, Book, MarketRules, Quote
from core.domain.portfolio import Balance
from core.domain.readings import FeedTrouble, ReadingKind, ReadingSeries
from core.domain.units import ONE, Asset, Money


class Occasion(StrEnum):
    """Why a decision is asked for."""

    DAILY = "daily"
    INTRADAY = "intraday"
    RECHECK = "recheck"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One instant's account and market.

    Attributes:
        as_of: the instant, aware UTC.
        occasion: DAILY counts towards confirmation and cadence; INTRADAY looks at hard breaches
            only;
            RECHECK is an approval on fresh data; ASKED is a look that leaves no trace in the state.
        quote: the quote currency's symbol.
        balances: the account; unique assets, sorted by symbol on construction.
        quotes: best bid and ask per coin.
        rules: market rules per coin.
        books: order books where the venue gave one.
        bars: closed daily bars per coin, of those that are watched but not held as well.
        readings: what other feeds said.
        troubles: feeds that gave nothing, and why.
        fee_token_value: what the fee token on the account is worth; None when fees are not paid in
            one.
        clock_skew: the machine's clock against the venue's.
        warnings: codes of what the assembler could not settle, e.g. an unknown balance code.
        walk_ratios: markets whose trades have kept costing more than expected, and by what factor
            their walk estimate is raised; all others have 1 (METHODS 5.2).
    """

    as_of: datetime
    occasion: Occasion
    quote: Asset
    balances: tuple[Balance, ...]
    quotes: tuple[Quote, ...]
    rules: tuple[MarketRules, ...]
    books: tuple[Book, ...] = ()
    bars: tuple[BarSeries, ...] = ()
    readings: tuple[ReadingSeries, ...] = ()
    troubles: tuple[FeedTrouble, ...] = ()
    fee_token_value: Money | None = None
    clock_skew: timedelta = field(default_factory=timedelta)
    warnings: tuple[str, ...] = ()
    # Younger than stored snapshots: while it is empty it has no place in a document, so that
    # their digests, and the decisions made from them, stay what they were.
    walk_ratios: tuple[tuple[Asset, Decimal], ...] = field(default=(), metadata={"younger": True})

    def __post_init__(self) -> None:
        """Sort what has no order of its own, so that order never matters."""
        for name in ("balances", "quotes", "rules", "books", "bars"):
            rows = tuple(sorted(getattr(self, name), key=lambda row: row.asset))
            object.__setattr__(self, name, rows)
        readings = sorted(self.readings, key=lambda row: (row.kind, row.asset, row.source))
        object.__setattr__(self, "readings", tuple(readings))
        troubles = sorted(
            self.troubles, key=lambda row: (row.kind, row.asset, row.source, row.trouble)
        )
        object.__setattr__(self, "troubles", tuple(troubles))
        object.__setattr__(self, "walk_ratios", tuple(sorted(self.walk_ratios)))

    def quote_of(self, asset: Asset) -> Quote | None:
        """Return the quote of ``asset``, or None."""
        return next((row for row in self.quotes if row.asset == asset), None)

    def rules_of(self, asset: Asset) -> MarketRules | None:
        """Return the market rules of ``asset``, or None."""
        return next((row for row in self.rules if row.asset == asset), None)

    def book_of(self, asset: Asset) -> Book | None:
        """Return the order book of ``asset``, or None."""
        return next((row for row in self.books if row.asset == asset), None)

    def bars_of(self, asset: Asset) -> BarSeries | None:
        """Return the daily bars of ``asset``, or None."""
        return next((row for row in self.bars if row.asset == asset), None)

    def balance_of(self, asset: Asset) -> Balance | None:
        """Return the balance of ``asset``, or None."""
        return next((row for row in self.balances if row.asset == asset), None)

    def walk_ratio_of(self, asset: Asset) -> Decimal:
        """Return the factor of the walk estimate of ``asset``, 1 unless experience raised it."""
        return dict(self.walk_ratios).get(asset, ONE)

    def readings_of(self, kind: ReadingKind, asset: str = "") -> tuple[ReadingSeries, ...]:
        """Return every source's series of one kind about ``asset``, by source."""
        return tuple(row for row in self.readings if row.kind is kind and row.asset == asset)
