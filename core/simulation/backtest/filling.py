"""An approved plan, the next open and the costs -> what the account traded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from core.domain.decision import Plan, PlannedTrade
from core.domain.market import BarSeries, Side
from core.domain.policy import CostRules, Policy
from core.domain.units import ZERO, Asset, Money, Price, Rate
from core.planning.costs import impact_of
from core.simulation.backtest.account import Account, Terms
from core.simulation.backtest.result import BookedTrade
from core.simulation.trading_costs import TradingCosts

PriceOf = Callable[[Asset], Price | None]


@dataclass(frozen=True, slots=True)
class Venue:
    """What carries plans out: the costs, and the policy whose law of impact holds."""

    costs: TradingCosts
    policy: Policy

    def carry_out(
        self,
        account: Account,
        plan: Plan,
        *,
        day: date,
        price_of: PriceOf,
        bars: Sequence[BarSeries],
    ) -> tuple[BookedTrade, ...]:
        """Trade a plan, sells first, in the plan's order.

        Args:
            account: is moved.
            plan: quantities and order.
            day: the UTC day at whose open it fills.
            price_of: fill price of a coin before costs; None where it has no bar then.
            bars: closed bars that were known; they tell the impact.

        Returns:
            The fills; none at all when a needed coin has no price.
        """
        prices = {trade.asset: price_of(trade.asset) for trade in plan.trades}
        known = {asset: price for asset, price in prices.items() if price is not None}
        if len(known) < len(prices):
            return ()
        booked = []
        for trade in plan.trades:
            terms = self._terms(trade, known[trade.asset], bars, day=day)
            if trade.side is Side.SELL:
                fill = account.sell(trade, terms)
            else:
                reserve, step = self.policy.reserve, self.costs.quantity_step
                fill = account.buy(trade, terms, reserve=reserve, step=step)
            if fill is not None:
                booked.append(fill)
        return tuple(booked)

    def _terms(
        self, trade: PlannedTrade, middle: Price, bars: Sequence[BarSeries], *, day: date
    ) -> Terms:
        slip = self.costs.half_spread_of(trade.asset)
        if self.costs.impact:
            slip = Rate(slip + _walk(trade, middle, bars, self.policy.costs))
        return Terms(day, middle, slip, self.costs.fee)


def one_way(trades: Sequence[BookedTrade]) -> Money:
    """Return the larger of all buys and all sales, before costs, in quote currency."""
    sums = {Side.BUY: ZERO, Side.SELL: ZERO}
    for trade in trades:
        sums[trade.side] += trade.quantity * trade.middle
    return Money(max(sums.values()))


def _walk(trade: PlannedTrade, middle: Price, bars: Sequence[BarSeries], rules: CostRules) -> Rate:
    """Return the impact of a trade by the law that planned it; 0 where no volume tells one."""
    own = next((row for row in bars if row.asset == trade.asset), None)
    return impact_of(Money(trade.quantity * middle), own, rules) or Rate(ZERO)
