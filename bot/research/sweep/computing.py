"""Some rows of a grid -> their figures. This is what a worker does; nothing else leaves a process.

Equal rows of equal inputs have equal figures, wherever they are computed.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Final

import numpy as np

from bot.research.compiled_kernel import best_walk
from bot.research.sweep.given import Given, MarketRules, market_rules
from bot.research.sweep.grid import Built
from bot.research.sweep.identity import code_version
from bot.research.sweep.target_paths import TargetPaths
from core.domain.units import Rate
from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    KernelRules,
    KernelRun,
    KernelSeries,
    kernel_rules,
    run_grid,
    run_kernel,
)
from core.simulation.kernel.series import DailyCloses
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts

_PERCENT: Final = Decimal("0.01")
_PATHS: Final = TargetPaths()


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """What came back of one task.

    Attributes:
        first: the first of the rows.
        figures: rows x ``GRID_COLUMNS``.
        code: the version of the code that computed them.
    """

    first: int
    figures: Floats
    code: str


def compute(given: Given, first: int, end: int) -> Computed:
    """Return the figures of the rows from ``first`` up to, not including, ``end``.

    Raises:
        InputInvalid: a combination that the settings do not accept, or the kernel does not carry.
    """
    found = []
    for _, alike in groupby(given.grid.policies(first, end), key=_kind):
        policies = list(alike)
        matrix, series = inputs_of(given, policies[0])
        rules = [rules_of(one, given.costs) for one in policies]
        found.append(run_grid(matrix, series, rules, walk=best_walk()))
    return Computed(first, np.concatenate(found), code_version())


def run_one(given: Given, built: Built) -> KernelRun:
    """Return one policy's whole way through the prices."""
    matrix, series = inputs_of(given, built)
    return run_kernel(matrix, series, rules_of(built, given.costs), walk=best_walk())


def rules_of(built: Built, costs: TradingCosts) -> KernelRules:
    """Return a policy as the kernel has it; the fee is what its file names.

    Raises:
        InputInvalid: the kernel does not carry it.
    """
    own = replace(costs, fee=Rate(built.file.costs.taker_fee * _PERCENT))
    return kernel_rules(built.policy, built.policy.risk_assets, own)


def inputs_of(given: Given, built: Built) -> tuple[PriceMatrix, KernelSeries]:
    """Return prices and given series for a policy; alike for all of one kind."""
    policy = built.policy
    market = given.markets[market_rules(policy)]
    rows = [given.matrix.assets.index(asset) for asset in policy.risk_assets]
    matrix, daily = given.matrix, given.daily
    if policy.risk_assets != matrix.assets:
        matrix = _only(matrix, rows)
        daily = DailyCloses(daily.first_day, daily.closes[rows])
    series = KernelSeries(value=float(built.file.start_cash), daily=daily)
    if market is not None:
        series = replace(
            series,
            targets=_PATHS.path(given.key, policy, market),
            regime=market.regime[market.at],
            paused=market.paused[market.at],
            guarded=market.guarded[market.at],
        )
    return matrix, series


def _kind(built: Built) -> Hashable:
    """Return what prices and series follow from."""
    policy = built.policy
    watched: MarketRules = market_rules(policy)
    shifted = policy.targets if policy.tilt.is_on else policy.risk_assets
    return watched, policy.tilt, policy.quote, shifted, built.file.start_cash


def _only(matrix: PriceMatrix, rows: list[int]) -> PriceMatrix:
    return replace(
        matrix,
        assets=tuple(matrix.assets[row] for row in rows),
        closes=matrix.closes[rows],
        fills=matrix.fills[rows],
        has_bar=matrix.has_bar[rows],
        delisted_after=tuple(matrix.delisted_after[row] for row in rows),
    )


def compute_default(given: Given) -> Floats:
    """Return the figures of the policy that everything is varied from; columns."""
    built = given.grid.default()
    matrix, series = inputs_of(given, built)
    figures: Floats = run_grid(matrix, series, [rules_of(built, given.costs)], walk=best_walk())[0]
    return figures
