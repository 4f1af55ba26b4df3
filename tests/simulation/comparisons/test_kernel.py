"""The same plain bands through the kernel and through the comparisons: two programs, one record."""

from decimal import Decimal

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.domain.policy import Policy
from core.domain.units import Money
from core.simulation.comparisons import Terms, fixed_bands, to_target_bands
from core.simulation.kernel import KernelSeries, fixed_band_rules, run_kernel
from core.simulation.trading_costs import FREE
from tests.simulation.comparisons.markets import COSTLY, market_of
from tests.simulation.comparisons.test_bands import policies, rough_markets


@settings(max_examples=40)
@given(policy=policies(), seed=st.integers(0, 10_000), whole=st.booleans(), data=st.data())
def test_the_kernel_keeps_the_same_bands(
    policy: Policy, seed: int, whole: bool, data: st.DataObject
) -> None:
    """Decisions, values, weights, orders, turnover and costs agree bar by bar."""
    coins = len(policy.risk_assets)
    rough = data.draw(rough_markets(90, coins))
    matrix = market_of("ABCDE"[:coins], 90, seed, rough=rough)
    costs = data.draw(st.sampled_from([FREE, COSTLY]))
    rules = fixed_band_rules(policy, matrix.assets, costs, whole=whole)
    kernel = run_kernel(matrix, KernelSeries(value=10_000.0), rules, compiled=False)
    assume(kernel.near > 1e-9)
    theirs = kernel.to_run()
    rule = to_target_bands if whole else fixed_bands
    ours = rule(Terms(matrix, policy, costs, value=Money(Decimal(10_000))))
    for name in ("is_proposed", "orders", "is_inside", "starts"):
        assert getattr(theirs, name).tolist() == getattr(ours, name).tolist()
    for name in ("values", "weights", "targets", "turnover", "costs", "predicted_costs", "flows"):
        here, there = getattr(ours, name), getattr(theirs, name)
        assert np.abs(here - there).max() <= 1e-9 * max(float(np.abs(here).max()), 1.0)
