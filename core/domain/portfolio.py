"""What the account owns, and what came in or went out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core.domain.units import Asset, Money, Price, Quantity, Rate, Weight


@dataclass(frozen=True, slots=True)
class Balance:
    """One asset on the account, as the venue reports it.

    Attributes:
        asset: the coin or currency.
        free: can be sold or spent now.
        locked: held by open orders or on hold.
        staked: staked or earning; counted, never sold.
    """

    asset: Asset
    free: Quantity
    locked: Quantity = Quantity(Decimal(0))
    staked: Quantity = Quantity(Decimal(0))


class FlowKind(StrEnum):
    """Why a balance changed."""

    OPENING = "opening"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    TRADE = "trade"
    FEE = "fee"
    REWARD = "reward"


@dataclass(frozen=True, slots=True)
class Flow:
    """One change of one balance, signed: what came in is positive.

    Attributes:
        flow_id: the venue's id of the change, unique for ever.
        asset: the coin or currency.
        kind: why it changed.
        amount: signed amount of the asset.
        value: the amount in quote currency when it happened; None where no price was known.
        occurred_at: when the venue booked it.
        reference: the order it belongs to, or an empty text.
    """

    flow_id: str
    asset: Asset
    kind: FlowKind
    amount: Decimal
    value: Money | None
    occurred_at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """One risk asset as the planner sees it: what counts, and what may be sold.

    Attributes:
        asset: the coin.
        target: its target weight.
        hot: coins that may be sold.
        cold: coins that count and are never sold (cold, locked, staked, beyond the trading
            capital).
        price: the mid price.
        step: quantity step, coins.
        min_quantity: smallest order, coins.
        min_notional: smallest order, quote currency.
        fee: taker fee rate.
        slip: half-spread plus walk, a rate.
        tradable: False keeps the weight and leaves the asset out of every trade.
    """

    asset: Asset
    target: Weight
    hot: Quantity
    cold: Quantity
    price: Price
    step: Quantity
    min_quantity: Quantity
    min_notional: Money
    fee: Rate
    slip: Rate
    tradable: bool = True

    @property
    def value(self) -> Money:
        """Hot and cold coins at the mid price."""
        return Money((self.hot + self.cold) * self.price)


@dataclass(frozen=True, slots=True)
class Cash:
    """The quote currency as the planner sees it.

    Attributes:
        asset: the currency's symbol.
        target: its target weight.
        amount: all of it that counts.
        reserve: the part that is never spent.
    """

    asset: Asset
    target: Weight
    amount: Money
    reserve: Money


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The whole account as the planner sees it; holdings sorted by symbol."""

    holdings: tuple[Holding, ...]
    cash: Cash
    fee_token_value: Money | None = None

    @property
    def value(self) -> Money:
        """Everything that counts, in quote currency."""
        return Money(sum((h.value for h in self.holdings), Decimal(0)) + self.cash.amount)
