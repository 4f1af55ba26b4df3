"""What a sweep gives to the kernel is what ``decide()`` itself saw."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np

from bot.research.bars import read_bars
from bot.research.sweep.computing import compute, inputs_of, run_one
from bot.research.sweep.preparing import Asked, Prepared, prepare
from bot.settings.loading import read_policy_file
from core.domain.units import Money
from core.simulation.backtest import FINEST_STEP, course_of, run_backtest
from core.simulation.bar_table import DAY
from core.simulation.kernel import REGIMES
from tests.sweep.conftest import Sweep
from tests.sweep.world import FIRST, GRID, POLICY, VARIANTS, bar_file, text_file


def test_series_and_trades_are_those_of_the_reference(prepared: Prepared, bars: Path) -> None:
    """Regime, pause, tilted targets, trades and values agree with the reference backtest."""
    given = prepared.given
    built = given.grid.default()
    end = datetime.combine(FIRST + timedelta(days=640), time(), UTC)
    course = course_of(read_bars(bars).before(end), built.policy)
    costs = replace(given.costs, quantity_step=FINEST_STEP)
    told = run_backtest(course, built.policy, costs=costs, value=Money(built.file.start_cash))
    matrix, series = inputs_of(given, built)
    assert np.array_equal(matrix.starts, course.matrix.starts)
    assert series.regime is not None
    assert series.paused is not None
    assert series.guarded is not None
    assert series.targets is not None
    assert tuple(REGIMES[code].value for code in series.regime) == told.series.regimes
    assert [phase == "PAUSED" for phase in told.series.phases] == series.paused.tolist()
    assert [phase == "GUARDED" for phase in told.series.phases] == series.guarded.tolist()
    assert np.allclose(series.targets, told.series.targets, rtol=0, atol=1e-15)
    assert np.ptp(series.targets[:, 0]) > 0
    run = run_one(given, built).to_run()
    assert run.orders.tolist() == told.run.orders.tolist()
    assert run.orders.sum() > 5
    assert np.allclose(run.values, told.run.values, rtol=1e-9, atol=0)


def test_a_task_of_many_kinds_is_its_rows(sweep_of: Sweep) -> None:
    """Policies of other coins, tilts and pauses in one task have the figures they have alone."""
    given = sweep_of(VARIANTS).given
    together = compute(given, 0, 16).figures
    alone = [compute(given, row, row + 1).figures for row in range(16)]
    assert np.array_equal(together, np.concatenate(alone))
    assert len(np.unique(together[:, 0])) == 6


def test_without_reading_the_market_no_history_is_needed(sweep_of: Sweep) -> None:
    """Plain policies without pause and tilts begin on the first day, with nothing given."""
    plain = '"tilt.enabled" = [false]\n"pause.families" = [[]]\n"regime.bands" = ["plain"]'
    policy = (
        POLICY + '\n[tilt]\nenabled = false\n[pause]\nfamilies = []\n[regime]\nbands = "plain"\n'
    )
    given = sweep_of(plain, policy).given
    assert len(given.matrix) == 640
    assert list(given.markets.values()) == [None]
    assert np.isfinite(compute(given, 0, 1).figures).all()


def test_hourly_bars_see_the_days_that_have_closed(tmp_path: Path) -> None:
    """Within a day the label is that of the day before; from its last bar on it is its own."""
    bars = bar_file(tmp_path / "hours.parquet", 480, step=3600)
    policy = read_policy_file(text_file(tmp_path / "policy.toml", POLICY))
    given = prepare(Asked(policy, text_file(tmp_path / "grid.toml", GRID), bars)).given
    (market,) = given.markets.values()
    assert market is not None
    assert len(given.matrix) == 21 * 24
    days = market.first + market.at
    assert days.tolist() == [(start + 3600) // DAY - 1 for start in given.matrix.starts.tolist()]
    assert given.daily.closes.shape[1] == 422
