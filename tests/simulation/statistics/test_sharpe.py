"""Sharpe ratios after many trials."""

import math

import numpy as np
import pytest

from core.simulation.bar_table import Floats
from core.simulation.statistics import deflated_sharpe, expected_best_sharpe, probability_above


def test_the_known_benchmark() -> None:
    """Fifty worthless trials of 1,000 days: 0.0720 a day by formula (METHODS 6.3)."""
    assert expected_best_sharpe(50, 1 / 1_000) == pytest.approx(0.0720, abs=5e-5)


def test_the_benchmark_is_what_luck_finds() -> None:
    """The best of 50 simulated worthless strategies over 1,000 days averages about 0.0711."""
    rng = np.random.default_rng(11)
    best = []
    for _ in range(400):
        returns = rng.standard_normal((1_000, 50))
        best.append(float((returns.mean(axis=0) / returns.std(axis=0, ddof=1)).max()))
    assert np.mean(best) == pytest.approx(0.0711, abs=0.0015)


def test_the_example_of_the_paper() -> None:
    """Bailey and Lopez de Prado's example: SR0 = 0.1132 a day and DSR = 0.9004."""
    benchmark = expected_best_sharpe(100, 1 / (2 * 250))
    assert benchmark == pytest.approx(0.1132, abs=5e-5)
    found = probability_above(
        benchmark, 2.5 / math.sqrt(250), days=1_250, skewness=-3.0, kurtosis=10.0
    )
    assert found == pytest.approx(0.9004, abs=5e-5)


def test_it_is_the_formula_on_real_moments() -> None:
    """Mean, deviation, skewness and kurtosis are those of the returns, counted one by one."""
    returns = np.random.default_rng(3).standard_t(4, 800) * 0.01 + 0.001
    found = deflated_sharpe(returns, trials=60, variance=0.001)
    values = [float(value) for value in returns]
    mean = math.fsum(values) / 800
    powers = {n: math.fsum((value - mean) ** n for value in values) / 800 for n in (2, 3, 4)}
    ratio = mean / math.sqrt(powers[2] * 800 / 799)
    skewness, kurtosis = powers[3] / powers[2] ** 1.5, powers[4] / powers[2] ** 2
    assert found.sharpe == pytest.approx(ratio, rel=1e-12)
    assert found.skewness == pytest.approx(skewness, rel=1e-9)
    assert found.kurtosis == pytest.approx(kurtosis, rel=1e-9)
    best = expected_best_sharpe(60, 0.001)
    score = (ratio - best) * math.sqrt(799)
    score /= math.sqrt(1 - skewness * ratio + (kurtosis - 1) / 4 * ratio**2)
    assert found.probability == pytest.approx((1 + math.erf(score / math.sqrt(2))) / 2, rel=1e-9)
    assert (found.trials, found.days, found.benchmark) == (60, 800, best)


def test_more_trials_claim_less() -> None:
    """The more was tried, the higher the benchmark and the less is left; one trial has none."""
    returns = np.random.default_rng(4).normal(0.0015, 0.01, 2_000)
    found = [deflated_sharpe(returns, trials=n) for n in (1, 2, 10, 60, 1_000)]
    probabilities = [row.probability for row in found]
    assert found[0].benchmark == 0.0
    assert probabilities == sorted(probabilities, reverse=True)
    assert found[0].may_be_claimed
    assert found[1].may_be_claimed == (found[1].probability >= 0.95)
    assert not deflated_sharpe(-returns, trials=1).may_be_claimed


def test_without_kept_trials_their_variance_is_that_of_luck() -> None:
    """Where the other trials' ratios were not kept, 1 / T stands for their variance."""
    returns = np.random.default_rng(5).normal(0.0, 0.01, 500)
    assert deflated_sharpe(returns, trials=60) == deflated_sharpe(
        returns, trials=60, variance=1 / 500
    )


@pytest.mark.parametrize(
    ("returns", "said"),
    [
        (np.full(100, 0.001), "the same"),
        (np.zeros(100), "the same"),
        (np.zeros(29), "29 daily returns"),
        (np.append(np.linspace(0, 1, 99), np.nan), "finite"),
    ],
)
def test_returns_without_a_ratio_are_refused(returns: Floats, said: str) -> None:
    """Constant, few or broken returns are named, never answered with NaN."""
    with pytest.raises(ValueError, match=said):
        deflated_sharpe(returns, trials=60)


@pytest.mark.parametrize(
    ("trials", "variance"), [(0, 0.1), (5, -0.1), (5, math.nan), (5, math.inf)]
)
def test_impossible_trials_are_refused(trials: int, variance: float) -> None:
    """No trial at all, or a variance that is none, is refused."""
    with pytest.raises(ValueError, match="cannot be"):
        expected_best_sharpe(trials, variance)


def test_two_values_only_leave_no_variance() -> None:
    """Moments that no continuous return has are refused, not divided by."""
    with pytest.raises(ValueError, match="no variance"):
        probability_above(0.0, 1.0, days=100, skewness=2.0, kurtosis=1.0)
