"""What is skipped changes nothing, and the simplest rule is what it says."""

import numpy as np
import pytest

from core.simulation.bar_table import Floats
from core.simulation.kernel import (
    KernelRun,
    KernelSeries,
    fixed_band_rules,
    kernel_rules,
    run_kernel,
)
from core.simulation.kernel import walk as walking
from core.simulation.kernel.search import next_change
from core.simulation.matrix import PriceMatrix
from tests.simulation.kernel.made import COSTS, made_matrix, made_policy, made_series


def _one_by_one(*arguments: object) -> object:
    """Find the very next bar, whatever the limits."""
    return arguments[-2]


def _same(one: KernelRun, other: KernelRun) -> None:
    assert one.proposals.bars.tolist() == other.proposals.bars.tolist()
    assert one.proposals.filled.tolist() == other.proposals.filled.tolist()
    assert np.array_equal(one.coins, other.coins)
    assert np.array_equal(one.cash, other.cash)
    assert one.sizes.tolist() == other.sizes.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_skipped_bars_change_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that looks at every hour by itself ends in the same bits as one that skips."""
    matrix = made_matrix(2_400, 5, seed=seed)
    rules = kernel_rules(made_policy(5), matrix.assets, COSTS)
    series = made_series(matrix, rules.targets, seed=seed)
    skipping = run_kernel(matrix, series, rules)
    monkeypatch.setattr(walking, "next_change", _one_by_one)
    looking = run_kernel(matrix, series, rules)
    _same(skipping, looking)
    assert len(skipping.proposals.bars) > 3


@pytest.mark.parametrize("seed", range(3))
def test_skipped_bars_change_nothing_for_fixed_bands(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds for the rule without any waiting, whose every breach trades."""
    matrix = made_matrix(3_000, 4, seed=seed)
    rules = fixed_band_rules(made_policy(4), matrix.assets, COSTS)
    skipping = run_kernel(matrix, KernelSeries(), rules)
    monkeypatch.setattr(walking, "next_change", _one_by_one)
    _same(skipping, run_kernel(matrix, KernelSeries(), rules))


def _whole_rebalancing(
    matrix: PriceMatrix, targets: Floats, band: Floats, rate: float
) -> list[float]:
    """Return cash and coins after bringing everything to target at each breach, the plain way."""
    coins = 10_000.0 * targets[:-1] / matrix.closes[:, 0]
    cash = 10_000.0 * targets[-1]
    for bar in range(len(matrix) - 1):
        prices = matrix.closes[:, bar]
        values = coins * prices
        value = values.sum() + cash
        drift = np.append(values, cash) / value - targets
        if not (np.abs(drift) >= band).any():
            continue
        after = value
        for _ in range(200):  # the equation of METHODS 1.5, by repeating it until it stands
            after = value - rate * np.abs(targets[:-1] * after - values).sum()
        coins, cash = targets[:-1] * after / prices, targets[-1] * after
    return [cash, *coins]


def test_a_whole_rebalancing_is_the_plain_loop() -> None:
    """Fixed absolute bands, all back to target, proportional costs: as a plain loop has it."""
    matrix = made_matrix(4_000, 4)
    policy = made_policy(4, cap="0.02", rel="1")
    rules = fixed_band_rules(policy, matrix.assets, COSTS, whole=True)
    rules.half_spreads[:] = 0.0
    run = run_kernel(matrix, KernelSeries(), rules)
    expected = _whole_rebalancing(matrix, rules.targets, rules.half_widths[0], rules.fee)
    coins, cash = run.holdings()
    assert len(run.proposals.bars) > 10
    # A sale pays its fee out of what it brings, so cash alone may differ, and by rounding only.
    np.testing.assert_allclose([cash[-1], *coins[-1]], expected, rtol=1e-9)


def test_the_search_finds_the_first_bar_outside() -> None:
    """The block search finds what a look at every bar finds, wherever the block ends."""
    matrix = made_matrix(700, 3, step=86_400, seed=9)
    coins, span, room = np.ones(3), np.array([0.0, np.inf]), np.empty((3, 1))
    value = matrix.closes.sum(axis=0) + 50.0
    highs, lows = np.full(3, 2.2), np.full(3, 4.2)
    outside = (matrix.closes.max(axis=0) * 2.2 >= value) | (
        matrix.closes.min(axis=0) * 4.2 <= value
    )
    assert 0 < outside.sum() < len(matrix)
    for start in range(0, 700, 7):
        expected = start + int(outside[start:].argmax()) if outside[start:].any() else 700
        found = next_change(matrix.closes, coins, highs, lows, 50.0, span, room, start, 700)
        assert found == expected
