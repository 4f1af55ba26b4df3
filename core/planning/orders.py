"""Desired trades -> orders that the venue takes and the cash pays for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from core.domain.decision import Reason, ReasonCode
from core.domain.market import FeeMode, Side
from core.domain.policy import OrderRules
from core.domain.portfolio import Holding, Portfolio
from core.domain.units import (
    ONE,
    ZERO,
    Asset,
    Money,
    Quantity,
    floor_step,
    nearest_step,
    notional,
    quantity_for,
)


@dataclass(frozen=True, slots=True)
class SizedOrder:
    """One order with what it is expected to do.

    Attributes:
        cash: signed change of cash.
        fee: fee in quote currency, whatever coin it is taken in.
        slippage: cost of spread and depth, quote currency.
        received: coins that arrive (buy) or leave (sale).
    """

    asset: Asset
    side: Side
    quantity: Quantity
    cash: Money
    fee: Money
    slippage: Money
    received: Quantity


@dataclass(frozen=True, slots=True)
class SizedOrders:
    """All orders in sending order, and why others are smaller or missing."""

    orders: tuple[SizedOrder, ...]
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Work:
    """What sizing has come to so far."""

    portfolio: Portfolio
    minimum: Mapping[Asset, Money]
    mode: FeeMode
    orders: list[SizedOrder] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    is_short: bool = False
    """A sale was cut or dropped, so planned cash must not be spent."""

    def note(self, code: ReasonCode, asset: Asset, **values: Decimal) -> None:
        self.reasons.append(Reason(code, asset, tuple(values.items())))

    def is_too_small(self, holding: Holding, quantity: Quantity) -> bool:
        small = notional(quantity, holding.price) < self.minimum[holding.asset]
        return small or quantity < holding.min_quantity or not quantity

    def note_too_small(self, holding: Holding, quantity: Quantity) -> None:
        amount, minimum = notional(quantity, holding.price), self.minimum[holding.asset]
        self.note(ReasonCode.BELOW_MIN, holding.asset, amount=amount, minimum=minimum)


def minimum_trade(value: Money, min_notional: Money, rules: OrderRules) -> Money:
    """Return the smallest trade worth sending, in quote currency.

    Source: METHODS 1.6: max(1.1 * the venue's minimum, 25, 0.25 % of V).
    """
    return Money(
        max(
            rules.min_notional_mult * min_notional,
            rules.min_trade_quote,
            rules.min_trade_share * value,
        )
    )


def size_orders(
    portfolio: Portfolio,
    trades: Mapping[Asset, Money],
    *,
    planned_cash: Money,
    mode: FeeMode,
    rules: OrderRules,
) -> SizedOrders:
    """Turn signed desired trades (quote currency at mid) into orders, sells first.

    Args:
        portfolio: hot quantities, prices, steps, fees, cash and reserve.
        trades: desired change of value per asset; negative sells.
        planned_cash: cash after the plan, kept back when a sale falls short.
        mode: in which coin fees are taken.
        rules: minimums and the haircut on sale proceeds.

    Source: METHODS 1.6 and 9a.
    """
    by_asset = {holding.asset: holding for holding in portfolio.holdings}
    total = portfolio.value
    minimum = {a: minimum_trade(total, h.min_notional, rules) for a, h in by_asset.items()}
    work = _Work(portfolio, minimum, mode)
    largest_first = sorted(trades, key=lambda asset: (-abs(trades[asset]), asset))
    for asset in largest_first:
        if trades[asset] < ZERO:
            _size_sale(work, by_asset[asset], Money(-trades[asset]))
    proceeds = sum((order.cash for order in work.orders), ZERO)
    cash = portfolio.cash
    keep = max(cash.reserve, min(cash.amount, planned_cash)) if work.is_short else cash.reserve
    budget = Money(cash.amount + proceeds * (ONE - rules.proceeds_haircut) - keep)
    for asset in largest_first:
        if trades[asset] > ZERO:
            budget = _size_buy(work, by_asset[asset], trades[asset], budget)
    _check_fee_token(work)
    return SizedOrders(tuple(work.orders), tuple(work.reasons))


def _size_sale(work: _Work, holding: Holding, amount: Money) -> None:
    needed = quantity_for(amount, holding.price)
    wanted = nearest_step(needed, holding.step)
    sellable = floor_step(holding.hot, holding.step)
    if sellable > holding.hot:  # the tolerance of the rounding must not sell what is not there
        sellable = Quantity(sellable - holding.step)
    quantity = min(wanted, sellable)
    # A sale of all that is hot may round up past it: that is a lot size, not a limit.
    if wanted > sellable and needed > holding.hot:
        work.is_short = True
        work.note(ReasonCode.COLD_LIMITED, holding.asset, wanted=wanted, hot=sellable)
    if work.is_too_small(holding, quantity):
        work.is_short = True
        work.note_too_small(holding, quantity)
        return
    work.orders.append(sale(holding, quantity, work.mode))


def _size_buy(work: _Work, holding: Holding, amount: Money, budget: Money) -> Money:
    """Append the buy that ``budget`` can pay for and return what is left of it."""
    wanted = quantity_for(amount, holding.price)
    ask = holding.price * (ONE + holding.slip)
    price = ask * (ONE + holding.fee) if work.mode is FeeMode.QUOTE else ask
    if work.mode is FeeMode.BASE:
        wanted = Quantity(wanted / (ONE - holding.fee))
    affordable = Quantity(max(budget, ZERO) / price)
    if affordable < wanted:
        work.note(ReasonCode.CASH_LIMITED, holding.asset, wanted=wanted, affordable=affordable)
    quantity = floor_step(min(wanted, affordable), holding.step)
    if work.is_too_small(holding, quantity):
        work.note_too_small(holding, quantity)
        return budget
    order = buy(holding, quantity, work.mode)
    work.orders.append(order)
    return Money(budget + order.cash)


def sale(holding: Holding, quantity: Quantity, mode: FeeMode) -> SizedOrder:
    """Return what a sale is expected to bring; a base-coin fee applies to buys only."""
    middle = notional(quantity, holding.price)
    gross = middle * (ONE - holding.slip)
    fee = gross * holding.fee
    cash = gross if mode is FeeMode.TOKEN else gross - fee
    return SizedOrder(
        holding.asset,
        Side.SELL,
        quantity,
        cash=Money(cash),
        fee=Money(fee),
        slippage=Money(middle - gross),
        received=quantity,
    )


def buy(holding: Holding, quantity: Quantity, mode: FeeMode) -> SizedOrder:
    """Return what buying ``quantity`` is expected to cost."""
    middle = notional(quantity, holding.price)
    gross = middle * (ONE + holding.slip)
    fee = gross * holding.fee
    is_base = mode is FeeMode.BASE
    return SizedOrder(
        holding.asset,
        Side.BUY,
        quantity,
        cash=Money(-(gross + fee) if mode is FeeMode.QUOTE else -gross),
        fee=Money(fee),
        slippage=Money(gross - middle),
        received=Quantity(quantity * (ONE - holding.fee)) if is_base else quantity,
    )


def _check_fee_token(work: _Work) -> None:
    held = work.portfolio.fee_token_value
    fees = sum((order.fee for order in work.orders), ZERO)
    if work.mode is FeeMode.TOKEN and (held is None or held < fees):
        values = (("fee", fees), ("amount", held or ZERO))
        work.reasons.append(Reason(ReasonCode.FEE_TOKEN_SHORT, "", values))
