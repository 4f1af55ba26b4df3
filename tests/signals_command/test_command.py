"""``evenkeel signals``: what it reads, what it prints, and what it refuses."""

import csv
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

import core.signals.history as labelling
from core.domain.regime import Regime
from tests.history.program import run
from tests.signals_command.made_up_days import bar_file, fear_greed, fear_greed_file, made_up

KEYS = ["date", "regime", "score", "parts", "rank", "ratio", "z1", "pause", "points", "codes"]


@pytest.fixture
def bars(tmp_path: Path) -> Path:
    """Return a bar file of three coins."""
    coins = [made_up(520, seed, asset=name) for seed, name in enumerate(("BTC", "ETH", "LTC"))]
    return bar_file(tmp_path / "days.parquet", coins)


def test_json_is_a_list_of_rows(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each row has the keys of the format in order, and every number six decimals."""
    index = fear_greed_file(tmp_path / "index.csv", fear_greed(520))
    ended = run(capsys, "signals", "--bars", bars, "--fear-greed", index, "--json")
    assert (ended.code, ended.err) == (0, "")
    rows = json.loads(ended.out)
    assert len(rows) == 121
    for row in rows:
        assert list(row) == KEYS
        assert list(row["parts"]) == ["slope", "er", "adx", "vp"]
        assert list(row["points"]) == ["price", "sentiment", "correlation"]
    assert (rows[0]["date"], rows[-1]["date"]) == ("2015-02-04", "2015-06-04")
    assert rows[0]["codes"] == ["WARMUP"]
    numbers = re.findall(r'"(?:score|slope|er|adx|vp|rank|ratio|z1)": ([^,}]+)', ended.out)
    assert len(numbers) == 8 * 121
    assert all(re.fullmatch(r"-?\d+\.\d{6}", number) for number in numbers)
    assert "-0.000000" not in numbers


def test_an_index_that_is_off_has_no_key(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --fear-greed the sentiment family is absent, in JSON and in CSV."""
    rows = json.loads(run(capsys, "signals", "--bars", bars, "--json").out)
    assert {tuple(row["points"]) for row in rows} == {("price", "correlation")}
    head = run(capsys, "signals", "--bars", bars, "--csv").out.splitlines()[0]
    assert head.endswith("z1,pause,price,correlation,codes")


def test_csv_says_what_json_says(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same figures stand in both."""
    rows = json.loads(run(capsys, "signals", "--bars", bars, "--json").out)
    table = list(csv.DictReader(io.StringIO(run(capsys, "signals", "--bars", bars, "--csv").out)))
    assert len(table) == len(rows)
    for line, row in zip(table, rows, strict=True):
        assert (line["date"], line["regime"], line["pause"]) == (
            row["date"],
            row["regime"],
            row["pause"],
        )
        assert float(line["score"]) == row["score"]
        assert float(line["vp"]) == row["parts"]["vp"]
        assert line["codes"].split() == row["codes"]


def test_empty_columns_are_told_as_null(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """High, low and volume may be empty: their parts are null, and the codes name them."""
    path = bar_file(tmp_path / "bare.parquet", [made_up(420)], without=("high", "low", "volume"))
    rows = json.loads(run(capsys, "signals", "--bars", path, "--json").out)
    assert {(row["parts"]["adx"], row["parts"]["vp"]) for row in rows} == {(None, None)}
    assert {"NO_VOLUME", "NO_RANGE"} <= set(rows[-1]["codes"])
    assert rows[-1]["points"] == {"price": 0, "correlation": None}
    cells = run(capsys, "signals", "--bars", path, "--csv").out.splitlines()[-1].split(",")
    assert cells[5:7] == ["", ""]


def test_columns_that_are_not_there_count_as_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A CSV file of closes alone is read, with a note on what it lacks; open is needed."""
    days = made_up(401)
    head = "asset,ts,open,close\n"
    lines = [
        f"BTC,{days.opened_at.date().fromordinal(735_000 + row)}T00:00:00Z,{close},{close}\n"
        for row, close in enumerate(days.closes)
    ]
    path = tmp_path / "closes.csv"
    path.write_text(head + "".join(lines))
    ended = run(capsys, "signals", "--bars", path, "--json")
    assert ended.code == 0
    assert len(json.loads(ended.out)) == 2
    assert "closes.csv has no column volume; it counts as empty." in ended.err
    path.write_text(path.read_text().replace("open", "start"))
    assert "no column 'open'" in run(capsys, "signals", "--bars", path).err


def test_the_table_shows_changes_and_a_summary(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --json: one line per change with its reason, then shares beside those of noise."""
    ended = run(capsys, "signals", "--bars", bars)
    rows = json.loads(run(capsys, "signals", "--bars", bars, "--json").out)
    changes = sum(
        (now["regime"] != before["regime"]) + (now["pause"] != before["pause"])
        for before, now in pairwise(rows)
    )
    lines = ended.out.splitlines()
    assert lines[0].split() == ["date", "from", "to", "score", "why"]
    assert lines.index("") == changes + 1
    assert "the warm-up is over" in ended.out
    assert "121 days from 2015-02-04 to 2015-06-04; the first 60 warm up." in ended.out
    shares = {line.split()[0]: line.split()[2:4] for line in lines if line.split()[1:]}
    for column in (0, 1):
        total = sum(float(shares[label][column].rstrip("%")) for label in Regime)
        assert total == pytest.approx(100, abs=0.3)
    assert "12 driftless random walks" in ended.out
    assert "times a year" in ended.out
    assert ("No pause." in ended.out) or ("pauses: " in ended.out)


def test_a_file_that_only_warms_up_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between 400 and 459 days there are rows and no labels yet."""
    path = bar_file(tmp_path / "short.parquet", [made_up(430)])
    ended = run(capsys, "signals", "--bars", path)
    assert ended.code == 0
    assert "Labels begin with the 460th day; none is published yet." in ended.out


def test_evidence_that_is_silent_is_counted_and_its_weight_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One coin tells no correlation: the summary says on how many days, and what that counts."""
    path = bar_file(tmp_path / "one.parquet", [made_up(460)])
    ended = run(capsys, "signals", "--bars", path)
    assert "unknown: correlation on 61 days, last 2015-04-05" in ended.out
    assert "counts 1 point while the price has 2 or more." in ended.out
    assert "random walks of 1,000 labelled days" in ended.out


def test_streaming_is_checked_on_request(
    bars: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """--check-streaming says that all rows agree, or ends with 1 and the first that does not."""
    ended = run(capsys, "signals", "--bars", bars, "--json", "--check-streaming")
    assert ended.code == 0
    assert "121 rows, all equal" in ended.err
    assert len(json.loads(ended.out)) == 121
    lived = labelling.label_days_streaming

    def forgetful(*args: object, **kwargs: object) -> object:
        return lived(*args, **kwargs)[:-1]  # type: ignore[arg-type]

    monkeypatch.setattr(labelling, "label_days_streaming", forgetful)
    ended = run(capsys, "signals", "--bars", bars, "--csv", "--check-streaming")
    assert ended.code == 1
    assert "there are 121 days in one batch and 120 day by day" in ended.err


def test_bad_input_is_one_sentence(
    bars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong with what was given: its name, its value, the mend, and exit code 2."""
    short = bar_file(tmp_path / "short.parquet", [made_up(399)])
    index = tmp_path / "index.csv"
    index.write_text("ts,value\n2015-01-01T12:00:00Z,50\n")
    for words, problem in (
        (("--bars", short), "there are 399 daily closes of BTC; at least 400 are needed"),
        (("--bars", bars, "--asset", "SOL"), "has no bars of SOL, only of BTC, ETH, LTC"),
        (("--bars", bars, "--asset", "sol"), "--asset is 'sol'"),
        (("--bars", bars, "--json", "--csv"), "either --json or --csv"),
        (("--bars", tmp_path / "no.csv"), "no.csv is not there"),
        (("--bars", bars, "--fear-greed", tmp_path / "no.csv"), "no.csv is not there"),
        (("--bars", bars, "--fear-greed", index), "is not the start of a day"),
    ):
        ended = run(capsys, "signals", *words)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.count("\n") == 1
        assert problem in ended.err


def test_several_sources_in_one_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same asset and day twice: the likely cause and the mend are named."""
    path = bar_file(tmp_path / "two.parquet", [made_up(410, 1), made_up(410, 2)])
    ended = run(capsys, "signals", "--bars", path)
    assert ended.code == 2
    assert "row 411 (BTC 2014-01-01 00:00 UTC) has the time of row 1" in ended.err
    assert "If the file holds several sources, keep the rows of one only" in ended.err


def test_another_coin_may_drive(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--asset changes whose bars are labelled."""
    bitcoin = json.loads(run(capsys, "signals", "--bars", bars, "--json").out)
    ether = json.loads(run(capsys, "signals", "--bars", bars, "--json", "--asset", "ETH").out)
    assert [row["date"] for row in bitcoin] == [row["date"] for row in ether]
    assert [row["score"] for row in bitcoin] != [row["score"] for row in ether]
    assert [row["points"]["correlation"] for row in bitcoin] == [
        row["points"]["correlation"] for row in ether
    ]
