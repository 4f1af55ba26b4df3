"""One portfolio as the kernel sees it: what needs hundreds of runs has them here.

The kernel is given what the full policy saw (regime, pause, tilted targets, believable data), so
that nothing but the setting in question differs from one run to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bot.research.compiled_kernel import best_walk
from bot.research.study.living import COSTS, Name, Runs, without_market
from core.domain.policy import Policy, ProfileName
from core.domain.regime import Regime
from core.domain.stress import Stress
from core.simulation.bar_table import DAY, Floats
from core.simulation.kernel import (
    KernelSeries,
    daily_closes,
    kernel_rules,
    regime_codes,
    run_kernel,
)
from core.simulation.matrix import PriceMatrix
from core.simulation.runs import SimulatedRun
from core.simulation.trading_costs import TradingCosts

LADDER = (ProfileName.TIGHT, ProfileName.STANDARD, ProfileName.SMALL, ProfileName.TINY)
"""The band profiles, narrowest first."""

_LOG_POINT = 100.0
_EARLIER_DAYS = 120


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """One portfolio's prices and what the full policy saw, ready for many runs."""

    policy: Policy
    matrix: PriceMatrix
    series: KernelSeries

    @classmethod
    def of(cls, runs: Runs) -> "Kernel":
        """Return the kernel's view of a portfolio."""
        matrix = own_prices(runs)
        policy = runs.portfolio.policy
        series = KernelSeries(
            value=float(runs.portfolio.value),
            targets=runs.given.targets,
            regime=regime_codes(runs.given.regimes),
            paused=_is(runs.given.phases, Stress.PAUSED),
            guarded=_is(runs.given.phases, Stress.GUARDED),
            believable=runs.given.is_evaluated,
            daily=daily_closes(matrix, _earlier(runs, matrix)),
        )
        return cls(policy, matrix, series)

    def run(
        self,
        policy: Policy,
        *,
        name: str,
        series: KernelSeries | None = None,
        costs: TradingCosts = COSTS,
    ) -> SimulatedRun:
        """Return one policy's run on these prices; ``series`` None is what was really seen."""
        rules = kernel_rules(policy, self.matrix.assets, costs, name=name)
        return run_kernel(self.matrix, series or self.series, rules, walk=best_walk()).to_run()

    def unwatched(self) -> KernelSeries:
        """Return the series without regime, pause and tilt, as ``plain`` sees the market."""
        return replace(self.series, targets=None, regime=None, paused=None, guarded=None)


def own_prices(runs: Runs) -> PriceMatrix:
    """Return the prices of the portfolio's own coins."""
    matrix = runs.matrix
    rows = [matrix.assets.index(asset) for asset in runs.portfolio.coins]
    return PriceMatrix(
        matrix.source,
        runs.portfolio.coins,
        matrix.interval,
        matrix.starts,
        closes=matrix.closes[rows],
        fills=matrix.fills[rows],
        has_bar=matrix.has_bar[rows],
        delisted_after=tuple(matrix.delisted_after[row] for row in rows),
    )


def both_sides(kernel: Kernel) -> SimulatedRun:
    """Return the article's own rule: bands twice as wide on both sides while the market trends.

    Regime alone acts, as in ``regime only``, so that the two differ in nothing else.
    """
    series = replace(kernel.series, targets=None, paused=None, guarded=None)
    return kernel.run(_wide_policy(kernel.policy), name="wide on both sides", series=series)


def plain_again(kernel: Kernel) -> SimulatedRun:
    """Return the plain policy on the kernel, for what is compared with it there."""
    return kernel.run(without_market(kernel.policy), name=Name.PLAIN, series=kernel.unwatched())


def profile_runs(kernel: Kernel) -> dict[ProfileName, SimulatedRun]:
    """Return the plain policy under each band profile, whatever the portfolio's size."""
    return {
        name: kernel.run(_profile_policy(kernel.policy, name), name=name, series=kernel.unwatched())
        for name in LADDER
    }


def kernel_policies(policy: Policy, *, is_small: bool) -> tuple[Policy, ...]:
    """Return the rules that are tried here for the claims, so that they can be counted first."""
    ladder = LADDER if is_small else ()
    return (_wide_policy(policy), *(_profile_policy(policy, name) for name in ladder))


def _wide_policy(policy: Policy) -> Policy:
    wide, usual = Decimal(2), Decimal("0.8")
    factors = {Regime.UP: wide, Regime.DOWN: wide, Regime.RANGING: usual}
    multipliers = tuple(
        (regime, factors.get(regime, up), factors.get(regime, down))
        for regime, up, down in policy.regime.multipliers
    )
    rules = replace(policy.regime, is_directional=True, multipliers=multipliers)
    return replace(without_market(policy), regime=rules)


def _profile_policy(policy: Policy, name: ProfileName) -> Policy:
    plain = without_market(policy)
    return replace(plain, bands=replace(plain.bands, profile=name, adapt_to_size=False))


def log_points(run: SimulatedRun) -> float:
    """Return what a run grew from its first close to its last, log points."""
    return float(run.log_returns.sum()) * _LOG_POINT


def _is(phases: Sequence[str], phase: Stress) -> NDArray[np.bool_]:
    return np.array([name == phase.value for name in phases], dtype=np.bool_)


def _earlier(runs: Runs, matrix: PriceMatrix) -> Floats:
    """Return daily closes of the days before the window, held over gaps; coins x days."""
    first = int(matrix.starts[0])
    table = runs.portfolio.venue.table
    days = np.arange(first - _EARLIER_DAYS * DAY, first, DAY)
    rows = []
    for asset in matrix.assets:
        bars = table.bars_of(asset)
        assert bars is not None  # noqa: S101  # the matrix was made of this table
        known = np.searchsorted(bars.starts, days, side="right") - 1
        rows.append(np.where(known < 0, np.nan, bars.closes[np.maximum(known, 0)]))
    return np.array(rows)
