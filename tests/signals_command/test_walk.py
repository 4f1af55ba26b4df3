"""The random walk that labels are measured against."""

import numpy as np
import pytest

from core.domain.regime import Regime
from core.domain.watching import RegimeRules
from core.simulation.bar_table import AssetBars, Floats
from core.simulation.walk import daily_volatility, noise_shares, random_walk


def _walk(seed: int, days: int = 4000) -> AssetBars:
    return random_walk(days, 0.036, np.random.default_rng(seed))


def _columns(bars: AssetBars) -> tuple[Floats, ...]:
    return (bars.opens, bars.highs, bars.lows, bars.closes, bars.volumes)


def test_equal_seeds_give_equal_walks() -> None:
    """A walk is what its seed says, and another seed gives another."""
    one, again, other = _walk(1), _walk(1), _walk(2)
    assert all(np.array_equal(a, b) for a, b in zip(_columns(one), _columns(again), strict=True))
    assert not np.array_equal(one.closes, other.closes)


def test_a_walk_is_a_market_without_a_drift() -> None:
    """Bars hold together, volatility is as asked, and returns know nothing of each other."""
    bars = _walk(3, 20_000)
    assert (bars.highs >= np.maximum(bars.opens, bars.closes)).all()
    assert (bars.lows <= np.minimum(bars.opens, bars.closes)).all()
    assert (bars.volumes > 0).all()
    assert np.array_equal(bars.opens[1:], bars.closes[:-1])
    returns = np.diff(np.log(bars.closes))
    assert daily_volatility(bars.closes) == pytest.approx(0.036, rel=0.03)
    assert abs(returns.mean()) < 4 * 0.036 / np.sqrt(len(returns))
    assert abs(np.corrcoef(returns[1:], returns[:-1])[0, 1]) < 0.03


def test_noise_is_labelled_too_and_the_shares_are_whole() -> None:
    """The null share: something between a quarter and two fifths of noise looks like a trend."""
    rng = np.random.default_rng(1)
    shares = noise_shares(2000, 0.036, rules=RegimeRules(), walks=4, rng=rng)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[Regime.UNKNOWN] == 0
    assert 0.2 < shares[Regime.UP] + shares[Regime.DOWN] < 0.4
