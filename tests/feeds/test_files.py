"""Collected readings for replays: checked when they are read, told only when they are past."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from bot.clocks import SimulatedClock
from bot.feeds.files import ListedReadings
from bot.feeds.gather import StoredReadings
from bot.research.reading_files import read_readings
from bot.store.sqlite import open_store
from core.domain.errors import InputInvalid
from core.domain.readings import ReadingKind
from tests.feeds.wires import DAY, days, fear

START = datetime(2022, 11, 1, tzinfo=UTC)
ROWS = tuple((day, fear(day)) for day in days(START, START + 29 * DAY))


def _feed(clock: SimulatedClock) -> ListedReadings:
    return ListedReadings(ROWS, clock, ReadingKind.FEAR_GREED, source="file")


async def test_no_value_is_told_before_its_time() -> None:
    """At every hour of a replay only what is stamped now or before is known."""
    clock = SimulatedClock(START - DAY)
    feed = _feed(clock)
    known: set[datetime] = set()
    for hour in range(24 * 32):
        clock.advance_to(START - DAY + timedelta(hours=hour))
        told = await feed.read()
        assert all(row.about <= clock.now() for row in told)
        assert [row.about for row in told] == sorted(row.about for row in told)
        known |= {row.about for row in told}
        assert known == {day for day, _ in ROWS if day <= clock.now()}


async def test_a_replay_that_starts_late_knows_all_that_is_past() -> None:
    """History is there at the first question, and only news afterwards."""
    clock = SimulatedClock(START + 20 * DAY)
    feed = _feed(clock)
    assert len(await feed.read()) == 21
    clock.advance_to(START + 21 * DAY)
    assert len(await feed.read()) == 12
    assert feed.promises == ((ReadingKind.FEAR_GREED, ""),)


async def test_a_replayed_file_ends_in_a_point_in_time_series(tmp_path: Path) -> None:
    """Gathered day by day, the store holds the file's values as they became known."""
    clock = SimulatedClock(START + 5 * DAY)
    with open_store(tmp_path / "evenkeel.db") as store:
        gatherer = StoredReadings((_feed(clock),), (), store=store, clock=clock)
        for day in range(5, 20):
            clock.advance_to(START + day * DAY)
            series = (await gatherer.gather()).series[0]
            assert [(row.about, row.value) for row in series.readings] == list(ROWS[: day + 1])
            assert series.is_point_in_time


def test_rows_out_of_order_are_refused() -> None:
    """A feed cannot tell what is past from rows in disorder."""
    clock = SimulatedClock(START)
    with pytest.raises(InputInvalid, match="tell 2022-11-01 after 2022-11-01; keep one row"):
        ListedReadings((ROWS[0], ROWS[0]), clock, ReadingKind.FEAR_GREED, source="file")


def _csv(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(("ts,value,classification", *rows)) + "\n", encoding="utf-8")
    return path


def test_a_csv_file_is_read(tmp_path: Path) -> None:
    """Values come as exact decimals, times as aware UTC, other columns are ignored."""
    path = _csv(tmp_path / "fg.csv", "2022-11-08T00:00:00Z,31,Fear", "2022-11-09T00:00:00Z,29.1,x")
    assert read_readings(path) == (
        (datetime(2022, 11, 8, tzinfo=UTC), Decimal(31)),
        (datetime(2022, 11, 9, tzinfo=UTC), Decimal("29.1")),
    )


def test_a_parquet_file_is_read(tmp_path: Path) -> None:
    """Whole numbers and times of any precision come out as in a CSV file."""
    path = tmp_path / "fg.parquet"
    stamps = pa.array([day for day, _ in ROWS], pa.timestamp("ms", "UTC"))
    values = pa.array([int(value) for _, value in ROWS], pa.int16())
    parquet.write_table(pa.table({"ts": stamps, "value": values}), path)
    assert read_readings(path) == ROWS


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["2022-11-08T00:00:00Z,-1,"],
            r"row 1 \(2022-11-08 00:00 UTC\) has the value -1, .*0 to 100",
        ),
        (["2022-11-08T00:00:00Z,101,"], "has the value 101, which is not from 0 to 100"),
        (["2022-11-08T00:00:00Z,inf,"], "has the value inf, which is not from 0 to 100"),
        (["2022-11-08T00:00:00Z,,"], "has no value; fill it in or remove the row"),
        (["2022-11-08T00:00:00Z,NaN,"], "has no value; fill it in or remove the row"),
        (["2022-11-08T00:00:00Z,fear,"], "value 'fear' is not a number; correct the cell"),
        (["soon,31,"], "row 1: ts 'soon' is not a time; write it like"),
        ([",31,"], "row 1: ts is empty; fill it in or remove the row"),
        (
            ["2022-11-08T00:00:00Z,31,", "2022-11-08T00:00:00Z,31,"],
            r"row 2 \(2022-11-08 00:00 UTC\) has the time of row 1; keep one row per day",
        ),
        (
            ["2022-11-08T00:00:00Z,31,", "2022-11-07T00:00:00Z,31,"],
            "row 2 .* is older than row 1; keep one row per day and sort them by time",
        ),
        ([], "holds no readings; it needs at least one row"),
    ],
)
def test_an_unusable_row_is_named(rows: list[str], message: str, tmp_path: Path) -> None:
    """The message names the file, the row, the value and the mend."""
    path = _csv(tmp_path / "fg.csv", *rows)
    with pytest.raises(InputInvalid, match=message) as caught:
        read_readings(path)
    assert caught.value.code == "READING_FILE"
    assert str(path) in str(caught.value)


def test_an_unusable_file_is_named(tmp_path: Path) -> None:
    """A file that is absent, of another kind, or without the columns is refused by name."""
    with pytest.raises(InputInvalid, match="is not there; check the path of the reading file"):
        read_readings(tmp_path / "none.csv")
    with pytest.raises(InputInvalid, match="is a folder; check the path of the reading file"):
        read_readings(tmp_path)
    other = tmp_path / "fg.txt"
    other.write_text("ts,value\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"neither in \.parquet nor in \.csv"):
        read_readings(other)
    bare = tmp_path / "bare.csv"
    bare.write_text("ts,price\n2022-11-08T00:00:00Z,1\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match="has no column 'value', only ts, price"):
        read_readings(bare)


def test_another_scale_can_be_asked_for(tmp_path: Path) -> None:
    """A ratio may exceed a hundred when the caller says so."""
    path = _csv(tmp_path / "mvrv.csv", "2010-07-18T00:00:00Z,146.04,")
    assert read_readings(path, high=Decimal(1000))[0][1] == Decimal("146.04")


@pytest.mark.data
def test_the_real_index_can_be_read(market_data_dir: Path) -> None:
    """Six years of the real index pass every check, and the crash days of 2022 read 31 and 29."""
    values = dict(read_readings(market_data_dir / "fear_greed_1d.parquet"))
    assert len(values) == 2522
    assert values[datetime(2022, 11, 8, tzinfo=UTC)] == 31
    assert values[datetime(2022, 11, 9, tzinfo=UTC)] == 29
