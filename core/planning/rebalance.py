"""Portfolio and bands -> destination, wealth and orders: one path for all callers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from core.domain.decision import Band
from core.domain.market import FeeMode
from core.domain.policy import OrderRules
from core.domain.portfolio import Portfolio
from core.domain.units import ONE, ZERO, Asset, Money, Weight
from core.planning.destination import (
    Destination,
    Stand,
    edge_destination,
    find_destination,
    place_new_money,
)
from core.planning.orders import SizedOrders, minimum_trade, size_orders
from core.planning.wealth import TradedLeg, buy_rate, sell_rate, wealth_after
from core.signals.drift import is_beyond, targets_of, values_of, weights_of


@dataclass(frozen=True, slots=True)
class Breaches:
    """Who is outside its band.

    Attributes:
        breached, hard: symbols in order; hard ones are among the breached.
        first_funding: no risk asset is worth a trade yet.
    """

    breached: tuple[Asset, ...]
    hard: tuple[Asset, ...]
    first_funding: bool


@dataclass(frozen=True, slots=True)
class Rebalance:
    """Every intermediate result of one rebalance, for orders, explanations and the calculator.

    Attributes:
        destination: desired weights, gap, level and raised assets.
        value_after: V', the portfolio value after costs if every leg fills as planned.
        dropped: legs whose side the costs would flip, by symbol.
        sized: the orders, and why some are smaller or missing.
    """

    destination: Destination
    value_after: Money
    dropped: tuple[Asset, ...]
    sized: SizedOrders


def stands_of(portfolio: Portfolio, bands: Mapping[Asset, Band]) -> dict[Asset, Stand]:
    """Return target, band and weight of every asset, cash included, by symbol."""
    weights = weights_of(values_of(portfolio))
    tradable = {holding.asset: holding.tradable for holding in portfolio.holdings}
    return {
        asset: Stand(target, bands[asset], weights[asset], tradable.get(asset, True))
        for asset, target in targets_of(portfolio).items()
    }


def find_breaches(
    portfolio: Portfolio, stands: Mapping[Asset, Stand], *, hard: Decimal, rules: OrderRules
) -> Breaches:
    """Return who is outside its band, exactly.

    Args:
        portfolio: values and minimums.
        stands: targets, bands and weights.
        hard: drift in band units from which a breach is hard.
        rules: what the smallest trade is.

    Source: METHODS 1.2, 1.9 and 9a.
    """
    total = portfolio.value
    holdings = {h.asset: h for h in portfolio.holdings}
    smallest = {a: minimum_trade(total, h.min_notional, rules) for a, h in holdings.items()}
    breached, far = [], []
    for asset, stand in stands.items():
        if not stand.tradable:
            continue
        if asset in holdings and not stand.target:
            # An exit: worth doing as soon as it is worth an order; its band says how urgent it is.
            is_out = holdings[asset].value >= smallest[asset]
        else:
            is_out = is_beyond(stand.weight, stand.target, stand.band, units=ONE)
        if is_out:
            breached.append(asset)
            if is_beyond(stand.weight, stand.target, stand.band, units=hard):
                far.append(asset)
    first = all(h.value < smallest[a] for a, h in holdings.items())
    return Breaches(tuple(breached), tuple(far), first)


def plan_rebalance(  # noqa: PLR0913  # the calculator's inputs, each by name
    portfolio: Portfolio,
    stands: Mapping[Asset, Stand],
    breaches: Breaches,
    *,
    delta: Decimal,
    mode: FeeMode,
    rules: OrderRules,
    new_money: Weight = Weight(ZERO),
    shrink: Decimal = ONE,
) -> Rebalance:
    """Plan the trades that bring the breached assets back.

    Args:
        portfolio: what there is.
        stands: targets, bands and weights.
        breaches: who is outside.
        delta: where inside the band a trade ends; a first funding goes to the target.
        mode: in which coin fees are taken.
        rules: minimums and the haircut.
        new_money: share of the portfolio that arrived as a deposit and is placed before anything is
            sold.
        shrink: factor on every desired trade before rounding, 0.5 while GUARDED.

    Source: METHODS 1.3 to 1.6 and 9a.
    """
    cash = portfolio.cash.asset
    moved = _moved(stands, breaches, delta=delta, cash=cash, new_money=new_money)
    destination = find_destination(stands, moved=moved, cash=cash)
    traded, after = _solve(portfolio, stands, destination, mode=mode)
    values = values_of(portfolio)
    trades = {
        asset: Money((destination.weights[asset] * after - values[asset]) * shrink)
        for asset in traded
    }
    risk = (holding.asset for holding in portfolio.holdings)
    planned_cash = after - sum((values[a] + trades.get(a, ZERO) for a in risk), ZERO)
    sized = size_orders(portfolio, trades, planned_cash=Money(planned_cash), mode=mode, rules=rules)
    dropped = tuple(a for a in _wanted(stands, destination, cash) if a not in traded)
    return Rebalance(destination, after, dropped, sized)


def _moved(
    stands: Mapping[Asset, Stand],
    breaches: Breaches,
    *,
    delta: Decimal,
    cash: Asset,
    new_money: Weight,
) -> dict[Asset, Weight]:
    """Return the new weights of the breached assets, after new money has been placed."""
    fresh = place_new_money(stands, amount=new_money, cash=cash) if new_money else {}
    placed = sum((weight - stands[asset].weight for asset, weight in fresh.items()), ZERO)
    moved = dict(fresh)
    if placed:
        moved[cash] = Weight(stands[cash].weight - placed)
    inside = ZERO if breaches.first_funding else delta
    for asset in breaches.breached:
        stand = stands[asset]
        now = replace(stand, weight=moved.get(asset, stand.weight))
        if asset != cash and not now.target:
            moved[asset] = Weight(ZERO)
        elif is_beyond(now.weight, now.target, now.band, units=ONE):
            moved[asset] = edge_destination(now, inside)
    return moved


def _wanted(
    stands: Mapping[Asset, Stand], destination: Destination, cash: Asset
) -> tuple[Asset, ...]:
    weights = destination.weights
    return tuple(a for a, stand in stands.items() if a != cash and weights[a] != stand.weight)


def _solve(
    portfolio: Portfolio,
    stands: Mapping[Asset, Stand],
    destination: Destination,
    *,
    mode: FeeMode,
) -> tuple[tuple[Asset, ...], Money]:
    """Solve for the wealth after costs; drop legs whose side the costs would flip, and solve again.

    Source: METHODS 1.5 and 9a: all flipped legs at once; their money stays in cash.
    """
    traded = _wanted(stands, destination, portfolio.cash.asset)
    holdings = {holding.asset: holding for holding in portfolio.holdings}
    while True:
        legs = {
            asset: TradedLeg(
                value=holdings[asset].value,
                weight=destination.weights[asset],
                sell_rate=sell_rate(holdings[asset].fee, holdings[asset].slip, mode),
                buy_rate=buy_rate(holdings[asset].fee, holdings[asset].slip, mode),
            )
            for asset in traded
        }
        after = wealth_after(portfolio.value, legs.values())
        kept = tuple(
            asset
            for asset, leg in legs.items()
            if (leg.weight * after - leg.value) * (leg.weight - stands[asset].weight) >= ZERO
        )
        if kept == traded:
            return traded, after
        traded = kept
