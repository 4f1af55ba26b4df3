"""A calculator answer -> the table a person wants to read."""

from collections.abc import Iterator
from decimal import Decimal

from bot.cli.plan_document import PlanAnswer
from core.domain.market import Side
from core.domain.units import ZERO, Asset, exact, text_of
from core.signals.drift import drift_in_bands, values_of, weights_of

_SENTENCES = {
    "COLD_LIMITED": "{asset}: less can be sold than wanted; the rest is cold.",
    "BELOW_MIN": "{asset}: too small to be worth an order; left as it is.",
    "CASH_LIMITED": "{asset}: the cash pays for less than wanted.",
    "FEE_TOKEN_SHORT": "The fee token on the account does not cover the fees.",
    "NOTHING_TO_DO": "Something is outside its band, but no order is left to send.",
    "NO_BREACH": "Nothing to do: every asset is inside its band.",
}


@exact
def answer_table(answer: PlanAnswer) -> str:
    """Return assets in their bands, then the orders, then what it costs and where it lands."""
    return "\n".join((*_assets(answer), "", *_orders(answer), *_reasons(answer), *_cost(answer)))


def _assets(answer: PlanAnswer) -> Iterator[str]:
    portfolio = answer.request.portfolio
    values, targets = values_of(portfolio), {h.asset: h.target for h in portfolio.holdings}
    targets[portfolio.cash.asset] = portfolio.cash.target
    weights = weights_of(values)
    after = weights_of(answer.values_after)
    yield f"{'':8}{'value':>14}{'now %':>8}{'goal':>7}{'band':>14}{'drift':>8}{'after':>8}"
    for asset, value in values.items():
        band, target = answer.bands[asset], targets[asset]
        low, high = (target - band.lower) * 100, (target + band.upper) * 100
        drift = drift_in_bands(weights[asset], target, band)
        edges = f"{low:.1f}–{high:.1f}"
        mark = " !" if asset in answer.breaches.breached else ""
        yield (
            f"{asset:8}{_money(value):>14}{weights[asset] * 100:>8.1f}{target * 100:>7.1f}"
            f"{edges:>14}{drift:>8.2f}{after[asset] * 100:>8.1f}{mark}"
        )
    yield f"{'total':8}{_money(portfolio.value):>14} {portfolio.cash.asset}"


def _orders(answer: PlanAnswer) -> Iterator[str]:
    prices = {h.asset: h.price for h in answer.request.portfolio.holdings}
    for order in answer.orders:
        worth = order.quantity * prices[order.asset]
        word = "SELL" if order.side is Side.SELL else "BUY "
        amount = f"{text_of(order.quantity)} {order.asset}"
        yield f"{word} {amount:<26} worth {_money(worth):>14}   fee {_money(order.fee)}"


def _reasons(answer: PlanAnswer) -> Iterator[str]:
    for code in answer.codes:
        name, _, asset = code.partition(":")
        yield _SENTENCES[name].format(asset=Asset(asset))
    for asset in () if answer.rebalance is None else answer.rebalance.dropped:
        yield f"{asset}: costs would turn the trade around, so it is left out."


def _cost(answer: PlanAnswer) -> Iterator[str]:
    if not answer.orders:
        return
    value = answer.request.portfolio.value
    after = sum(answer.values_after.values(), ZERO)
    cost = value - after + answer.token_fees
    quote = answer.request.portfolio.cash.asset
    yield (
        f"Cost {_money(cost)} {quote} ({cost / value * 10_000:.1f} bp of the portfolio); "
        f"cash afterwards {_money(answer.cash_after)}."
    )


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"
