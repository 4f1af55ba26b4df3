"""The books of one run, written as it goes: values, weights, costs, taxes, questions, decisions."""

from decimal import Decimal

import numpy as np

from core.domain.decision import Band, Decision, Gate, NoTrade
from core.domain.policy import Policy
from core.domain.units import ONE, ZERO, Asset, Money, Quantity, Rate, Weight
from core.engine import ENGINE_VERSION, policy_digest
from core.signals.drift import is_beyond
from core.signals.tilt import fit_tilt, tilted_targets
from core.simulation.backtest.account import Account
from core.simulation.backtest.course import Course
from core.simulation.backtest.filling import one_way
from core.simulation.backtest.result import (
    AskedProposal,
    Backtest,
    Delisting,
    GivenSeries,
)
from core.simulation.runs import SimulatedRun


class Ledger:
    """Collects what ``Backtest`` holds; one line per bar, in order."""

    def __init__(self, course: Course, policy: Policy, *, tax_rate: Rate) -> None:
        """Open empty books for a course."""
        self._course = course
        self._policy = policy
        self._tax_rate = tax_rate
        self._columns = (*course.matrix.assets, policy.quote)
        bars, wide = len(course), (len(course), len(self._columns))
        self._values, self._flows, self._costs = np.zeros(bars), np.zeros(bars), np.zeros(bars)
        self._predicted, self._taxes, self._turnover = (
            np.zeros(bars),
            np.zeros(bars),
            np.zeros(bars),
        )
        self._weights, self._targets = np.zeros(wide), np.zeros(wide)
        self._is_inside, self._is_evaluated = np.ones(bars, np.bool_), np.zeros(bars, np.bool_)
        self._is_proposed, self._orders = np.zeros(bars, np.bool_), np.zeros(bars, np.int64)
        self._cash: list[Money] = []
        self._coins: list[tuple[Quantity, ...]] = []
        self._today: dict[Asset, Weight] = {}
        self._bands: dict[Asset, Band] = {}
        self._regimes: list[str] = []
        self._phases: list[str] = []
        self._failed: list[Gate | None] = []
        self._ids: list[str] = []
        self._asked: list[AskedProposal] = []
        self._delistings: list[Delisting] = []
        self._gains: dict[int, Money] = {}

    def mark(self, bar: int, account: Account) -> None:
        """Write down what there is at a close, before flows and decisions."""
        held = {
            asset: Money(amount * self._course.mark(bar, asset))
            for asset, amount in account.coins.items()
        }
        held[account.quote] = account.cash
        total = Money(sum(held.values(), ZERO))
        self._cash.append(account.cash)
        self._coins.append(tuple(account.coins[asset] for asset in self._course.matrix.assets))
        self._today = {asset: Weight(held[asset] / total) for asset in self._columns}
        self._values[bar] = float(total)
        self._weights[bar] = [float(self._today[asset]) for asset in self._columns]

    def flowed(self, bar: int, amount: Money) -> None:
        """Write down money that is there at the begin of a bar."""
        self._flows[bar] += float(amount)

    def decided(self, bar: int, decision: Decision) -> None:
        """Write down what was decided on a close, and in what market."""
        state = decision.next_state
        if decision.standings:
            self._is_evaluated[bar] = True
            self._bands = {row.asset: row.band for row in decision.standings}
            targets = {row.asset: row.target for row in decision.standings}
        else:
            targets = dict(tilted_targets(self._policy, fit_tilt(state.tilt, self._policy)))
        self._targets[bar] = [float(targets[asset]) for asset in self._columns]
        self._is_inside[bar] = not any(
            is_beyond(self._today[asset], targets[asset], band, units=ONE)
            for asset, band in self._bands.items()
        )
        self._regimes.append(state.regime.published.value)
        self._phases.append(state.stress.phase.value)
        outcome = decision.outcome
        self._failed.append(outcome.gate if isinstance(outcome, NoTrade) else None)
        self._ids.append(decision.decision_id)
        self._is_proposed[bar] = not isinstance(outcome, NoTrade)

    def asked(self, proposal: AskedProposal) -> None:
        """Write down a question that is over, with its fills under the close it was decided on."""
        self._asked.append(proposal)
        trades, bar = proposal.trades, proposal.bar
        if not trades:
            return
        self._orders[bar] = len(trades)
        self._turnover[bar] = float(one_way(trades) / proposal.plan.value)
        self._costs[bar] = float(sum((row.fee + row.slippage for row in trades), ZERO))
        self._predicted[bar] = float(sum((row.predicted for row in trades), ZERO))
        gain = sum((row.gain for row in trades), ZERO)
        # A coin that was sold out on this very bar has left its own line there.
        self._taxes[bar] += float(self._tax_on(gain, trades[0].day.year))

    def sold_out(self, delisting: Delisting) -> None:
        """Write down a coin that ended; its loss is set off against gains of its year."""
        self._delistings.append(delisting)
        bar = (delisting.day - self._course.day(0)).days
        self._taxes[bar] += float(self._tax_on(delisting.gain, delisting.day.year))

    def close(self, name: str) -> Backtest:
        """Return the finished books."""
        matrix = self._course.matrix
        proposals = tuple(sorted(self._asked, key=lambda row: row.bar))
        run = SimulatedRun(
            name,
            matrix.source,
            matrix.interval,
            self._policy.quote,
            matrix.assets,
            matrix.starts,
            values=self._values,
            flows=self._flows,
            weights=self._weights,
            targets=self._targets,
            is_inside=self._is_inside,
            is_proposed=self._is_proposed,
            orders=self._orders,
            turnover=self._turnover,
            costs=self._costs,
            predicted_costs=self._predicted,
            taxes=self._taxes,
            regimes=tuple(self._regimes),
            phases=tuple(self._phases),
        )
        return Backtest(
            run,
            GivenSeries(self._targets, run.regimes, run.phases, self._is_evaluated),
            proposals,
            tuple(self._failed),
            tuple(self._ids),
            tuple(self._cash),
            tuple(self._coins),
            tuple(trade for row in proposals for trade in row.trades),
            tuple(self._delistings),
            policy_digest(self._policy),
            ENGINE_VERSION,
        )

    def _tax_on(self, gain: Decimal, year: int) -> Money:
        """Return what a gain adds to the year's tax, or a loss takes off it; never below 0."""
        before = self._gains.get(year, Money(ZERO))
        self._gains[year] = after = Money(before + gain)
        return Money(self._tax_rate * (max(after, ZERO) - max(before, ZERO)))
