"""``history export``: stored tracks joined into one bar file, and what is refused."""

from pathlib import Path

import pytest

from bot.research.bars import read_bars
from tests.history.program import Ended, run
from tests.history.test_import import rows


@pytest.fixture
def data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a data folder with days of three coins in USD, hours of one, and one in EUR."""
    folder, archive = tmp_path / "data", tmp_path / "archive"
    archive.mkdir()
    for name, text in {
        "XBTUSD_1440": rows(420),
        "ETHUSD_1440": rows(410, skip=frozenset({7, 8})),
        "SOLUSD_1440": rows(3),
        "XBTUSD_60": rows(30, 3600),
        "XBTEUR_1440": rows(5),
        "ADAGBP_1440": rows(1),
    }.items():
        (archive / f"{name}.csv").write_text(text)
    assert run(capsys, "history", "import", archive, "--data", folder).code == 0
    return folder


def _export(
    capsys: pytest.CaptureFixture[str], data: Path, out: Path | str, *words: object
) -> Ended:
    return run(capsys, "history", "export", out, *words, "--data", data)


def test_what_is_stored_becomes_one_file_that_everything_reads(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every stored candle stands in the file, gaps stay gaps, and the labels are made of it."""
    out = tmp_path / "days.parquet"
    ended = _export(capsys, data, out, "--quote", "USD", "--interval", "1d")
    assert (ended.code, ended.err) == (0, "")
    assert "1d candles of kraken in USD" in ended.out
    assert "BTC: 420 candles, from 2024-01-01 00:00 to 2025-02-23 00:00 UTC" in ended.out
    assert "candles missing: 2, gaps: 1" in ended.out
    table = read_bars(out)
    assert [(bars.asset, len(bars)) for bars in table.series] == [
        ("BTC", 420),
        ("ETH", 408),
        ("SOL", 3),
    ]
    stored = read_bars(data / "history" / "kraken" / "BTC-USD-1d.parquet").series[0]
    for name in ("starts", "opens", "highs", "lows", "closes", "volumes"):
        assert getattr(table.series[0], name).tolist() == getattr(stored, name).tolist()
    labelled = run(capsys, "signals", "--bars", out, "--csv")
    assert labelled.code == 0
    assert len(labelled.out.splitlines()) == 1 + 21


def test_only_the_coins_that_are_named_go_into_the_file(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--asset chooses among the stored coins, and may be repeated."""
    out = tmp_path / "two.parquet"
    words = ("--quote", "USD", "--interval", "1d", "--asset", "SOL", "--asset", "ETH")
    assert _export(capsys, data, out, *words).code == 0
    assert read_bars(out).assets == ("ETH", "SOL")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "here are several: kraken in EUR, 1d; kraken in GBP, 1d; kraken in USD, 1d"),
        (("--asset", "BTC", "--quote", "USD"), "kraken in USD, 1d; kraken in USD, 1h"),
        (("--asset", "XRP"), "nothing that is stored fits"),
        (("--venue", "binance"), "nothing that is stored fits"),
        (("--quote", "EUR", "--asset", "BTC", "--asset", "ETH"), "no candles of ETH are stored"),
        (("--asset", "btc"), "--asset is 'btc'"),
        (("--quote", "GBP"), "at least two are needed"),
    ],
)
def test_what_cannot_be_one_file_is_refused(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    problem: str,
) -> None:
    """Prices of two venues, currencies or intervals never mix, and a missing coin is named."""
    ended = _export(capsys, data, tmp_path / "out.parquet", *words)
    assert ended.code == 2
    assert problem in ended.err
    assert not (tmp_path / "out.parquet").exists()


def test_no_file_is_overwritten_and_none_half_written(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is there stays as it is; a bad place or ending is named, and nothing is left behind."""
    out = tmp_path / "mine.parquet"
    out.write_text("precious")
    assert "is there already" in _export(capsys, data, out, "--quote", "EUR").err
    assert out.read_text() == "precious"
    csv = _export(capsys, data, tmp_path / "out.csv", "--quote", "EUR")
    assert "does not end in .parquet" in csv.err
    nowhere = _export(capsys, data, tmp_path / "no" / "out.parquet", "--quote", "EUR")
    assert "cannot be written (No such file or directory)" in nowhere.err
    assert {path.name for path in tmp_path.iterdir()} == {"data", "archive", "mine.parquet"}


def test_an_empty_cache_has_nothing_to_export(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without any history the command says so, and names the folder."""
    ended = _export(capsys, tmp_path, tmp_path / "out.parquet")
    assert ended.code == 2
    assert f"nothing is stored below {tmp_path}" in ended.err
