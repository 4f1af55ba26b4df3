"""A simulated account: exact amounts, average costs, fills with their costs.

Every method that moves something returns what it moved, so that the books of any day can be added
up again from the fills.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.domain.decision import PlannedTrade
from core.domain.errors import InputInvalid
from core.domain.market import Side
from core.domain.portfolio import Balance
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, Rate, text_of
from core.simulation.backtest.result import BookedTrade, Delisting


@dataclass(frozen=True, slots=True)
class Terms:
    """At what one order fills.

    Attributes:
        day: the UTC day at whose open.
        middle: the price before spread and walk.
        slip: half-spread plus walk.
        fee: taker fee.
    """

    day: date
    middle: Price
    slip: Rate
    fee: Rate

    def price(self, side: Side) -> Price:
        """Return what one coin brings or costs before the fee."""
        return Price(self.middle * (ONE + side.sign * self.slip))


class Account:
    """Cash and coins, with the average cost of each coin, fees of its purchases included."""

    def __init__(
        self,
        quote: Asset,
        value: Money,
        *,
        targets: Mapping[Asset, Decimal],
        prices: Mapping[Asset, Price],
    ) -> None:
        """Open the books with ``value`` spread by the targets, at these prices and free of cost.

        Args:
            quote: the quote currency; what no coin takes stays in it.
            value: quote currency.
            targets: weight of each coin.
            prices: of each coin.
        """
        self.quote = quote
        self.coins = {
            asset: Quantity(value * weight / prices[asset])
            for asset, weight in sorted(targets.items())
        }
        self._paid = {asset: Money(value * targets[asset]) for asset in self.coins}
        self.cash = Money(value - sum(self._paid.values(), ZERO))

    def balances(self) -> tuple[Balance, ...]:
        """Return what the venue would report, by symbol."""
        coins = (Balance(asset, amount) for asset, amount in self.coins.items())
        return (*coins, Balance(self.quote, Quantity(self.cash)))

    def move(self, amount: Money, day: date) -> None:
        """Book money that came in (positive) or went out.

        Raises:
            InputInvalid: more goes out than the cash there is.
        """
        if self.cash + amount < ZERO:
            raise InputInvalid(
                f"the withdrawal of {text_of(-amount)} on {day} is more than the {self.cash:.2f} "
                f"{self.quote} there is then; make it smaller, or move it to another day"
            )
        self.cash = Money(self.cash + amount)

    def sell_out(self, asset: Asset, price: Price, day: date) -> Delisting:
        """Sell all of a coin that has ended, at this price and without further costs."""
        quantity = self.coins[asset]
        gain = Money(quantity * price - self._paid[asset])
        self.cash = Money(self.cash + quantity * price)
        self.coins[asset], self._paid[asset] = Quantity(ZERO), Money(ZERO)
        return Delisting(day, asset, quantity, price, gain)

    def sell(self, trade: PlannedTrade, terms: Terms) -> BookedTrade | None:
        """Sell what is planned, at most all there is; None when there is nothing."""
        held = self.coins[trade.asset]
        quantity = min(trade.quantity, held)
        if not quantity:
            return None
        gross = quantity * terms.price(Side.SELL)
        cash = gross * (ONE - terms.fee)
        share = self._paid[trade.asset] * quantity / held
        self._paid[trade.asset] = Money(self._paid[trade.asset] - share)
        self.coins[trade.asset] = Quantity(held - quantity)
        self.cash = Money(self.cash + cash)
        return _booked(trade, terms, quantity, cash=Money(cash), gain=Money(cash - share))

    def buy(
        self, trade: PlannedTrade, terms: Terms, *, reserve: Money, step: Quantity
    ) -> BookedTrade | None:
        """Buy what is planned, cut to what the cash less the reserve pays for; None for nothing."""
        unit = terms.price(Side.BUY) * (ONE + terms.fee)
        affordable = Quantity(max(self.cash - reserve, ZERO) / unit)
        quantity = trade.quantity
        if affordable < quantity:
            # Exactly down: the planner's tolerance could spend a step that is not there.
            quantity = Quantity(affordable // step * step)
        if not quantity:
            return None
        paid = quantity * unit
        self._paid[trade.asset] = Money(self._paid[trade.asset] + paid)
        self.coins[trade.asset] = Quantity(self.coins[trade.asset] + quantity)
        self.cash = Money(self.cash - paid)
        return _booked(trade, terms, quantity, cash=Money(-paid), gain=Money(ZERO))


def _booked(
    trade: PlannedTrade, terms: Terms, quantity: Quantity, *, cash: Money, gain: Money
) -> BookedTrade:
    price = terms.price(trade.side)
    return BookedTrade(
        terms.day,
        trade.asset,
        trade.side,
        quantity,
        price=price,
        middle=terms.middle,
        cash=cash,
        fee=Money(quantity * price * terms.fee),
        slippage=Money(quantity * terms.middle * terms.slip),
        predicted=Money((trade.fee + trade.slippage) * quantity / trade.quantity),
        gain=gain,
    )
