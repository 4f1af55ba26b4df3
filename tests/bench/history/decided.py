"""Ten years of days through ``decide()`` itself, ten coins."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from core.simulation.backtest import course_of, run_backtest
from core.simulation.bar_table import AssetBars, BarTable
from tests.bench.history import ours
from tests.bench.history.market import COINS, generated
from tests.bench.history.timing import seconds_of

YEARS = 10
_BEFORE = 460
_DAY = 86_400
_STARTS_AT = datetime(2012, 1, 1, tzinfo=UTC)


def measure(line: Callable[[str, str, str], None]) -> None:
    """Print how long the reference takes for ten years of days."""
    policy, table = ours.watching_policy(), _table()
    start = _STARTS_AT + timedelta(days=_BEFORE)
    course = course_of(table, policy, start=start, end=table.ends_at)
    took = seconds_of(lambda: run_backtest(course, policy, costs=ours.COSTS))
    line("10 years of days through decide(), 10 coins", f"{took:.1f} s", "<= 10 s")


def _table() -> BarTable:
    """Return made-up days with a high, a low and a volume."""
    days = YEARS * 365 + _BEFORE
    closes = generated(days, _DAY, seed=5).closes
    starts = int(_STARTS_AT.timestamp()) + _DAY * np.arange(days, dtype=np.int64)
    series = []
    for coin in range(COINS):
        close = closes[coin]
        opens = np.concatenate((close[:1], close[:-1]))
        high, low = np.maximum(opens, close) * 1.01, np.minimum(opens, close) * 0.99
        volume = np.full(days, 1e9) / close
        series.append(
            AssetBars(ours.ASSETS[coin], starts.copy(), opens, high, low, close.copy(), volume)
        )
    return BarTable("made up", timedelta(days=1), tuple(series))
