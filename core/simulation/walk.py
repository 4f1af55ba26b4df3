"""A driftless random walk as daily bars: what a signal sees where there is nothing to see."""

from collections import Counter
from datetime import timedelta

import numpy as np

from core.domain.decision import ReasonCode
from core.domain.regime import Regime
from core.domain.units import Asset
from core.domain.watching import RegimeRules, StressRules
from core.signals.history import label_days
from core.simulation.bar_table import (
    CLOSING_DELAY,
    DAY,
    AssetBars,
    Floats,
    closed_days,
    instant,
)

# 2014-01-01; the date of a walk means nothing.
_FIRST_DAY = 16_071
_STEPS_A_DAY = 24
_FIRST_PRICE = 10_000.0
_VOLUME = 1_000.0
_VOLUME_NOISE = 0.3
_UNWATCHED = StressRules(families=())


def daily_volatility(closes: Floats) -> float:
    """Return the standard deviation of daily log returns, the mean taken off.

    Args:
        closes: daily closes without a hole, oldest first, at least three.
    """
    return float(np.std(np.diff(np.log(closes)), ddof=1))


def random_walk(days: int, volatility: float, rng: np.random.Generator) -> AssetBars:
    """Return daily bars whose log price is a driftless walk with independent normal steps.

    Each day has 24 equal steps, so that its high and low belong to the same walk as its close. The
    volume is noise around a constant.

    Args:
        days: how many bars.
        volatility: standard deviation of a daily log return.
        rng: seeded by the caller; equal seeds give equal walks.

    Source: METHODS 2.4, the null share.
    """
    steps = rng.normal(0.0, volatility / np.sqrt(_STEPS_A_DAY), size=(days, _STEPS_A_DAY))
    path = np.cumsum(steps, axis=None).reshape(days, _STEPS_A_DAY)
    closes = path[:, -1]
    opens = np.concatenate(([0.0], closes[:-1]))
    highs, lows = np.maximum(opens, path.max(axis=1)), np.minimum(opens, path.min(axis=1))
    return AssetBars(
        Asset("WALK"),
        np.arange(_FIRST_DAY, _FIRST_DAY + days, dtype=np.int64) * DAY,
        opens=_FIRST_PRICE * np.exp(opens),
        highs=_FIRST_PRICE * np.exp(highs),
        lows=_FIRST_PRICE * np.exp(lows),
        closes=_FIRST_PRICE * np.exp(closes),
        volumes=_VOLUME * np.exp(rng.normal(0.0, _VOLUME_NOISE, size=days)),
    )


def noise_shares(
    days: int, volatility: float, *, rules: RegimeRules, walks: int, rng: np.random.Generator
) -> dict[Regime, float]:
    """Return the share of days that each label has on random walks, the warm-up left out.

    Args:
        days: length of a walk; more than 459, so that something is published.
        volatility: standard deviation of a daily log return.
        rules: how the regime is told.
        walks: how many independent walks are labelled.
        rng: seeded by the caller.

    Source: METHODS 2.4, 2.8: what a rule says of noise is what its word is worth.
    """
    counts: Counter[Regime] = Counter()
    for _ in range(walks):
        bars = random_walk(days, volatility, rng)
        end = instant(int(bars.starts[-1])) + timedelta(seconds=DAY + CLOSING_DELAY)
        series = closed_days(bars, "random walk", end, most=days)
        assert series is not None  # noqa: S101  # a walk has at least one day
        labels = label_days(
            [series], asset=bars.asset, fear_greed=None, regime=rules, stress=_UNWATCHED
        )
        counts.update(row.regime for row in labels if ReasonCode.WARMUP not in row.codes)
    total = max(counts.total(), 1)
    return {regime: counts[regime] / total for regime in Regime}
