"""Kraken's archive: found, checked, merged, and read by everything that reads bar files."""

import json
import zipfile
from pathlib import Path

import pytest

from bot.research.archives import members_of, read_member
from bot.research.bars import read_bars
from core.domain.errors import InputInvalid
from tests.history.program import run

START = 1_704_067_200  # 2024-01-01


def rows(count: int, step: int = 86_400, *, skip: frozenset[int] = frozenset()) -> str:
    """Return the lines of one archive file."""
    return "".join(
        f"{START + number * step},{100 + number},{105 + number},{95 + number},{101 + number},"
        f"{2.5 + number},{10 + number}\n"
        for number in range(count)
        if number not in skip
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive as Kraken packs it, with files that are not ours to read."""
    path = tmp_path / "Kraken_OHLCVT.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("XBTUSD_1440.csv", rows(5, skip=frozenset({2})))
        file.writestr("XBTUSD_60.csv", rows(30, 3600))
        file.writestr("XBTUSD_5.csv", rows(30, 300))
        file.writestr("nested/XDGUSD_1440.csv", rows(3))
        file.writestr("ETHXBT_1440.csv", rows(4))
        file.writestr("XBTUSDT_1440.csv", rows(6))
        file.writestr("SOLUSD_1440.csv", "")
        file.writestr("__MACOSX/._ETHUSD_1440.csv", "nothing")
        file.writestr("readme.txt", "nothing")
    return path


def test_the_files_of_an_archive_are_found_by_their_names(archive: Path) -> None:
    """Kraken's names become ours, and only days and hours are taken."""
    titles = [member.track.title for member in members_of(archive)]
    assert titles == [
        "kraken BTC/USD 1d",
        "kraken BTC/USD 1h",
        "kraken BTC/USDT 1d",
        "kraken DOGE/USD 1d",
        "kraken ETH/BTC 1d",
        "kraken SOL/USD 1d",
    ]


def test_a_folder_and_a_single_file_are_archives_too(archive: Path, tmp_path: Path) -> None:
    """What was unpacked is read alike."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    assert len(members_of(folder)) == 6
    (one,) = members_of(folder / "nested" / "XDGUSD_1440.csv")
    bars = read_member(one)
    assert bars is not None
    assert (bars.asset, len(bars)) == ("DOGE", 3)
    assert (bars.opens[1], bars.highs[1], bars.lows[1], bars.closes[1]) == (101, 106, 96, 102)
    assert bars.volumes.tolist() == [2.5, 3.5, 4.5]


def test_an_archive_is_imported_listed_and_read(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Import, list and the readers of bar files agree on one history, its gap included."""
    data = tmp_path / "data"
    ended = run(capsys, "history", "import", archive, "--quote", "USD", "--data", data)
    assert ended.code == 0
    assert "kraken BTC/USD 1d: 4 new, 4 stored, from 2024-01-01 00:00 to 2024-01-05" in ended.out
    assert "candles missing: 1, gaps: 1, left as they are:" in ended.out
    assert "1 between 2024-01-02 00:00 and 2024-01-04 00:00" in ended.out
    assert "SOL" not in ended.out
    listed = run(capsys, "history", "list", "--json", "--data", data)
    tracks = json.loads(listed.out)
    assert [(row["asset"], row["interval"], row["candles"]) for row in tracks] == [
        ("BTC", "1d", 4),
        ("BTC", "1h", 30),
        ("DOGE", "1d", 3),
    ]
    assert tracks[0]["gaps"] == [
        {"after": "2024-01-02T00:00:00Z", "before": "2024-01-04T00:00:00Z", "missing": 1}
    ]
    assert (tracks[0]["first"], tracks[0]["last"]) == (
        "2024-01-01T00:00:00Z",
        "2024-01-05T00:00:00Z",
    )
    assert [len(read_bars(row["path"]).series[0]) for row in tracks] == [4, 30, 3]
    words = run(capsys, "history", "list", "--data", data).out
    assert "kraken BTC/USD 1h: 30 stored" in words


def test_an_import_adds_and_never_overwrites(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A later archive fills what was missing; where it differs, the stored candle stays."""
    data = tmp_path / "data"
    run(capsys, "history", "import", archive, "--asset", "DOGE", "--data", data)
    later = tmp_path / "XDGUSD_1440.csv"
    later.write_text(rows(6).replace("102,3.5,", "103,3.5,"))
    ended = run(capsys, "history", "import", later, "--data", data)
    assert "kraken DOGE/USD 1d: 3 new, 6 stored" in ended.out
    assert "told differently now, and kept as stored: 1" in ended.out
    assert "2024-01-02 00:00  close 102 stored, 103 told" in ended.out
    path = data / "history" / "kraken" / "DOGE-USD-1d.parquet"
    assert read_bars(path).series[0].closes.tolist() == [101, 102, 103, 104, 105, 106]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1704067200,1,2,3\n", ["cannot be read as CSV", "time, open, high"]),
        ("time,open,high,low,close,volume,trades\n", ["row 1", "time 'time'", "not a number"]),
        ("1704067201,1,2,1,1,1,1\n", ["row 1", "1704067201", "1d candle"]),
        ("1704067200000,1,2,1,1,1,1\n", ["row 1", "epoch seconds"]),
        ("1704067200,1,2,1,5,1,1\n", ["row 1 (BTC 2024-01-01", "close 5", "high 2"]),
        ("1704067200,1,2,1,1,1,1\n" * 2, ["row 2 (BTC", "the time of row 1"]),
        (",1,2,1,1,1,1\n", ["row 1", "time ''"]),
    ],
)
def test_a_bad_row_of_an_archive_is_named(tmp_path: Path, text: str, words: list[str]) -> None:
    """Whatever is wrong: file, row, value and what was expected stand in one sentence."""
    path = tmp_path / "XBTUSD_1440.csv"
    path.write_text(text)
    (member,) = members_of(path)
    with pytest.raises(InputInvalid) as caught:
        read_member(member)
    problem = str(caught.value)
    assert str(path) in problem
    assert [word for word in words if word not in problem] == []


def test_one_bad_file_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest of an archive is imported, the bad file is named, and the exit code says so."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "ETHUSD_1440.csv").write_text("nonsense\n")
    (folder / "XBTUSD_1440.csv").write_text(rows(3))
    ended = run(capsys, "history", "import", folder, "--data", tmp_path / "data")
    assert ended.code == 1
    assert "kraken BTC/USD 1d: 3 new" in ended.out
    assert "ETHUSD_1440.csv cannot be read as CSV" in ended.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.zip", "is not there"),
        ("broken.zip", "cannot be read as a zip file"),
        ("empty.zip", "holds no daily or hourly file"),
    ],
)
def test_what_is_no_archive_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    """A missing file, a damaged one and one of another kind each get their own words."""
    (tmp_path / "broken.zip").write_bytes(b"PK nonsense")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as file:
        file.writestr("XBTUSD_15.csv", rows(2, 900))
    ended = run(capsys, "history", "import", tmp_path / name, "--data", tmp_path)
    assert ended.code == 2
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_asking_for_what_an_archive_lacks_is_said(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A selection that leaves nothing is a mistake, not an empty success."""
    ended = run(capsys, "history", "import", archive, "--asset", "ADA", "--data", tmp_path)
    assert ended.code == 2
    assert "holds none of what was asked for" in ended.err


def test_an_empty_cache_says_how_to_fill_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list of nothing names the two ways to something, and a damaged file by its path."""
    assert "history fetch --asset BTC" in run(capsys, "history", "list", "--data", tmp_path).out
    assert json.loads(run(capsys, "history", "list", "--json", "--data", tmp_path).out) == []
    path = tmp_path / "history" / "kraken" / "BTC-USD-1d.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"nothing")
    ended = run(capsys, "history", "list", "--data", tmp_path)
    assert ended.code == 1
    assert str(path) in ended.err
