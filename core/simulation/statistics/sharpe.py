"""A Sharpe ratio after many trials: how likely it is better than the best of as many lucky ones."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.simulation.bar_table import Floats

CLAIM_FROM = 0.95
"""Nothing is claimed below this. Source: METHODS 6.3."""

# As METHODS 6.3 writes them: Euler-Mascheroni and Euler's number.
_GAMMA = 0.5772156649015329
_E = math.e
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class DeflatedSharpe:
    """A Sharpe ratio beside what luck alone would have found.

    Attributes:
        sharpe: per day.
        benchmark: SR0, the best daily Sharpe ratio to expect of as many worthless trials.
        probability: DSR, that the true ratio is above the benchmark.
        skewness: of daily returns.
        kurtosis: of daily returns, 3 for normal ones.
        trials: how many settings were tried.
        days: how many returns went in.
    """

    sharpe: float
    benchmark: float
    probability: float
    skewness: float
    kurtosis: float
    trials: int
    days: int

    @property
    def may_be_claimed(self) -> bool:
        """Whether the probability reaches 0.95 (METHODS 6.3)."""
        return self.probability >= CLAIM_FROM


def expected_best_sharpe(trials: int, variance: float) -> float:
    """Return SR0, the highest Sharpe ratio to expect of ``trials`` trials without any skill.

    Args:
        trials: how many independent trials, at least 1; one trial has nothing to choose from: 0.
        variance: variance of the Sharpe ratio between trials, in the same unit as the ratio.

    Raises:
        ValueError: no trial, or a negative variance.

    Source: Bailey & Lopez de Prado 2014; METHODS 6.3.
    """
    if trials < 1 or not 0.0 <= variance < math.inf:
        raise ValueError(f"{trials} trials with a variance of {variance}: that cannot be")
    if trials == 1:
        return 0.0
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * _E))
    return math.sqrt(variance) * ((1.0 - _GAMMA) * first + _GAMMA * second)


def deflated_sharpe(
    returns: Floats, *, trials: int, variance: float | None = None
) -> DeflatedSharpe:
    """Return the deflated Sharpe ratio of daily returns that were the best of ``trials``.

    Args:
        returns: daily returns, at least 30, finite, not all equal.
        trials: how many settings were ever tried, this one included.
        variance: variance of the daily Sharpe ratios of those trials; None where they were not
            kept takes 1 / T, what ratios without skill have.

    Raises:
        ValueError: returns that are too few, not finite or constant.

    Source: Bailey & Lopez de Prado 2014; METHODS 6.3: ratio per day, kurtosis not excess.
    """
    days = len(returns)
    if days < 30:  # noqa: PLR2004  # fourth moments of fewer days are noise
        raise ValueError(f"{days} daily returns; a deflated Sharpe ratio needs at least 30")
    if not np.isfinite(returns).all():
        raise ValueError("the returns hold values that are not finite; leave them out first")
    mean = float(returns.mean())
    centred = returns - mean
    if float(np.abs(centred).max()) <= 1e-14 * float(np.abs(returns).max()):
        raise ValueError("every return is the same; a Sharpe ratio needs returns that move")
    spread = float(np.std(returns, ddof=1))
    standard = centred / float(np.std(returns))
    skewness, kurtosis = float((standard**3).mean()), float((standard**4).mean())
    ratio = mean / spread
    benchmark = expected_best_sharpe(trials, 1.0 / days if variance is None else variance)
    probability = probability_above(
        benchmark, ratio, days=days, skewness=skewness, kurtosis=kurtosis
    )
    return DeflatedSharpe(ratio, benchmark, probability, skewness, kurtosis, trials, days)


def probability_above(
    benchmark: float, ratio: float, *, days: int, skewness: float, kurtosis: float
) -> float:
    """Return how likely the true Sharpe ratio is above ``benchmark``.

    Args:
        benchmark: SR0, per day.
        ratio: the measured Sharpe ratio, per day.
        days: how many returns it was measured on.
        skewness: of daily returns.
        kurtosis: of daily returns, not excess.

    Raises:
        ValueError: moments that leave the ratio no variance, as of returns with two values only.

    Source: Bailey & Lopez de Prado 2014; METHODS 6.3.
    """
    variance = 1.0 - skewness * ratio + (kurtosis - 1.0) / 4.0 * ratio * ratio
    if variance <= 0.0:
        raise ValueError(
            f"returns with skewness {skewness} and kurtosis {kurtosis} leave their Sharpe ratio no "
            "variance; it cannot be deflated"
        )
    return _NORMAL.cdf((ratio - benchmark) * math.sqrt(days - 1) / math.sqrt(variance))
