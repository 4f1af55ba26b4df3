"""The labels of real history: the same live and in a batch, and the pauses where they belong."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from tests.history.program import run
from tests.signals_command.made_up_days import bar_file, made_up

pytestmark = [pytest.mark.data, pytest.mark.slow]


def one_source(market_data_dir: Path, folder: Path, source: str) -> Path:
    """Write a bar file with the daily bars of one source."""
    table = parquet.read_table(market_data_dir / "spot_1d.parquet")
    table = table.filter(pc.equal(table["source"], source))
    volume = table["volume_base"]
    if source == "yahoo":
        volume = pc.divide(table["volume_quote"], table["close"])
    names = ("asset", "ts", "open", "high", "low", "close")
    path = folder / f"{source}.parquet"
    parquet.write_table(pa.table({**{n: table[n] for n in names}, "volume": volume}), path)
    return path


@pytest.mark.parametrize("source", ["yahoo", "binance"])
def test_real_history_is_the_same_live_and_in_a_batch(
    market_data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    """R1 and S1: over all years every row agrees, and the known crashes pause."""
    path = one_source(market_data_dir, tmp_path, source)
    index = market_data_dir / "fear_greed_1d.parquet"
    words = ("signals", "--bars", path, "--fear-greed", index, "--json", "--check-streaming")
    ended = run(capsys, *words)
    assert ended.code == 0
    assert "all equal" in ended.err
    rows = json.loads(ended.out)
    entered = [
        date.fromisoformat(now["date"])
        for before, now in pairwise(rows)
        if now["pause"] == "PAUSED" and before["pause"] != "PAUSED"
    ]
    for first, last in (
        (date(2020, 3, 8), date(2020, 3, 12)),
        (date(2021, 5, 19), date(2021, 5, 19)),
        (date(2022, 5, 7), date(2022, 5, 9)),
        (date(2022, 6, 13), date(2022, 6, 13)),
        (date(2022, 11, 8), date(2022, 11, 8)),
    ):
        assert [day for day in entered if first <= day <= last], (first, last)
    since = [row for row in rows if row["date"] >= "2018-02-09"]
    paused = sum(row["pause"] == "PAUSED" for row in since) / len(since)
    assert 0.03 <= paused <= 0.06


def test_real_history_does_not_know_the_future(
    market_data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """R2: all bars of all coins after a day times 7, and no row up to that day changes."""
    path = one_source(market_data_dir, tmp_path, "binance")
    rows = json.loads(run(capsys, "signals", "--bars", path, "--json").out)
    day = "2022-05-06"  # the day before a pause
    table = parquet.read_table(path)
    is_later = pc.greater(table["ts"].cast(pa.date32()), pa.scalar(date.fromisoformat(day)))
    factors = pc.if_else(is_later, 7.0, 1.0)
    for name in ("open", "high", "low", "close", "volume"):
        column = table.column_names.index(name)
        table = table.set_column(column, name, pc.multiply(table[name], factors))
    changed = tmp_path / "changed.parquet"
    parquet.write_table(table, changed)
    others = json.loads(run(capsys, "signals", "--bars", changed, "--json").out)
    kept = [row for row in rows if row["date"] <= day]
    assert kept == others[: len(kept)]
    assert rows[len(kept)] != others[len(kept)]


def test_real_labels_change_seldom_and_say_more_than_noise(
    market_data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """METHODS 2.8: 4 to 15 changes a year, and more trend than a random walk has."""
    path = one_source(market_data_dir, tmp_path, "yahoo")
    out = run(capsys, "signals", "--bars", path).out.splitlines()
    shares = {line.split()[0]: line.split() for line in out if line.split()[2:]}
    real, noise = (
        sum(float(shares[label][column].rstrip("%")) for label in ("up", "down"))
        for column in (2, 3)
    )
    assert 25 < noise < 38
    assert real > noise
    (line,) = (line for line in out if "times a year" in line)
    assert 4 < float(line.split()[3]) < 15


def test_the_file_of_all_sources_is_refused_with_the_mend(
    market_data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shared daily file is not a bar file as it stands, and the message says what to do."""
    ended = run(capsys, "signals", "--bars", market_data_dir / "spot_1d.parquet")
    assert ended.code == 2
    assert "keep the rows of one only" in ended.err


def test_two_thousand_made_up_days_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """R1: 2,000 made-up bars, day by day and in one batch."""
    coins = [made_up(2000, seed, asset=name) for seed, name in enumerate(("BTC", "ETH", "LTC"))]
    path = bar_file(tmp_path / "days.parquet", coins)
    ended = run(capsys, "signals", "--bars", path, "--csv", "--check-streaming")
    assert ended.code == 0
    assert "1,601 rows, all equal" in ended.err
