"""One account: its ledger, its orders and trades, its counters and its fee tier."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tests.emulators.kraken.books import BUY
from tests.emulators.kraken.ledger import Ledger
from tests.emulators.kraken.limits import Limits
from tests.emulators.kraken.listings import Pair, percent_of
from tests.emulators.kraken.orders import Order, Trade
from tests.emulators.kraken.wire import cut

_FEE_PERIOD = timedelta(days=30)


@dataclass
class Account:
    """Somebody's account.

    Attributes:
        volume_before: what was traded in 30 days before the first trade here, in USD; it sets the
            fee tier and does not fade.
        cancel_all_at: when the dead man's switch strikes; None = it is off.
    """

    name: str
    ledger: Ledger
    limits: Limits
    volume_before: Decimal = Decimal(0)
    orders: dict[str, Order] = field(default_factory=dict)
    trades: list[Trade] = field(default_factory=list)
    cancel_all_at: datetime | None = None

    def open_orders(self) -> list[Order]:
        """Return what rests on the books, oldest first."""
        return [order for order in self.orders.values() if order.is_open]

    def closed_orders(self) -> list[Order]:
        """Return what does not, in the order of closing."""
        closed = [order for order in self.orders.values() if not order.is_open]
        return sorted(closed, key=lambda order: order.closed_as)

    def held_for_orders(self, asset: str) -> Decimal:
        """Return how much of an asset open orders keep."""
        return sum(
            (self.hold(order).get(asset, Decimal(0)) for order in self.open_orders()), Decimal(0)
        )

    def hold(self, order: Order) -> dict[str, Decimal]:
        """Return what an open order keeps, by asset: the fee too when it is paid in quote."""
        pair, price = order.request.pair, order.request.price or Decimal(0)
        if order.request.side != BUY:
            return {pair.base: order.left}
        return {pair.quote: self.cost_of_buying(order.request.flags, pair, order.left * price)}

    def cost_of_buying(self, flags: tuple[str, ...], pair: Pair, cost: Decimal) -> Decimal:
        """Return what a purchase may take off the quote balance."""
        decimals = self.ledger.decimals(pair.quote)
        fee = Decimal(0) if "fcib" in flags else cost * self.fee_fraction(pair, maker=False)
        return cut(cost, decimals) + cut(fee, decimals)

    def available(self, asset: str) -> Decimal:
        """Return what may be spent of an asset."""
        return self.ledger.balance(asset) - self.held_for_orders(asset)

    def fee_fraction(self, pair: Pair, *, maker: bool) -> Decimal:
        """Return the fee of the account's tier, as a fraction of the cost."""
        schedule = pair.fees_maker if maker else pair.fees
        return percent_of(schedule, self.traded_volume()) / 100

    def traded_volume(self) -> Decimal:
        """Return what was traded in the 30 days up to the newest trade, in quote."""
        if not self.trades:
            return self.volume_before
        since = self.trades[-1].at - _FEE_PERIOD
        recent = (trade.cost for trade in self.trades if trade.at > since)
        return self.volume_before + sum(recent, Decimal(0))
