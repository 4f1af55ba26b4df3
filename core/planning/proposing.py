"""Breaches and market -> the plan that would be proposed, with its costs (gates 7 and 8)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from core.domain.decision import Band, Plan, PlannedTrade, Reason, ReasonCode
from core.domain.market import BarSeries, FeeMode, Side
from core.domain.policy import Policy
from core.domain.portfolio import Portfolio
from core.domain.snapshot import Snapshot
from core.domain.units import (
    ONE,
    ZERO,
    Asset,
    Money,
    Price,
    Quantity,
    Rate,
    Weight,
    ceil_tick,
    floor_tick,
    notional,
)
from core.planning.benefit import benefit_of
from core.planning.costs import leg_slip, raised_walks
from core.planning.destination import Stand
from core.planning.holdings import fee_mode_of, untradable
from core.planning.orders import SizedOrder, SizedOrders
from core.planning.rebalance import (
    Breaches,
    Rebalance,
    find_breaches,
    plan_rebalance,
    stands_of,
)
from core.planning.validity import stale_price
from core.signals.drift import values_of, weights_of


@dataclass(frozen=True, slots=True)
class View:
    """The portfolio in its bands at one instant."""

    snapshot: Snapshot
    policy: Policy
    portfolio: Portfolio
    bands: Mapping[Asset, Band]
    stands: Mapping[Asset, Stand]
    breaches: Breaches
    new_money: Weight
    shrink: Decimal


@dataclass(frozen=True, slots=True)
class Draft:
    """What the planner came to.

    Attributes:
        plan: the plan, None when no order is left.
        planning, sizing: the reasons of gates 7 and 8.
        is_sound: False forbids the plan: a stale price on a leg, a fee token that is short.
    """

    plan: Plan | None
    planning: tuple[Reason, ...]
    sizing: tuple[Reason, ...]
    is_sound: bool


def draft_plan(view: View) -> Draft:
    """Return the plan for a portfolio that has left its bands.

    A first pass at half-spread gives the sizes, the sizes give the walk, and a second pass plans
    with it; a market too thin for its leg is left out and the rest is planned again. Costs can push
    a leg over the minimum, so passes go on until every leg's market has been looked at.
    """
    reasons = list(untradable(view.snapshot, view.policy))
    mode = fee_mode_of(view.snapshot)
    slips: dict[Asset, Rate] = {}
    looked_at: set[Asset] = set()
    while True:
        costed = _with_slips(view, slips)
        rebalance = _rebalance(costed, mode)
        unseen = [order for order in rebalance.sized.orders if order.asset not in slips]
        if not unseen:
            break
        found, thin = _slips(view, unseen)
        slips |= found
        looked_at |= found.keys()
        if thin:
            reasons += thin
            view, slips = _without(view, {reason.subject for reason in thin}), {}
    reasons += raised_walks(view.snapshot, looked_at)
    if view.new_money:
        amount = Money(view.new_money * view.portfolio.value)
        reasons.append(Reason(ReasonCode.NEW_MONEY, "", (("amount", amount),)))
    return _finish(costed, rebalance, reasons, mode)


def turnover_at_half_spread(view: View) -> Weight:
    """Return the one-way turnover of a portfolio's trades, every market taken to be deep enough."""
    orders = _rebalance(view, fee_mode_of(view.snapshot)).sized.orders
    prices = {h.asset: h.price for h in view.portfolio.holdings}
    traded = [notional(order.quantity, prices[order.asset]) for order in orders]
    return Weight(_one_way(orders, traded) / view.portfolio.value)


def _rebalance(view: View, mode: FeeMode) -> Rebalance:
    return plan_rebalance(
        view.portfolio,
        view.stands,
        view.breaches,
        delta=view.policy.bands.delta,
        mode=mode,
        rules=view.policy.orders,
        new_money=view.new_money,
        shrink=view.shrink,
    )


def _slips(
    view: View, orders: Iterable[SizedOrder]
) -> tuple[dict[Asset, Rate], tuple[Reason, ...]]:
    slips, thin = {}, []
    for order in orders:
        slips[order.asset], reason = leg_slip(
            view.snapshot,
            order.asset,
            side=order.side,
            quantity=order.quantity,
            rules=view.policy.costs,
        )
        if reason is not None:
            thin.append(reason)
    return slips, tuple(thin)


def _with_slips(view: View, slips: Mapping[Asset, Rate]) -> View:
    if not slips:
        return view
    holdings = tuple(
        replace(holding, slip=slips[holding.asset]) if holding.asset in slips else holding
        for holding in view.portfolio.holdings
    )
    return replace(view, portfolio=replace(view.portfolio, holdings=holdings))


def _without(view: View, assets: set[str]) -> View:
    """Return the view with ``assets`` taken out of every trade, their weights kept."""
    holdings = tuple(
        replace(holding, tradable=holding.tradable and holding.asset not in assets)
        for holding in view.portfolio.holdings
    )
    portfolio = replace(view.portfolio, holdings=holdings)
    stands = stands_of(portfolio, view.bands)
    rules = view.policy
    breaches = find_breaches(portfolio, stands, hard=rules.bands.hard, rules=rules.orders)
    return replace(view, portfolio=portfolio, stands=stands, breaches=breaches)


def _finish(view: View, rebalance: Rebalance, planning: Iterable[Reason], mode: FeeMode) -> Draft:
    sized = rebalance.sized
    stale = [
        fault
        for order in sized.orders
        if (fault := stale_price(order.asset, view.snapshot, view.policy.data)) is not None
    ]
    short = any(reason.code is ReasonCode.FEE_TOKEN_SHORT for reason in sized.reasons)
    sizing = [*sized.reasons, *stale]
    plan = _plan(view, sized, mode) if sized.orders else None
    if plan is None:
        sizing.append(Reason(ReasonCode.NOTHING_TO_DO))
    else:
        values = (("count", len(plan.trades)), ("turnover", plan.turnover), ("cost", plan.cost))
        sizing.append(Reason(ReasonCode.ORDERS_SIZED, "", values))
    return Draft(plan, tuple(planning), tuple(sizing), plan is not None and not stale and not short)


def _plan(view: View, sized: SizedOrders, mode: FeeMode) -> Plan:
    portfolio, value = view.portfolio, view.portfolio.value
    coins = {h.asset: h.hot + h.cold for h in portfolio.holdings}
    for order in sized.orders:
        coins[order.asset] = coins[order.asset] + order.received * order.side.sign
    cash_after = portfolio.cash.amount + sum((order.cash for order in sized.orders), ZERO)
    after = {h.asset: notional(Quantity(coins[h.asset]), h.price) for h in portfolio.holdings}
    after[portfolio.cash.asset] = Money(cash_after)
    value_after = Money(sum(after.values(), ZERO))
    prices = {h.asset: h.price for h in portfolio.holdings}
    traded = [notional(order.quantity, prices[order.asset]) for order in sized.orders]
    token_fees = sum((o.fee for o in sized.orders), ZERO) if mode is FeeMode.TOKEN else ZERO
    cost = value - value_after + token_fees
    return Plan(
        trades=tuple(
            _trade(view, leg, order, prices[order.asset])
            for leg, order in enumerate(sized.orders, start=1)
        ),
        value=value,
        value_after=value_after,
        cash_after=Money(cash_after),
        weights_after=tuple(sorted(weights_of(after).items())),
        cost=Money(cost),
        turnover=Weight(_one_way(sized.orders, traded) / value),
        benefit=_benefit(view, weights_of(after)),
        cost_rate=Rate((cost + view.policy.costs.buffer * sum(traded, ZERO)) / value),
        first_funding=view.breaches.first_funding,
        hard=bool(view.breaches.hard),
    )


def _one_way(orders: Iterable[SizedOrder], traded: Iterable[Money]) -> Decimal:
    """Return the larger of all buys and all sales. Source: METHODS 9a."""
    sums = {Side.BUY: ZERO, Side.SELL: ZERO}
    for order, amount in zip(orders, traded, strict=True):
        sums[order.side] += amount
    return max(sums.values())


def _benefit(view: View, after: Mapping[Asset, Weight]) -> Rate:
    before = weights_of(values_of(view.portfolio))
    risk = [holding.asset for holding in view.portfolio.holdings]
    bars: dict[Asset, BarSeries] = {row.asset: row for row in view.snapshot.bars}
    return benefit_of(
        {asset: before[asset] for asset in risk},
        {asset: after[asset] for asset in risk},
        targets={asset: view.stands[asset].target for asset in risk},
        bars=bars,
        rules=view.policy.benefit,
    )


def _trade(view: View, leg: int, order: SizedOrder, mid: Price) -> PlannedTrade:
    rules = view.snapshot.rules_of(order.asset)
    assert rules is not None  # noqa: S101  # an asset without rules is not tradable
    bound = view.policy.orders.worst_price
    # The tick rounds towards the person's advantage: the printed bound is never exceeded.
    if order.side is Side.SELL:
        worst = ceil_tick(Price(mid * (ONE - bound)), rules.price_tick)
    else:
        worst = floor_tick(Price(mid * (ONE + bound)), rules.price_tick)
    return PlannedTrade(
        leg=leg,
        asset=order.asset,
        side=order.side,
        quantity=order.quantity,
        mid=mid,
        worst_price=worst,
        cash=order.cash,
        fee=order.fee,
        slippage=order.slippage,
        received=order.received,
    )
