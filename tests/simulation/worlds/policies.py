"""The full policy and the plain bands in a world where labels know nothing of prices (B6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from core.domain.policy import Policy
from core.domain.regime import Regime
from core.domain.stress import Stress
from core.domain.tilt import TiltState
from core.domain.units import ZERO, Asset, Weight
from core.signals.tilt import step_tilt, tilted_targets
from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    KernelSeries,
    fixed_band_rules,
    kernel_rules,
    regime_codes,
    run_kernel,
)
from core.simulation.kernel.engine import Walk, plain_walk
from core.simulation.matrix import PriceMatrix
from core.simulation.statistics import Interval, paired_interval
from core.simulation.trading_costs import FREE
from core.simulation.worlds import LabelPlan, WorldLabels, WorldPlan, random_labels, random_world

COINS = tuple(Asset(name) for name in ("ADA", "BTC", "ETH", "SOL"))
USD = Asset("USD")
VALUE = 100_000.0
_FIRST = date(2014, 1, 1)


def four_coins() -> Policy:
    """Return the policy of B6, with every rule of it at its default."""
    shares = {"ADA": "0.10", "BTC": "0.35", "ETH": "0.20", "SOL": "0.15", "USD": "0.20"}
    return Policy(USD, tuple((Asset(name), Weight(Decimal(w))) for name, w in shares.items()))


def world_of(days: int) -> WorldPlan:
    """Return worlds of four coins that move together, some more than others."""
    return WorldPlan(COINS, days, volatilities=(0.05, 0.035, 0.045, 0.06))


class Tilts:
    """Targets day by day as the live bot tilts them; a step seen before is looked up."""

    def __init__(self, policy: Policy) -> None:
        """Remember nothing yet."""
        self.policy = policy
        self._steps: dict[tuple[object, str, bool], TiltState] = {}

    def targets(self, labels: WorldLabels) -> Floats:
        """Return the targets in force at each close; bars x (coins + 1), cash last."""
        order = [*self.policy.risk_assets, self.policy.quote]
        state, rows = TiltState(), []
        for regime, paused in zip(labels.regimes, labels.paused.tolist(), strict=True):
            state = self._step(state, regime, paused)
            targets = dict(tilted_targets(self.policy, state))
            rows.append([float(targets[asset]) for asset in order])
        return np.array(rows)

    def _step(self, state: TiltState, regime: str, paused: bool) -> TiltState:
        key = (tuple((tilt.name, tilt.shifts) for tilt in state.tilts), regime, paused)
        if key not in self._steps:
            day = _FIRST if state.day is None else state.day + timedelta(days=1)
            self._steps[key] = step_tilt(
                state,
                self.policy,
                day=day,
                regime=Regime(regime),
                phase=Stress.PAUSED if paused else Stress.NORMAL,
                froths=(),
                is_fresh=True,
                spent=Weight(ZERO),
            )
        return self._steps[key]


@dataclass(frozen=True, slots=True)
class Lived:
    """One world: how the full policy differs from fixed bands, and how much it did."""

    interval: Interval
    proposals: int
    turnover: float


def full_less_fixed(
    matrix: PriceMatrix,
    labels: WorldLabels,
    *,
    tilts: Tilts,
    seed: int,
    walk: Walk = plain_walk,
) -> Lived:
    """Return the paired difference of the full policy and fixed bands, both at no cost."""
    policy = tilts.policy
    given = KernelSeries(
        value=VALUE,
        regime=regime_codes(labels.regimes),
        paused=labels.paused.copy(),
        targets=tilts.targets(labels),
    )
    full = run_kernel(matrix, given, kernel_rules(policy, COINS, FREE), walk=walk).to_run()
    plain = KernelSeries(value=VALUE)
    fixed = run_kernel(matrix, plain, fixed_band_rules(policy, COINS, FREE), walk=walk)
    interval = paired_interval(full.log_returns, fixed.to_run().log_returns, seed=seed)
    return Lived(interval, int(full.is_proposed.sum()), float(full.turnover.sum()))


def live_worlds(worlds: int, days: int, *, seed: int, walk: Walk = plain_walk) -> list[Lived]:
    """Return what came of so many worlds; each has a seed of its own."""
    tilts, plan, lived = Tilts(four_coins()), world_of(days), []
    for world in range(worlds):
        rng = np.random.default_rng((seed, world))
        matrix = random_world(plan, rng)
        labels = random_labels(LabelPlan(), days, rng)
        own = int(rng.integers(2**32))
        lived.append(full_less_fixed(matrix, labels, tilts=tilts, seed=own, walk=walk))
    return lived
