"""How long the market's state takes: ten years of labels at once, and one day as it is lived."""

from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter

import numpy as np

from core.codec import bar_series
from core.domain.market import BarSeries
from core.domain.state import EngineState
from core.domain.units import Asset
from core.domain.watching import WINDOW, RegimeRules, StressRules
from core.signals.history import label_days
from core.signals.observe import observe
from core.simulation.bar_table import AssetBars, instant
from core.simulation.walk import random_walk
from tests.bench.figures import MS, Figure, Limit, S
from tests.bench.market import ASSETS, POLICY, Ticks

YEARS = 10
DAYS = WINDOW - 1 + YEARS * 365
RUNS, MORNINGS = 5, 30


def measure() -> list[Figure]:
    """Measure the labels of ten years for ten coins, and one day's signals."""
    lots = np.random.default_rng(7)
    series = tuple(_series(asset, random_walk(DAYS, 0.036, lots)) for asset in ASSETS)
    took = [_time_labels(series) for _ in range(RUNS)]
    least = Limit("one pass over the same windows", median(_time_pass(series) for _ in range(RUNS)))
    ticks = Ticks()
    days = [_time_day(ticks, days_ago) for days_ago in range(1, MORNINGS + 1)]
    return [
        Figure(f"labels of {YEARS} years, 10 coins, median of {RUNS}", median(took), S, 1, least),
        Figure(f"one day's signals, 10 coins, median of {MORNINGS}", median(days), MS, 5),
    ]


def _series(asset: Asset, walk: AssetBars) -> BarSeries:
    return bar_series(
        asset,
        "bench",
        instant(int(walk.starts[-1])),
        opens=walk.opens.tolist(),
        highs=walk.highs.tolist(),
        lows=walk.lows.tolist(),
        closes=walk.closes.tolist(),
        volumes=walk.volumes.tolist(),
    )


def _time_labels(series: tuple[BarSeries, ...]) -> float:
    began = perf_counter()
    days = label_days(
        series, asset=ASSETS[2], fear_greed=None, regime=RegimeRules(), stress=StressRules()
    )
    took = perf_counter() - began
    assert len(days) == YEARS * 365
    return took


def _time_pass(series: tuple[BarSeries, ...]) -> float:
    """Time the least that reading every window once takes: one weighted sum of each."""
    weights = np.linspace(0.0, 1.0, WINDOW)
    closes = np.asarray(series[2].closes)
    began = perf_counter()
    np.lib.stride_tricks.sliding_window_view(closes, WINDOW) @ weights
    return perf_counter() - began


def _time_day(ticks: Ticks, days_ago: int) -> float:
    """Time the fold of one closed day over ten coins, their bars never seen before."""
    seen = observe(ticks.next(days_ago + 1), POLICY, EngineState())
    snapshot = ticks.next(days_ago)
    snapshot = replace(snapshot, as_of=snapshot.as_of + timedelta(seconds=1))
    began = perf_counter()
    after = observe(snapshot, POLICY, seen)
    took = perf_counter() - began
    assert after.regime.day != seen.regime.day
    return took * 1000
