"""Bar files: what is read, and what is refused with which words."""

import gzip
import math
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from bot.research.bars import read_bars
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.simulation.bar_table import daily

HEADER = "asset,ts,open,high,low,close,volume"
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def _row(asset: str = "BTC", hour: float = 0, **cells: str) -> str:
    """Return one CSV row; cells may be set by name."""
    ts = (FIRST + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%SZ")
    row = {"asset": asset, "ts": ts, "open": "10", "high": "12", "low": "9", "close": "11"}
    return ",".join({**row, "volume": "5", **cells}.values())


def _csv(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "my_bars.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def _parquet(folder: Path, **columns: Any) -> Path:  # noqa: ANN401  # columns of any type
    ts = pa.array([FIRST, FIRST + timedelta(hours=1)], pa.timestamp("ms", "UTC"))
    full = {
        "asset": ["BTC", "BTC"],
        "ts": ts,
        "open": [10.0, 11.0],
        "high": [12.0, 12.0],
        "low": [9.0, 9.0],
        "close": [11.0, 10.0],
        "volume": [5.0, None],
        **columns,
    }
    path = folder / "my_bars.parquet"
    parquet.write_table(pa.table({k: v for k, v in full.items() if v is not None}), path)
    return path


def _refusal(path: Path) -> str:
    """Return the one sentence a file is refused with."""
    with pytest.raises(InputInvalid) as caught:
        read_bars(path)
    assert caught.value.code == "BAR_FILE"
    (problem,) = caught.value.problems
    assert "\n" not in problem
    assert str(path) in problem
    return problem


def test_a_csv_file_is_read(tmp_path: Path) -> None:
    """A tidy CSV file becomes columns by asset; further columns are ignored."""
    header = "trades," + HEADER
    rows = [f"x,{_row('ETH', hour)}" for hour in (0, 1)] + [f"7,{_row('BTC', h)}" for h in (1, 2)]
    table = read_bars(_csv(tmp_path, *rows, header=header))
    assert table.assets == ("BTC", "ETH")
    assert table.interval == timedelta(hours=1)
    assert table.source == "my_bars"
    assert table.notes == ()
    assert (table.begins_at, table.ends_at) == (FIRST, FIRST + timedelta(hours=3))
    ether = table.bars_of(Asset("ETH"))
    assert ether is not None
    assert ether.highs.tolist() == [12, 12]


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    """The same bars as parquet and as CSV are the same table."""
    rows = [_row(), _row(hour=1, open="11", close="10", volume="")]
    one = read_bars(_csv(tmp_path, *rows)).series[0]
    two = read_bars(_parquet(tmp_path)).series[0]
    for name in ("starts", "opens", "highs", "lows", "closes", "volumes"):
        assert np.array_equal(getattr(one, name), getattr(two, name), equal_nan=True)
    assert math.isnan(two.volumes[1])


def test_a_packed_csv_file_is_read(tmp_path: Path) -> None:
    """A gzipped CSV file is read like a plain one."""
    plain = _csv(tmp_path, _row(), _row(hour=1))
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_bars(packed).source == "packed"


def test_times_without_a_zone_are_utc_and_it_is_said(tmp_path: Path) -> None:
    """In CSV a time without a zone is read as UTC, with a note; one with a zone is converted."""
    naive = read_bars(_csv(tmp_path, _row(ts="2024-01-01 00:00"), _row(ts="2024-01-01 01:00")))
    assert naive.begins_at == FIRST
    assert naive.notes == ("Times without a zone in my_bars.csv were read as UTC.",)
    east = read_bars(
        _csv(tmp_path, _row(ts="2024-01-01T02:00:00+02:00"), _row(ts="2024-01-01T03:00:00+02:00"))
    )
    assert east.begins_at == FIRST
    assert east.notes == ()


def test_gaps_stay_gaps(tmp_path: Path) -> None:
    """A missing hour is not filled, and the interval is the most common distance."""
    table = read_bars(_csv(tmp_path, *[_row(hour=hour) for hour in (0, 1, 2, 7, 8)]))
    assert len(table.series[0]) == 5
    assert table.interval == timedelta(hours=1)


def test_only_the_wanted_assets_come_back(tmp_path: Path) -> None:
    """A selection keeps those assets, and names the ones that are not in the file."""
    rows = [_row(asset, hour) for asset in ("BTC", "ETH") for hour in (0, 1)]
    path = _csv(tmp_path, *rows)
    assert read_bars(path, assets=[Asset("ETH")]).assets == ("ETH",)
    with pytest.raises(InputInvalid, match="no bars of SOL; it has BTC, ETH"):
        read_bars(path, assets=[Asset("ETH"), Asset("SOL")])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([_row(open="0")], ["row 1 (BTC 2024-01-01 00:00 UTC)", "open 0", "no price"]),
        ([_row(close="-3")], ["row 1", "close -3"]),
        ([_row(low="")], ["row 1", "low (empty)", "gap"]),
        ([_row(high="inf")], ["row 1", "high inf"]),
        ([_row(open="1e13", high="1e13")], ["row 1", "open 1e+13"]),
        ([_row(), _row(hour=1, high="8", low="9")], ["row 2 (BTC 2024-01-01 01:00", "low of 9"]),
        ([_row(close="12.5")], ["close 12.5", "low 9 and high 12"]),
        ([_row(open="8")], ["open 8", "low 9 and high 12"]),
        ([_row(volume="-1")], ["volume -1"]),
        ([_row(volume="inf")], ["volume inf"]),
        ([_row(open="ten")], ["row 1", "open 'ten'", "not a number"]),
        ([_row(), _row(hour=1, open="1_0")], ["row 2", "open '1_0'", "not a number"]),
        ([_row(), _row()], ["row 2 (BTC", "the time of row 1", "one row per bar"]),
        ([_row(hour=5), _row(hour=4)], ["row 2 (BTC 2024-01-01 04:00", "older than row 1", "sort"]),
        ([_row(ts="yesterday")], ["row 1", "'yesterday'", "2024-01-31T13:00:00Z"]),
        ([_row(), _row(ts="1704070800")], ["row 2", "'1704070800'", "not a time"]),
        ([_row(ts="")], ["row 1", "ts is empty"]),
        ([_row(), _row(asset="")], ["row 2", "asset is empty"]),
        ([_row("btc")], ["'btc'", "capital letters"]),
        ([_row(), _row(hour=1), _row(hour=2), _row(hour=2.5)], ["row 4", "multiple of 1:00:00"]),
        ([_row(ts="2024-01-01T00:00:00.5Z"), _row(hour=1)], ["row 1", "whole second"]),
        ([_row(hour=0), _row(hour=5), _row(hour=10)], ["5:00:00", "divide a day"]),
        (
            [*[_row(hour=h) for h in range(3)], *[_row("ETH", 24 * d) for d in range(3)]],
            ["bars of ETH are 1 day, 0:00:00 apart", "1:00:00", "one file per interval"],
        ),
        ([_row()], ["one bar per asset", "two"]),
        ([], ["no bars"]),
        ([_row() + ",9"], ["cannot be read as CSV"]),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(tmp_path: Path, rows: list[str], words: list[str]) -> None:
    """Whatever is wrong with a row: file, row, value and mend stand in one sentence."""
    problem = _refusal(_csv(tmp_path, *rows))
    assert [word for word in words if word not in problem] == []


def test_a_missing_or_double_column_is_named(tmp_path: Path) -> None:
    """A column that is missing or there twice is named, with what the file has."""
    path = _csv(tmp_path, "BTC,2024-01-01,1", header="asset,time,open")
    assert "no column 'ts', only asset, time, open" in _refusal(path)
    path = _csv(tmp_path, _row() + ",1", header=HEADER + ",open")
    assert "more than one column 'open'" in _refusal(path)
    assert "no column 'low'" in _refusal(_parquet(tmp_path, low=None))


def test_parquet_times_need_a_zone(tmp_path: Path) -> None:
    """Parquet files say what their times mean: without a zone they are refused."""
    naive = pa.array([datetime(2024, 1, 1), datetime(2024, 1, 2)], pa.timestamp("ms"))  # noqa: DTZ001
    problem = _refusal(_parquet(tmp_path, ts=naive))
    assert "timestamp[ms], which has no time zone" in problem
    assert "timestamp in UTC" in problem
    assert "int64" in _refusal(_parquet(tmp_path, ts=[1, 2]))


def test_parquet_cells_are_checked_too(tmp_path: Path) -> None:
    """Empty and unreadable cells of a parquet file are named with their row."""
    assert "row 2 (BTC" in _refusal(_parquet(tmp_path, close=[11.0, None]))
    assert "row 2: open 'x' is not a number" in _refusal(_parquet(tmp_path, open=["10", "x"]))
    assert "row 2: asset is empty" in _refusal(_parquet(tmp_path, asset=["BTC", None]))
    assert "row 1: open [1.0]" in _refusal(_parquet(tmp_path, open=[[1.0], [2.0]]))
    times = pa.array([FIRST, FIRST], pa.timestamp("ms", "UTC"))
    assert "not a number" in _refusal(_parquet(tmp_path, open=times))


@pytest.mark.parametrize("name", ["broken.parquet", "broken.csv"])
def test_an_unreadable_file_is_said_to_be_so(tmp_path: Path, name: str) -> None:
    """A file that is not what its ending says is refused as a whole."""
    path = tmp_path / name
    path.write_bytes(b"")
    assert "cannot be read as" in _refusal(path)
    path.write_bytes(b"PAR1 \xff\xfe\x00 nonsense PAR1")
    assert "cannot be read as" in _refusal(path) or "no column" in _refusal(path)


def test_what_is_no_bar_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder and an unknown ending each get their own words."""
    assert "is not there" in _refusal(tmp_path / "nothing.csv")
    assert "is a folder; check the path" in _refusal(tmp_path)
    other = tmp_path / "bars.xlsx"
    other.write_text("")
    assert "neither in .parquet nor in .csv" in _refusal(other)


def test_reading_needs_no_pandas(tmp_path: Path) -> None:
    """The bot replays a bar file without loading pandas."""
    paths = [str(_csv(tmp_path, _row(), _row(hour=1, volume=""))), str(_parquet(tmp_path))]
    program = (
        "import sys; from bot.research.bars import read_bars\n"
        "assert 'pyarrow' not in sys.modules\n"
        "for path in sys.argv[1:]: read_bars(path)\n"
        "sys.exit('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, *paths], check=False)
    assert done.returncode == 0


@pytest.mark.data
@pytest.mark.parametrize("name", ["binance_spot_1h", "kraken_spot_1h", "bitfinex_spot_1h"])
def test_real_history_is_read(market_data_dir: Path, name: str) -> None:
    """Files of real history pass every check, and their outages stay gaps."""
    table = read_bars(market_data_dir / f"{name}.parquet", assets=[Asset("BTC")])
    (bitcoin,) = table.series
    span = (table.ends_at - table.begins_at) // timedelta(hours=1)
    assert table.interval == timedelta(hours=1)
    assert 0.8 * span < len(bitcoin) < span


@pytest.mark.data
def test_a_known_close_of_real_history(market_data_dir: Path) -> None:
    """The day of 9 November 2022 closes where it is known to have closed."""
    table = read_bars(market_data_dir / "binance_spot_1h.parquet", assets=[Asset("BTC")])
    days = daily(table.series[0])
    day = int(datetime(2022, 11, 9, tzinfo=UTC).timestamp())
    assert days.closes[days.starts == day].tolist() == [15922.81]
