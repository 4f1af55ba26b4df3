"""Growth, risk and drawdowns against pandas and plain arithmetic."""

import math
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.simulation.bar_table import Floats
from core.simulation.metrics import daily_log_returns, measure
from core.simulation.runs import SimulatedRun
from tests.simulation.metrics.runs import FIRST, HOURLY, run_of, walk

YEARS = 1_499 / 365.25


def _frame(run: SimulatedRun) -> "pd.Series[float]":
    return pd.Series(run.values, index=pd.to_datetime(run.starts, unit="s", utc=True))


def test_returns_are_those_of_pandas() -> None:
    """Growth, volatility, Sharpe, Sortino and the worst 30 days are what pandas computes."""
    run = run_of(walk(1_500, 1))
    values, found = _frame(run), measure(run).returns
    logs, simple = values.map(math.log).diff().dropna(), values.pct_change().dropna()
    assert found.total == pytest.approx(values.iloc[-1] / values.iloc[0] - 1, rel=1e-10)
    assert found.log_points == pytest.approx(100 * logs.sum(), rel=1e-10)
    assert found.log_growth == pytest.approx(100 * logs.sum() / YEARS, rel=1e-10)
    assert found.growth == pytest.approx((values.iloc[-1] / values.iloc[0]) ** (1 / YEARS) - 1)
    assert found.volatility == pytest.approx(logs.std() * math.sqrt(365.25), rel=1e-10)
    assert found.sharpe == pytest.approx(simple.mean() / simple.std() * math.sqrt(365.25))
    below = math.sqrt(simple.clip(upper=0).pow(2).mean())
    assert found.sortino == pytest.approx(simple.mean() / below * math.sqrt(365.25))
    assert found.worst_30_days == pytest.approx(values.pct_change(30).min(), rel=1e-10)


def test_drawdowns_are_those_of_pandas() -> None:
    """Depth, Ulcer index and time under water are what running maxima give."""
    run = run_of(walk(900, 2))
    values, found = _frame(run), measure(run).underwater
    depth = 1 - values / values.cummax()
    assert found.max_drawdown == pytest.approx(depth.max(), rel=1e-10)
    assert found.ulcer_index == pytest.approx(math.sqrt(depth.pow(2).mean()), rel=1e-10)
    assert found.share_of_days == pytest.approx((depth > 0).mean())
    lived = values.tolist()
    bottom = lived.index(lived[int(depth.to_numpy().argmax())])
    peak = lived.index(max(lived[:bottom]))
    back = next((day for day in range(bottom, 900) if lived[day] >= lived[peak]), None)
    assert found.max_drawdown_days == (899 if back is None else back) - peak
    assert found.is_recovered == (back is not None)
    assert found.longest_days == _longest(lived)


def _longest(values: list[float]) -> int:
    """Return the most days from a highest close to the next one at least as high."""
    longest, peak, since = 0, values[0], 0
    for day, value in enumerate(values):
        if value >= peak:
            longest = max(longest, day - since if day - since > 1 else 0)
            peak, since = value, day
    return max(longest, len(values) - 1 - since)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_drawdowns_of_any_path(path: list[int]) -> None:
    """On any small path the depth, the lengths and the shares are those counted by hand."""
    values = [float(value) for value in path]
    found = measure(run_of(values)).underwater
    peaks = [max(values[: day + 1]) for day in range(len(values))]
    depths = [1 - value / peak for value, peak in zip(values, peaks, strict=True)]
    assert found.max_drawdown == pytest.approx(max(depths))
    assert found.share_of_days == pytest.approx(np.mean([depth > 0 for depth in depths]))
    assert found.longest_days == _longest(values)
    bottom = next(day for day, depth in enumerate(depths) if depth == pytest.approx(max(depths)))
    begin = max(day for day in range(bottom + 1) if depths[day] == 0)
    back = next((day for day in range(bottom, len(values)) if depths[day] == 0), None)
    if max(depths) == 0:
        assert (found.max_drawdown_days, found.is_recovered) == (0, True)
    else:
        assert found.max_drawdown_days == (len(values) - 1 if back is None else back) - begin
        assert found.is_recovered == (back is not None)


def test_short_runs_have_no_yearly_gain() -> None:
    """Below three years nothing is told a year but the volatility; the whole is always told."""
    short, long = (measure(run_of(walk(bars, 3))) for bars in (1_095, 1_096))
    for name in ("growth", "log_growth", "sharpe", "sortino"):
        assert getattr(short.returns, name) is None
        assert getattr(long.returns, name) is not None
    for name in ("turnover", "orders", "proposals", "cost_bps", "tax_bps"):
        assert getattr(short.trading, f"{name}_a_year") is None
        assert getattr(long.trading, f"{name}_a_year") == 0.0
    assert short.returns.volatility is not None
    assert short.returns.log_points != 0.0


def test_flows_are_no_gain() -> None:
    """Money that comes in or goes out changes no return, no drawdown and no ratio."""
    values, flows = walk(1_200, 4), np.zeros(1_200)
    rng = np.random.default_rng(5)
    flows[rng.choice(1_199, 30, replace=False) + 1] = rng.normal(0, 500, 30)
    lived = [values[0]]
    for bar in range(1, 1_200):
        lived.append((lived[-1] + flows[bar]) * values[bar] / values[bar - 1])
    assert min(lived) > 0
    plain, moved = measure(run_of(values)), measure(run_of(lived, flows=flows))
    assert moved.underwater.max_drawdown == pytest.approx(plain.underwater.max_drawdown)
    for name in ("total", "log_growth", "volatility", "sharpe", "sortino", "worst_30_days"):
        assert getattr(moved.returns, name) == pytest.approx(getattr(plain.returns, name))


@pytest.mark.parametrize("first", [FIRST, FIRST + timedelta(hours=5)])
def test_hours_are_joined_to_days(first: datetime) -> None:
    """Hourly bars have the daily figures of their last closes; depth is seen on every hour."""
    run = run_of(walk(24 * 1_200, 6, spread=0.006), interval=HOURLY, first=first)
    closes = _frame(run).resample("1D").last()
    found = measure(run)
    assert found.days == len(closes)
    logs = closes.map(math.log).diff().dropna()
    assert daily_log_returns(run) == pytest.approx(logs.to_numpy(), abs=1e-12)
    assert found.returns.volatility == pytest.approx(logs.std() * math.sqrt(365.25))
    assert found.returns.worst_30_days == pytest.approx(closes.pct_change(30).min())
    elapsed = (24 * 1_200 - 1) / 24 / 365.25
    assert found.years == pytest.approx(elapsed)
    assert found.returns.log_growth == pytest.approx(100 * float(run.log_returns.sum()) / elapsed)
    hourly = _frame(run)
    depth = 1 - hourly / hourly.cummax()
    assert found.underwater.max_drawdown == pytest.approx(depth.max())
    assert found.underwater.share_of_days == pytest.approx((depth.resample("1D").last() > 0).mean())


def test_a_day_without_bars_is_a_day_all_the_same() -> None:
    """Thirty days are calendar days, also where a run has holes."""
    run = run_of(walk(80, 7))
    kept = np.flatnonzero(np.arange(80) % 3 != 1)
    holed = run_of(walk(80, 7)[kept], starts=run.starts[kept])
    held = _frame(holed).resample("1D").last().ffill()
    assert measure(holed).returns.worst_30_days == pytest.approx(held.pct_change(30).min())


@pytest.mark.parametrize("bars", [1, 2, 2_000])
def test_a_constant_portfolio_has_no_ratio(bars: int) -> None:
    """Cash that never moves has no Sharpe and no Sortino ratio, and no drawdown: None, not NaN."""
    found = measure(run_of([10_000.1] * bars))
    assert (found.returns.sharpe, found.returns.sortino) == (None, None)
    assert (found.returns.total, found.underwater.max_drawdown) == (0.0, 0.0)
    assert found.returns.volatility == (0.0 if bars > 2 else None)
    assert found.underwater.share_of_days == 0.0
    assert found.tracking.distance_mean == 0.0


def test_steady_growth_has_no_ratio() -> None:
    """Growth without any movement is told as growth; rounding is not taken for risk."""
    found = measure(run_of(10_000 * 1.001 ** np.arange(2_000.0))).returns
    assert found.growth == pytest.approx(1.001**365.25 - 1)
    assert found.sortino is None
    assert found.sharpe is None or found.sharpe > 1e9


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (run_of([]), "no bar"),
        (run_of([1.0, 0.0]), "not a number above 0"),
        (run_of([1.0, math.nan]), "not a number above 0"),
        (run_of([1.0, 2.0], flows=np.array([0.0, -1.0])), "not a number above 0"),
        (run_of([1.0, 2.0], interval=timedelta(days=7)), "a day at most"),
        (replace(run_of([1.0, 2.0]), starts=np.array([5, 5])), "in order of time"),
    ],
)
def test_what_cannot_be_measured_is_refused(run: SimulatedRun, said: str) -> None:
    """An empty, emptied, weekly or disordered run is named, never answered with NaN."""
    with pytest.raises(ValueError, match=said):
        measure(run)


@given(st.floats(0.01, 1e6), st.integers(0, 1_000))
def test_the_size_of_a_portfolio_does_not_matter(scale: float, seed: int) -> None:
    """The same way with another amount of money has the same figures."""
    values: Floats = walk(60, seed)
    first, second = measure(run_of(values)), measure(run_of(values * scale))
    assert second.returns.total == pytest.approx(first.returns.total, abs=1e-9)
    assert second.underwater.ulcer_index == pytest.approx(first.underwater.ulcer_index, abs=1e-9)
