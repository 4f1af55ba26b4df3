"""The same plain bands through the kernel and through the comparisons: two programs, one record."""

from decimal import Decimal

import numpy as np
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from core.domain.policy import BandRules, Policy, ProfileName
from core.domain.units import ZERO, Money, Weight
from core.simulation.comparisons import Terms, fixed_bands, to_target_bands
from core.simulation.kernel import KernelSeries, fixed_band_rules, run_kernel
from core.simulation.trading_costs import FREE, TradingCosts
from tests.simulation.comparisons.markets import COSTLY, Roughness, market_of, policy_of
from tests.simulation.comparisons.test_bands import policies, rough_markets


@settings(max_examples=40)
@given(policy=policies(), seed=st.integers(0, 10_000), whole=st.booleans(), data=st.data())
def test_the_kernel_keeps_the_same_bands(
    policy: Policy, seed: int, whole: bool, data: st.DataObject
) -> None:
    """Decisions, values, weights, orders, turnover and costs agree bar by bar."""
    rough = data.draw(rough_markets(90, len(policy.risk_assets)))
    costs = data.draw(st.sampled_from([FREE, COSTLY]))
    _agree(policy, seed, rough, costs, whole=whole)


def test_without_cash_the_costs_fall_on_the_smallest_buy() -> None:
    """A plan is cut to what its sales pay for when it is made, also if prices move kindly after."""
    bands = BandRules(profile=ProfileName.TIGHT, delta=Weight(ZERO))
    policy = policy_of(dict.fromkeys("ABCD", "25"), bands)
    _agree(policy, 0, Roughness(0.0, ()), COSTLY, whole=False)


def _agree(
    policy: Policy, seed: int, rough: Roughness, costs: TradingCosts, *, whole: bool
) -> None:
    matrix = market_of("ABCDE"[: len(policy.risk_assets)], 90, seed, rough=rough)
    rules = fixed_band_rules(policy, matrix.assets, costs, whole=whole)
    kernel = run_kernel(matrix, KernelSeries(value=10_000.0), rules)
    if kernel.near <= 1e-9:
        reject()
    theirs = kernel.to_run()
    rule = to_target_bands if whole else fixed_bands
    ours = rule(Terms(matrix, policy, costs, value=Money(Decimal(10_000))))
    for name in ("is_proposed", "orders", "is_inside", "starts"):
        assert getattr(theirs, name).tolist() == getattr(ours, name).tolist()
    for name in ("values", "weights", "targets", "turnover", "costs", "predicted_costs", "flows"):
        here, there = getattr(ours, name), getattr(theirs, name)
        assert np.abs(here - there).max() <= 1e-9 * max(float(np.abs(here).max()), 1.0)
