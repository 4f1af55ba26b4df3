"""Small made-up tables of bars."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from core.domain.units import Asset
from core.simulation.bar_table import AssetBars, BarTable
from tests.exchange.manual_clock import START


def hourly(
    asset: str, hours: Sequence[int], *, price: float = 100.0, volume: float = 1000.0
) -> AssetBars:
    """Return bars at these hours from ``START``; bar number h opens at price + h."""
    numbers = np.array(hours, dtype=np.int64)
    opens = price + numbers.astype(np.float64)
    return AssetBars(
        Asset(asset),
        int(START.timestamp()) + 3600 * numbers,
        opens,
        highs=opens + 0.9,
        lows=opens - 0.9,
        closes=opens + 0.5,
        volumes=np.full(len(numbers), volume),
    )


def table(*series: AssetBars) -> BarTable:
    """Return an hourly table."""
    ordered = tuple(sorted(series, key=lambda bars: bars.asset))
    return BarTable("made_up", timedelta(hours=1), ordered)
