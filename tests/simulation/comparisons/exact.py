"""The band policies a second time: exact numbers, bar by bar, by the live planner's own rules.

Slow and plain on purpose. What it shares with the comparisons is the planner's arithmetic, which
has tests of its own, and nothing else.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from core.domain.decision import Band
from core.domain.policy import Policy
from core.domain.units import ONE, ZERO, Asset, Money, Rate, Weight, exact
from core.planning.bands import band_around, base_half_width, widths_of
from core.planning.destination import Stand, edge_destination, find_destination
from core.planning.wealth import TradedLeg, wealth_after
from core.signals.drift import is_beyond
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts

_NOISE = Decimal("1e-12")


@dataclass(slots=True)
class ExactRun:
    """What happened."""

    values: list[Decimal] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    orders: dict[int, int] = field(default_factory=dict)
    costs: Decimal = ZERO
    gains: list[tuple[int, Decimal]] = field(default_factory=list)
    edge_nearness: Decimal = ONE


class ExactBands:
    """Fixed bands with the policy's delta, or everything to its target."""

    def __init__(self, matrix: PriceMatrix, policy: Policy, costs: TradingCosts) -> None:
        """Open with the targets bought free of cost at the first close."""
        self.matrix, self.policy, self.costs = matrix, policy, costs
        self.names = policy.risk_assets
        self.value = Decimal(10_000)
        self.coins = {a: self.value * policy.target_of(a) / self._price(a, 0) for a in self.names}
        self.cash = self.value * policy.target_of(policy.quote)
        self.paid = {a: self.value * policy.target_of(a) for a in self.names}
        self.bands = {a: self._band(a) for a in (*self.names, policy.quote)}
        self.gone: set[Asset] = set()
        self.run = ExactRun()

    @exact
    def live(self, *, whole: bool) -> ExactRun:
        """Live through all bars."""
        for bar in range(len(self.matrix)):
            self._end_coins(bar)
            self.run.values.append(self._total(bar))
            if all(
                self.matrix.has_bar[self._row(a), bar] for a in self.names if a not in self.gone
            ):
                self._decide(bar, whole=whole)
        return self.run

    def _row(self, asset: Asset) -> int:
        return self.matrix.assets.index(asset)

    def _price(self, asset: Asset, bar: int) -> Decimal:
        return Decimal(repr(float(self.matrix.closes[self._row(asset), bar])))

    def _band(self, asset: Asset) -> Band:
        rules, target = self.policy.bands, self.policy.target_of(asset)
        base = base_half_width(target, widths_of(rules.profile, rules), rules.mode)
        return band_around(target, base, upper=ONE, lower=ONE)

    def _total(self, bar: int) -> Decimal:
        return self.cash + sum((self.coins[a] * self._price(a, bar) for a in self.names), ZERO)

    def _end_coins(self, bar: int) -> None:
        for asset in self.names:
            if bar and self.matrix.delisted_after[self._row(asset)] == bar - 1:
                brought = self.coins[asset] * self._price(asset, bar - 1) / 2
                self.run.gains.append((bar, brought - self.paid[asset]))
                self.cash += brought
                self.coins[asset] = self.paid[asset] = ZERO
                self.gone.add(asset)

    def _stands(self, bar: int) -> dict[Asset, Stand]:
        total, quote = self._total(bar), self.policy.quote
        weights = {a: self.coins[a] * self._price(a, bar) / total for a in self.names}
        weights[quote] = self.cash / total
        return {
            a: Stand(self.policy.target_of(a), self.bands[a], Weight(w), a not in self.gone)
            for a, w in sorted(weights.items())
        }

    def _decide(self, bar: int, *, whole: bool) -> None:
        stands = self._stands(bar)
        self._watch_edges(stands)
        out = [
            a
            for a, s in stands.items()
            if s.tradable and is_beyond(s.weight, s.target, s.band, units=ONE)
        ]
        if not out:
            return
        goal = self._all_to_target(stands) if whole else self._back(stands, out)
        trades = self._solved(stands, goal, bar)
        if not trades:
            return
        self.run.asked.append(bar)
        fills = {a: float(self.matrix.fills[self._row(a), bar]) for a in trades}
        if all(price == price for price in fills.values()):  # noqa: PLR0124  # NaN is not itself
            self._carry_out(bar, trades, {a: Decimal(repr(p)) for a, p in fills.items()})

    def _watch_edges(self, stands: dict[Asset, Stand]) -> None:
        """Remember how near any weight came to an edge: floats may fall on its other side."""
        for s in stands.values():
            side = s.band.upper if s.weight > s.target else s.band.lower
            if s.weight != s.target:
                near = abs(abs(s.weight - s.target) - side)
                self.run.edge_nearness = min(self.run.edge_nearness, near)

    def _all_to_target(self, stands: dict[Asset, Stand]) -> dict[Asset, Decimal]:
        return {
            a: Decimal(s.target) if s.tradable else Decimal(s.weight) for a, s in stands.items()
        }

    def _back(self, stands: dict[Asset, Stand], out: list[Asset]) -> dict[Asset, Decimal]:
        moved = {a: edge_destination(stands[a], self.policy.bands.delta) for a in out}
        return dict(find_destination(stands, moved=moved, cash=self.policy.quote).weights)

    def _rates(self, asset: Asset) -> tuple[Decimal, Decimal]:
        half, fee = self.costs.half_spread_of(asset), self.costs.fee
        return ONE - (ONE - half) * (ONE - fee), (ONE + half) * (ONE + fee) - ONE

    def _solved(
        self, stands: dict[Asset, Stand], goal: dict[Asset, Decimal], bar: int
    ) -> dict[Asset, Decimal]:
        """Return what to trade, in quote currency at the close; turned legs are dropped."""
        total = self._total(bar)
        traded = [a for a in self.names if abs(goal[a] - stands[a].weight) > _NOISE]
        while True:
            values = {a: self.coins[a] * self._price(a, bar) for a in traded}
            legs = [
                TradedLeg(Money(values[a]), Weight(goal[a]), *map(Rate, self._rates(a)))
                for a in traded
            ]
            after = wealth_after(Money(total), legs)
            trades = {a: goal[a] * after - values[a] for a in traded}
            kept = [a for a in traded if trades[a] * (goal[a] - stands[a].weight) >= 0]
            if kept == traded:
                return trades
            traded = kept

    def _carry_out(
        self, bar: int, trades: dict[Asset, Decimal], fills: dict[Asset, Decimal]
    ) -> None:
        sizes = {a: t / self._price(a, bar) for a, t in self._paid_for(trades).items()}
        gain, least = ZERO, _NOISE * self._total(bar)
        ordered = sorted(sizes, key=lambda a: (-abs(trades[a]), a))
        worth = []
        for asset in ordered:
            if sizes[asset] < 0:
                size = min(-sizes[asset], self.coins[asset])
                gain += self._sell(asset, size, fills[asset])
                worth.append(size * fills[asset])
        worth += [self._buy(a, sizes[a], fills[a]) * fills[a] for a in ordered if sizes[a] > 0]
        self.run.orders[bar] = sum(1 for one in worth if one > least)
        self.run.gains.append((bar + 1, gain))

    def _paid_for(self, trades: dict[Asset, Decimal]) -> dict[Asset, Decimal]:
        """Return the plan, its buys cut to what the cash and the planned sales pay for."""
        brought = [-t * (ONE - self._rates(a)[0]) for a, t in trades.items() if t < 0]
        left, planned = self.cash + sum(brought, ZERO), dict(trades)
        for asset in sorted(trades, key=lambda a: (-trades[a], a)):
            if trades[asset] > 0:
                price = ONE + self._rates(asset)[1]
                planned[asset] = min(trades[asset], max(left, ZERO) / price)
                left -= planned[asset] * price
        return planned

    def _sell(self, asset: Asset, size: Decimal, fill: Decimal) -> Decimal:
        rate = self._rates(asset)[0]
        net, part = size * fill * (ONE - rate), self.paid[asset] * size / self.coins[asset]
        self.cash += net
        self.coins[asset] -= size
        self.paid[asset] -= part
        self.run.costs += size * fill * rate
        return net - part

    def _buy(self, asset: Asset, size: Decimal, fill: Decimal) -> Decimal:
        rate = self._rates(asset)[1]
        size = min(size, self.cash / (fill * (ONE + rate)))
        spent = size * fill * (ONE + rate)
        self.cash -= spent
        self.coins[asset] += size
        self.paid[asset] += spent
        self.run.costs += size * fill * rate
        return size
