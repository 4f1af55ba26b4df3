"""Autumn 2022 as the bot would have lived it: on hold, why, what it would have traded, and then."""

import json
import re
import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.e2e.test_replay import BARS, evenkeel

POLICY = """
quote = "USD"
profile = "tight"

[targets]
BTC = 35
ETH = 20
SOL = 25
USD = 20

[regime]
bands = "plain"
"""


def _hour_open(folder: Path, asset: str, at: datetime) -> Decimal:
    """Return the price at an instant, read from the bar file anew."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    filters = [("asset", "==", asset), ("ts", "==", hour)]
    row = parquet.read_table(folder / BARS, filters=filters, columns=["open"])
    return Decimal(repr(row.column("open")[0].as_py()))


def _withheld(folder: Path) -> tuple[dict[str, object], list[tuple[int, datetime, Decimal]]]:
    """Return the withheld plan's document and its marks, straight from the database."""
    (database,) = folder.glob("*/evenkeel.db")
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        ((plan,),) = connection.execute("SELECT plan FROM withheld").fetchall()
        rows = connection.execute("SELECT days, marked_at, gained FROM withheld_mark").fetchall()
    finally:
        connection.close()
    marks = [(days, datetime.fromisoformat(at).astimezone(UTC), Decimal(g)) for days, at, g in rows]
    return json.loads(plan), sorted(marks)


@pytest.mark.data
@pytest.mark.slow
def test_november_2022_is_lived_through_on_hold(tmp_path: Path, market_data_dir: Path) -> None:
    """A replay holds rebalancing from 9 November on and tells what that was worth, to the cent."""
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    printed = evenkeel(
        *("run", "--policy", str(tmp_path / "policy.toml"), "--data", str(tmp_path / "data")),
        *("--replay", str(market_data_dir / BARS), "--from", "2022-09-01", "--to", "2022-12-31"),
        *("--fear-greed", str(market_data_dir / "fear_greed_1d.parquet"), "--approve", "all"),
    )
    said = re.sub(r"\s+", " ", printed)
    began = re.search(r"9 Nov 2022 00:06 ─+ PAPER · The market is under stress: ([^.]*)\.", said)
    assert began is not None
    assert "prices fell hard" in began[1]
    assert "on hold" in said
    assert "Held back while the market is under stress: sell" in said
    plan, marks = _withheld(tmp_path / "data")
    assert [days for days, _, _ in marks] == [1, 7, 30]
    for days, marked_at, gained in marks:
        assert abs(gained - _worth(plan, market_data_dir, marked_at)) < Decimal("0.01"), days
        assert f"${abs(gained):,.0f}" in said
    assert "The time of stress is over." in said


def _worth(plan: dict[str, object], folder: Path, at: datetime) -> Decimal:
    """Add up what the plan's coins and cash would be worth at an instant."""
    trades = plan["trades"]
    assert isinstance(trades, list)
    total = Decimal(0)
    for trade in trades:
        sign = 1 if trade["side"] == "BUY" else -1
        price = _hour_open(folder, trade["asset"], at)
        total += sign * Decimal(trade["received"]) * price + Decimal(trade["cash"])
    return total
