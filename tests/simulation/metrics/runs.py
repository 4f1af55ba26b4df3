"""Small simulated runs to measure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from core.domain.units import Asset
from core.simulation.bar_table import Floats
from core.simulation.runs import SimulatedRun

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
DAILY, HOURLY = timedelta(days=1), timedelta(hours=1)


def run_of(
    values: Floats | list[float],
    *,
    interval: timedelta = DAILY,
    first: datetime = FIRST,
    **changed: Any,  # noqa: ANN401  # any column of the record
) -> SimulatedRun:
    """Return a run of these values with one coin, on target and without trades.

    Args:
        values: portfolio value at each close.
        interval: of a bar.
        first: open time of the first bar.
        changed: columns that differ.
    """
    worth = np.asarray(values, dtype=np.float64)
    bars = len(worth)
    step = int(interval.total_seconds())
    plain = SimulatedRun(
        name="made up",
        source="made up",
        interval=interval,
        quote=Asset("USD"),
        assets=(Asset("BTC"),),
        starts=int(first.timestamp()) + np.arange(bars, dtype=np.int64) * step,
        values=worth,
        flows=np.zeros(bars),
        weights=np.tile([0.5, 0.5], (bars, 1)),
        targets=np.tile([0.5, 0.5], (bars, 1)),
        is_inside=np.ones(bars, dtype=np.bool_),
        is_proposed=np.zeros(bars, dtype=np.bool_),
        orders=np.zeros(bars, dtype=np.int64),
        turnover=np.zeros(bars),
        costs=np.zeros(bars),
        predicted_costs=np.zeros(bars),
        taxes=np.zeros(bars),
    )
    return replace(plain, **changed)


def walk(bars: int, seed: int, *, spread: float = 0.03) -> Floats:
    """Return seeded values that wander."""
    steps = np.random.default_rng(seed).normal(0.0003, spread, bars)
    values: Floats = 10_000 * np.exp(np.cumsum(steps))
    return values
