"""The backtest reads the market as everything else does: as `signals` labels it, and as live."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from bot.research.bars import read_bars
from core.domain.stress import Family
from core.domain.units import Asset
from core.signals.history import label_days
from core.simulation.backtest import NEVER, Backtest, Course, course_of, run_backtest
from core.simulation.backtest.batches import Batches
from core.simulation.bar_table import AssetBars, BarTable, closed_days, daily
from core.simulation.comparisons import Terms, drift
from tests.simulation.backtest.worlds import THREE, day, full, market

POLICY = full(THREE, Family.PRICE, Family.CORRELATION)
COINS = ("ADA", "BTC", "ETH", "LTC")


def agree(course: Course, test: Backtest, table: BarTable) -> int:
    """Compare labels and phases with those of a whole file; return how many days differ."""
    end = course.ends_at + timedelta(minutes=5)
    series = [closed_days(daily(one), table.source, end, most=9_999) for one in table.series]
    labels = label_days(
        [one for one in series if one is not None],
        asset=Asset("BTC"),
        fear_greed=None,
        regime=POLICY.regime,
        stress=POLICY.stress,
    )
    told = {row.day: (row.regime.value, row.pause.value) for row in labels}
    days = [course.day(bar) for bar in range(len(course))]
    assert [told[one][0] for one in days] == list(test.run.regimes)
    lived = zip(days, test.run.phases, strict=True)
    return sum(told[one][1] != phase for one, phase in lived)


def test_regimes_and_pauses_are_those_of_the_signals_command() -> None:
    """On the same bars every day has the same label, and the pause runs the same."""
    calm = market(700, COINS, seed=2, volatility=0.03)
    table = replace(calm, series=tuple(map(_crashed, calm.series)))
    course = course_of(table, POLICY)
    test = run_backtest(course, POLICY)
    assert agree(course, test, table) == 0
    assert len(set(test.run.regimes)) > 2
    assert set(test.run.phases) >= {"NORMAL", "PAUSED"}


def _crashed(bars: AssetBars) -> AssetBars:
    """Let a coin lose a tenth on three days in a row: a pause, and no shock within a day."""
    number = np.arange(len(bars))
    factor = 0.9 ** np.clip(number - 550, 0, 3)
    columns = (bars.opens, bars.highs, bars.lows, bars.closes)
    opens, highs, lows, closes = (column * factor for column in columns)
    return AssetBars(bars.asset, bars.starts, opens, highs, lows, closes, bars.volumes)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without figures worked out beforehand every decision is the same."""
    table = market(560, COINS, seed=12)
    course = course_of(table, POLICY)
    quick = run_backtest(course, POLICY)
    monkeypatch.setattr(Batches, "prepare", lambda *_: None)
    assert run_backtest(course, POLICY).decision_ids == quick.decision_ids
    assert run_backtest(course, POLICY).proposals == quick.proposals


def test_drift_is_the_drift_of_the_comparisons() -> None:
    """The comparison's drift and a run without approvals are one portfolio."""
    course = course_of(market(500, COINS, seed=3), POLICY, start=day(470))
    test = run_backtest(course, POLICY, approvals=NEVER)
    run = drift(Terms(course.matrix, POLICY))
    np.testing.assert_allclose(test.run.values, run.values, rtol=1e-12)
    np.testing.assert_allclose(test.run.weights, run.weights, atol=1e-12)


@pytest.mark.data
def test_real_days_are_told_as_the_signals_command_tells_them(
    market_data_dir: Path, tmp_path: Path
) -> None:
    """2022 and 2023 of real prices: equal labels, the known pauses, and the books of each day."""
    table = parquet.read_table(market_data_dir / "spot_1d.parquet")
    wanted = pc.and_(
        pc.equal(table["source"], "binance"),
        pc.is_in(table["asset"], value_set=pa.array(list(COINS))),
    )
    names = ("asset", "ts", "open", "high", "low", "close")
    kept = table.filter(wanted)
    columns = {**{name: kept[name] for name in names}, "volume": kept["volume_base"]}
    parquet.write_table(pa.table(columns), tmp_path / "binance.parquet")
    bars = read_bars(tmp_path / "binance.parquet")
    early = bars.before(day(3_652))  # 2024-01-01
    policy = POLICY
    course = course_of(early, policy)
    test = run_backtest(course, policy)
    # A fall of 15 % within a day counts at once, live and here; labels of a file see daily bars.
    assert agree(course, test, early) < 20
    paused = {course.day(bar) for bar, phase in enumerate(test.run.phases) if phase == "PAUSED"}
    for known in ((2020, 3, 12), (2021, 5, 19), (2022, 6, 13), (2022, 11, 9)):
        assert type(course.day(0))(*known) in paused
    assert test.series.is_evaluated.all()
