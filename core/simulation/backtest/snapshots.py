"""What was known, an account and a venue's prices -> the snapshot that ``decide()`` sees."""

from decimal import Decimal

from core.domain.market import Book, Level, MarketRules, MarketStatus, Quote
from core.domain.policy import Policy
from core.domain.portfolio import Balance
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity
from core.simulation.backtest.course import Known
from core.simulation.trading_costs import TradingCosts

_TICK = Price(Decimal("1e-10"))
_BOTTOMLESS = Quantity(Decimal("1e15"))


class SnapshotMaker:
    """Makes the snapshots of one run; market rules are made once.

    Quotes stand half a spread around the close. Without impact each coin has a book of one level
    that takes any size, so that nothing is walked through; with it there is no book, and the square
    root law speaks. A coin that has ended keeps a price, so that the rest goes on, and a market
    that takes no orders.
    """

    def __init__(self, policy: Policy, costs: TradingCosts) -> None:
        """Keep the rules."""
        self._policy = policy
        self._costs = costs
        self._online = {
            asset: self._rules(asset, MarketStatus.ONLINE) for asset in policy.risk_assets
        }

    def at(self, known: Known, balances: tuple[Balance, ...]) -> Snapshot:
        """Return the snapshot of a daily evaluation."""
        ended = dict(known.ended)
        quotes = [self._quote(known, asset, price) for asset, price in known.closes]
        books = (
            []
            if self._costs.impact
            else [_book(one) for one in quotes if one.asset in self._online]
        )
        quotes += [self._quote(known, asset, price) for asset, price in known.ended]
        rules = (
            self._rules(asset, MarketStatus.MISSING) if asset in ended else online
            for asset, online in self._online.items()
        )
        return Snapshot(
            as_of=known.as_of,
            occasion=Occasion.DAILY,
            quote=self._policy.quote,
            balances=balances,
            quotes=tuple(quotes),
            rules=tuple(rules),
            books=tuple(books),
            bars=known.bars,
            readings=known.readings,
        )

    def _quote(self, known: Known, asset: Asset, mid: Price) -> Quote:
        half = self._costs.half_spread_of(asset)
        bid, ask = Price(mid * (ONE - half)), Price(mid * (ONE + half))
        return Quote(asset, bid, ask, known.as_of, known.source)

    def _rules(self, asset: Asset, status: MarketStatus) -> MarketRules:
        return MarketRules(
            asset,
            price_tick=_TICK,
            quantity_step=self._costs.quantity_step,
            min_quantity=Quantity(ZERO),
            min_notional=Money(ZERO),
            taker_fee=self._costs.fee,
            status=status,
        )


def _book(quote: Quote) -> Book:
    return Book(
        quote.asset,
        bids=(Level(quote.bid, _BOTTOMLESS),),
        asks=(Level(quote.ask, _BOTTOMLESS),),
        observed_at=quote.observed_at,
    )
