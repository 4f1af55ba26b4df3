"""What a study reads: which files, which columns, and what each mistake says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from bot.research.study.funding_rates import daily_means
from bot.research.study.history import History, read_history
from core.domain.errors import InputInvalid
from core.domain.units import Asset
from core.simulation.bar_table import DAY
from tests.study.world import history_folder, prices, spot_file, spot_rows, stamps

FIRST = date(2020, 1, 1)
USD = Asset("USD")


def read(folder: Path) -> History:
    """Read a folder in dollars."""
    return read_history(folder, quote=USD)


def test_venues_stay_apart(tmp_path: Path) -> None:
    """Each source is a table of its own, and a source with two currencies is two."""
    rows = [
        spot_rows(FIRST, prices(10, 1, level=10), asset="BTC", source="one"),
        spot_rows(FIRST, prices(10, 2, level=20), asset="BTC", source="two"),
        spot_rows(FIRST, prices(10, 3, level=30), asset="BTC", source="two", quote="USDT"),
    ]
    found = read(spot_file(tmp_path, rows)).venues
    assert [(one.name, one.quote) for one in found] == [
        ("one", "USD"),
        ("two", "USD"),
        ("two", "USDT"),
    ]
    assert [float(one.table.series[0].opens[0]) // 9 for one in found] == [1.0, 2.0, 3.0]


def test_volume_in_money_is_divided_by_the_close(tmp_path: Path) -> None:
    """A source that knows its volume in quote currency only is read in coins all the same."""
    columns = prices(10, 1)
    spot_file(tmp_path, [spot_rows(FIRST, columns, asset="BTC", source="yahoo")])
    volumes = read(tmp_path).venues[0].table.series[0].volumes
    np.testing.assert_allclose(volumes, columns["volume"])


def test_a_mistake_is_told_with_its_row_in_the_whole_file(tmp_path: Path) -> None:
    """The row that is named is the file's, not that of the rows of one source."""
    bad = prices(10, 2)
    bad["low"][4] = bad["high"][4] * 2
    rows = [
        spot_rows(FIRST, prices(10, 1), asset="BTC", source="alpha"),
        spot_rows(FIRST, bad, asset="BTC", source="beta"),
    ]
    with pytest.raises(InputInvalid, match=r"row 15 \(BTC 2020-01-05 00:00 UTC\) has a high"):
        read(spot_file(tmp_path, rows))


def test_the_index_counts_from_its_own_day_and_funding_from_the_end_of_its_day(
    tmp_path: Path,
) -> None:
    """Fear & Greed of day D is known at D; funding of day D when D is over."""
    history = read(history_folder(tmp_path / "data", first=FIRST, days=20))
    assert history.fear_greed is not None
    assert all(row.known_at == row.about for row in history.fear_greed.readings)
    rates = {series.asset: series for series in history.funding}
    assert sorted(rates) == ["BTC", "ETH"]
    assert all(series.source == "binance" for series in history.funding)
    for row in rates[Asset("BTC")].readings:
        assert row.known_at == row.about + timedelta(days=1)
        assert row.value == Decimal("0.0001000000")


def test_a_day_with_a_missing_payment_has_no_funding() -> None:
    """Two payments of three are no mean of a day."""
    seconds = np.arange(-1, 9) * DAY // 3
    whole, means = daily_means(seconds, np.full(10, 3e-4))
    assert whole.tolist() == [0, DAY, 2 * DAY]
    np.testing.assert_allclose(means, 3e-4)
    kept = np.delete(np.arange(10), 5)
    assert daily_means(seconds[kept], np.full(9, 3e-4))[0].tolist() == [0, 2 * DAY]


def test_plain_bar_files_are_a_venue_each_and_gaps_stay_gaps(tmp_path: Path) -> None:
    """Hourly bars are joined to days; a day without any bar is missing, not made up."""
    hours = np.delete(np.arange(24 * 5), np.arange(24, 48))
    columns = {name: cells[: len(hours)] for name, cells in prices(200, 1).items()}
    starts = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) + hours * 3600
    table = pa.table(
        {
            "asset": ["BTC"] * len(hours),
            "ts": pa.array(starts * 1000).cast(pa.timestamp("ms", "UTC")),
            **columns,
        }
    )
    parquet.write_table(table, tmp_path / "hourly.parquet")
    (venue,) = read(tmp_path).venues
    assert (venue.name, venue.quote) == ("hourly", "USD")
    days = (venue.table.series[0].starts // DAY).tolist()
    assert [day - days[0] for day in days] == [0, 2, 3, 4]


def test_two_bar_files_are_never_two_venues_of_one_name(tmp_path: Path) -> None:
    """Files that differ in their ending only are refused by name, whatever lies between them."""
    table = pa.table({"asset": ["BTC"] * 10, "ts": stamps(FIRST, 10), **prices(10, 1)})
    for name in ("days.parquet", "days-more.parquet"):
        parquet.write_table(table, tmp_path / name)
    assert [one.name for one in read(tmp_path).venues] == ["days-more", "days"]
    csv.write_csv(table, tmp_path / "days.csv")
    with pytest.raises(InputInvalid, match=r"holds days\.(csv|parquet) and days\..*Rename one"):
        read(tmp_path)


def test_one_bar_file_may_be_named_itself(tmp_path: Path) -> None:
    """--data takes a single bar file too."""
    path = tmp_path / "days.parquet"
    table = pa.table({"asset": ["BTC"] * 10, "ts": stamps(FIRST, 10), **prices(10, 1)})
    parquet.write_table(table, path)
    assert [one.name for one in read(path).venues] == ["days"]


def test_equal_data_have_an_equal_digest_and_other_data_another(tmp_path: Path) -> None:
    """The digest follows the bytes of the files that were read."""
    for name, days in (("a", 20), ("b", 20), ("c", 21)):
        history_folder(tmp_path / name, first=FIRST, days=days)
    one, same, other = (read(tmp_path / name) for name in "abc")
    assert one.digest == same.digest != other.digest
    assert [file.name for file in one.files] == [
        "spot_1d.parquet",
        "fear_greed_1d.parquet",
        "funding.parquet",
    ]


def test_what_is_missing_beside_the_prices_is_told(tmp_path: Path) -> None:
    """Without index and funding a study runs, and says what was not watched."""
    spot_file(tmp_path, [spot_rows(FIRST, prices(10, 1), asset="BTC", source="one")])
    notes = read(tmp_path).notes
    assert len(notes) == 2
    assert "fear_greed_1d.parquet" in notes[0]
    assert "funding.parquet" in notes[1]


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere", "is not there; name the folder"), ("empty", "holds neither spot_1d.parquet nor")],
)
def test_a_folder_without_history_is_told(tmp_path: Path, name: str, message: str) -> None:
    """A wrong folder is named, with what was expected there."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputInvalid, match=message):
        read(tmp_path / name)


def test_an_absurd_rate_is_refused(tmp_path: Path) -> None:
    """A funding rate above ten percent is a mistake in the file, told with its row."""
    folder = history_folder(tmp_path / "data", first=FIRST, days=10)
    path = folder / "funding.parquet"
    table = parquet.read_table(path)
    rates = table.column("rate").to_pylist()
    rates[6] = 5.0
    parquet.write_table(table.set_column(3, "rate", pa.array(rates)), path)
    with pytest.raises(InputInvalid, match="row 7 has the rate 5"):
        read(folder)
