"""Whether what stands before the last gate makes sense at all, whoever wrote it.

Every function returns what is wrong in a few words, or an empty text.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from core.codec import digest_of
from core.domain.decision import PlannedTrade
from core.domain.ids import client_order_id
from core.domain.market import Quote, Side
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Order, Proposal
from core.domain.units import ZERO, Asset, Price, exact, text_of

# Up to this size and with so many decimals, sums and comparisons are exact in 34 digits.
MOST = Decimal(10**15)
FINEST = Decimal("1e-18")
# Source: the largest step that a plan may take between card and order is 1 % (METHODS 8.3); a limit
# further away than five of those is a wrong number, whatever was printed.
FAR = Decimal("0.05")
# A clock that was set back makes the past look like the future.
CLOCKS_DIFFER = timedelta(minutes=1)


def odd_order(order: Order, known: Sequence[Order]) -> str:
    """Judge an order: plain numbers, its own id, and the very one that is written down."""
    if why := odd_numbers([order]):
        return why
    if order.client_id != client_order_id(order.proposal_id, order.leg, order.attempt):
        return f"{order.client_id} is not the id of this order"
    if order not in known:
        return "the order is not the one that was written down"
    return ""


@exact
def odd_numbers(orders: Sequence[Order]) -> str:
    """Judge the numbers of orders: above zero, and plain enough that sums of them are exact."""
    for order in orders:
        for name, number in (("quantity", order.quantity), ("limit", order.limit_price)):
            if not (number.is_finite() and number > ZERO):
                return f"the {name} of the order is {number}, not a number above 0"
            if not _is_exact(number):
                return f"the {name} of the order is {number}, which is too large or too fine"
    return ""


@exact
def odd_plan(proposal: Proposal) -> str:
    """Judge an approved plan: each asset once, sales first, plain numbers, and what was shown."""
    trades = proposal.plan.trades
    for trade in trades:
        for number in (trade.quantity, trade.worst_price):
            if not (number.is_finite() and number > ZERO and _is_exact(number)):
                return f"the plan names {number} for {trade.asset}"
    if not trades or not all(_is_plain(number) for number in _estimates(proposal)):
        return "the plan estimates something that is no number"
    plan = proposal.plan
    if plan.value <= ZERO or plan.turnover < ZERO or any(trade.mid <= ZERO for trade in trades):
        return "the plan estimates something that must be above 0 and is not"
    if digest_of(proposal.plan) != proposal.plan_digest:
        return "the plan is not the one that was shown"
    return _odd_order_of(trades)


def _odd_order_of(trades: Sequence[PlannedTrade]) -> str:
    if len({trade.asset for trade in trades}) < len(trades):
        return "the plan names one asset twice"
    if len({trade.leg for trade in trades}) < len(trades):
        return "the plan counts one leg twice"
    sides = [trade.side for trade in trades]
    if Side.SELL in sides[sides.count(Side.SELL) :]:
        return "the plan buys before it sells"
    return ""


def _estimates(proposal: Proposal) -> Iterator[Decimal]:
    """Yield the numbers of a plan that no order takes over, but a sum might."""
    plan = proposal.plan
    yield from (plan.value, plan.value_after, plan.cash_after, plan.cost, plan.turnover)
    yield from (plan.benefit, plan.cost_rate, plan.tilt_turnover)
    yield from (weight for _, weight in plan.weights_after)
    for trade in plan.trades:
        yield from (trade.mid, trade.cash, trade.fee, trade.slippage, trade.received)


def odd_fills(proposal: Proposal, fills: Sequence[Fill]) -> str:
    """Judge what was traded so far: only what was approved, as much, and at such prices."""
    legs = {(trade.asset, trade.side): trade for trade in proposal.plan.trades}
    for fill in fills:
        leg = legs.get((fill.asset, fill.side))
        if not all(n.is_finite() and n > ZERO for n in (fill.quantity, fill.price)):
            return f"a trade in {fill.asset} was booked with {fill.quantity} at {fill.price}"
        if not _is_plain(fill.fee):
            return f"a trade in {fill.asset} was booked with the fee {fill.fee}"
        if leg is None:
            return f"{fill.side} {fill.asset} was booked and never approved"
        if is_worse(fill.price, leg.worst_price, fill.side):
            price, bound = text_of(fill.price), text_of(leg.worst_price)
            return f"{fill.asset} was traded at {price}, beyond the printed {bound}"
    for leg in legs.values():
        if (total := filled_of(leg, fills)) > leg.quantity:
            total_text, most = text_of(total), text_of(leg.quantity)
            return f"{total_text} {leg.asset} was traded, more than the approved {most}"
    return ""


def odd_balances(balances: Sequence[Balance]) -> str:
    """Judge the account: each asset once, nothing below zero."""
    for row in balances:
        for number in (row.free, row.locked, row.staked):
            if not (number.is_finite() and ZERO <= number <= MOST):
                return f"the account tells {number} {row.asset}"
    if len({row.asset for row in balances}) < len(balances):
        return "the account tells one asset twice"
    return ""


def odd_quote(asset: Asset, quotes: Sequence[Quote], *, at: datetime, most: timedelta) -> str:
    """Judge the quote of one asset: there once, fresh, and not crossed.

    Args:
        asset: the coin.
        quotes: what the market said.
        at: the present instant.
        most: how old a quote may be.
    """
    found = [quote for quote in quotes if quote.asset == asset]
    if len(found) != 1:
        return f"there is no one quote of {asset}"
    (quote,) = found
    prices = (quote.bid, quote.ask, *quote.references)
    if not all(price.is_finite() and ZERO < price <= MOST for price in prices):
        return f"the quote of {asset} is {quote.bid} to {quote.ask}"
    if quote.bid > quote.ask:
        return f"the quote of {asset} is crossed: {text_of(quote.bid)} to {text_of(quote.ask)}"
    if not -CLOCKS_DIFFER <= at - quote.observed_at <= most:
        return f"the quote of {asset} is too old"
    return ""


def odd_limit(order: Order, quote: Quote) -> str:
    """Judge a limit against the market itself, and against what other sources say of it."""
    for price in (quote.mid, *quote.references):
        if abs(order.limit_price - price) > price * FAR:
            limit, market = text_of(order.limit_price), text_of(price)
            return f"limit {limit} lies further than 5 % from the market, which stands at {market}"
    return ""


def is_worse(price: Price, bound: Price, side: Side) -> bool:
    """Tell whether a buyer would pay more, or a seller get less, than the bound."""
    return (price - bound) * side.sign > ZERO


def filled_of(leg: PlannedTrade, fills: Sequence[Fill]) -> Decimal:
    """Return how many coins of a leg were traded."""
    return sum(
        (fill.quantity for fill in fills if (fill.asset, fill.side) == (leg.asset, leg.side)), ZERO
    )


def _is_plain(number: Decimal) -> bool:
    return number.is_finite() and abs(number) <= MOST


def _is_exact(number: Decimal) -> bool:
    return number <= MOST and not number % FINEST
