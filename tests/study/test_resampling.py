"""Intervals of figures that are no mean."""

import numpy as np
import pytest

from bot.research.study.resampling import (
    drawdown_cut,
    joint_bounds,
    max_drawdowns,
    volatility_cut,
)

SEED = np.random.SeedSequence(5)


def test_the_deepest_fall_is_that_of_the_path() -> None:
    """Up 10 %, down 50 %, up 20 %: the deepest fall is half; a fall from the start counts too."""
    returns = np.log([[1.1, 0.5, 1.2], [0.8, 1.5, 0.9]])
    np.testing.assert_allclose(max_drawdowns(returns), [0.5, 0.2])
    assert max_drawdowns(np.log([[1.1, 1.2]])).tolist() == [0.0]


def test_half_the_movement_is_half_the_volatility() -> None:
    """A path that moves half as much has half the volatility, without any doubt."""
    returns = np.random.default_rng(1).normal(0.0, 0.04, 400)
    found = joint_bounds(returns / 2, returns, volatility_cut, seed=SEED, draws=200)
    np.testing.assert_allclose([found.value, found.low, found.high], 0.5)


def test_the_interval_covers_what_is_true() -> None:
    """In 60 worlds with a known ratio of volatilities the interval holds it in 50 or more."""
    rng, held = np.random.default_rng(2), 0
    for world in range(60):
        market = rng.normal(0.0, 0.03, 500)
        own = 0.6 * market + rng.normal(0.0, 0.018, 500)
        true = 1.0 - np.hypot(0.6 * 0.03, 0.018) / 0.03
        seed = np.random.SeedSequence(world)
        found = joint_bounds(own, market, volatility_cut, seed=seed, draws=300)
        held += found.low <= true <= found.high
    assert held >= 50


def test_equal_seeds_give_equal_intervals() -> None:
    """The same seed draws the same days, another seed others."""
    returns = np.random.default_rng(3).normal(0.0, 0.04, 300)
    other = np.random.default_rng(4).normal(0.0, 0.03, 300)
    again = [joint_bounds(returns, other, drawdown_cut, seed=SEED, draws=100) for _ in range(2)]
    assert again[0] == again[1]
    moved = joint_bounds(returns, other, drawdown_cut, seed=np.random.SeedSequence(6), draws=100)
    assert (moved.low, moved.high) != (again[0].low, again[0].high)


def test_paths_of_different_days_do_not_pair() -> None:
    """Paths must be over the same days."""
    with pytest.raises(ValueError, match="do not pair"):
        joint_bounds(np.zeros(3), np.zeros(4), drawdown_cut, seed=SEED, draws=10)
