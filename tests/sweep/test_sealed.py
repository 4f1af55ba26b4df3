"""What a sweep reads, counts and writes down: nothing behind the seal, and every setting once."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from bot.research.sweep.parts import Parts
from bot.research.trials import read_trials
from core.simulation.bar_table import DAY
from tests.history.program import run
from tests.sweep.test_command import folder as folder  # noqa: PLC0414  # a fixture
from tests.sweep.test_command import words_for
from tests.sweep.world import FIRST, bar_file, sealed_days, text_file

READ = 640
"""Days of the bars before the seal."""


def index_file(path: Path, *, behind: float) -> Path:
    """Write a mood for every day, with one value on all days behind the seal."""
    first = (FIRST - FIRST.replace(year=1970, month=1, day=1)).days
    days = range(READ + sealed_days(READ))
    stamps = pa.array([(first + day) * DAY * 1000 for day in days])
    values = [20.0 + day % 60 if day < READ else behind for day in days]
    table = pa.table({"ts": stamps.cast(pa.timestamp("ms", "UTC")), "value": values})
    parquet.write_table(table, path)
    return path


def rows_of(log: Path) -> list[dict[str, object]]:
    """Return the lines of a log, without the time at which they were written."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in row.items() if name != "at"} for row in rows]


def test_nothing_behind_the_seal_is_in_a_result(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With every sealed price and mood changed, a sweep prints and writes the same bytes."""
    told = []
    for name, level, mood in (("one", 1.0, 50.0), ("other", 7.0, 0.0)):
        (folder / "bars.parquet").unlink()
        bar_file(folder / "bars.parquet", sealed=level)
        index = index_file(tmp_path / f"{name}-index.parquet", behind=mood)
        words = words_for(folder, "--fear-greed", index, out=f"{name}.parquet")
        ended = run(capsys, *words)
        assert (ended.code, ended.err) == (0, "")
        told.append(ended.out.replace(f"{name}.parquet", "it"))
    one, other = told
    # How much memory is needed follows from what this process did before.
    assert one.splitlines()[1:] == other.splitlines()[1:]
    assert (folder / "one.parquet").read_bytes() == (folder / "other.parquet").read_bytes()
    # Nor are these other trials.
    assert len(rows_of(folder / "trials.jsonl")) == 1


def test_the_form_of_a_bar_file_is_no_other_sweep(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same bars from a CSV file are the same sweep: finished, and counted."""
    assert run(capsys, *words_for(folder)).code == 0
    log = (folder / "trials.jsonl").read_bytes()
    table = parquet.read_table(folder / "bars.parquet")
    csv.write_csv(table, folder / "bars.csv")
    words = words_for(folder)
    words[words.index("--bars") + 1] = str(folder / "bars.csv")
    again = run(capsys, *words)
    assert again.code == 0, again.err
    assert "is finished already" in again.out
    assert (folder / "trials.jsonl").read_bytes() == log


def test_an_opening_is_logged_and_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With a reason the sweep goes to the end of the bars, and says so."""
    ended = run(capsys, *words_for(folder, "--unseal", "release 1"))
    assert "547 bars from 2015-04-05 to 2016-10-02" in ended.out
    assert "The last twelve months, 2015-10-03 to 2016-10-02, were opened." in ended.out
    (opening,) = read_trials(folder / "trials.jsonl").openings
    assert opening.reason == "release 1"
    # The same rules on other days are another sweep.
    refused = run(capsys, *words_for(folder))
    assert (refused.code, "the bars and the span differ" in refused.err) == (2, True)


def test_all_is_logged_before_the_first_price_is_lived_through(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the work begins, the opening and every setting stand in the log; a stop leaves them."""
    log = folder / "trials.jsonl"

    def stopped(*_: object, **__: object) -> None:
        opening, settings = rows_of(log)
        assert (opening["kind"], opening["reason"]) == ("unsealed", "release 1")
        assert len(settings["settings"]) == 60  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr("bot.research.sweep.running.run_missing", stopped)
    monkeypatch.setattr("bot.research.sweep.computing.run_grid", stopped)
    monkeypatch.setattr("bot.research.sweep.computing.run_kernel", stopped)
    assert run(capsys, *words_for(folder, "--unseal", "release 1")).code == 130
    assert read_trials(log).trials == 120


def test_a_sweep_that_was_stopped_is_counted_once(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped and resumed, it leaves the file and the log of one that was not."""
    whole, halved = folder / "whole.jsonl", folder / "halved.jsonl"
    run(capsys, *words_for(folder, "--trials", whole, out="whole.parquet"))
    write = Parts.write

    def stopped(parts: Parts, first: int, figures: object) -> None:
        write(parts, first, figures)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "write", stopped)
        assert run(capsys, *words_for(folder, "--trials", halved)).code == 130
    assert rows_of(halved) == rows_of(whole)
    assert run(capsys, *words_for(folder, "--trials", halved)).code == 0
    assert rows_of(halved) == rows_of(whole)
    assert (folder / "out.parquet").read_bytes() == (folder / "whole.parquet").read_bytes()
    # Looked at beside another log, a finished sweep counts there.
    run(capsys, *words_for(folder, "--trials", folder / "third.jsonl"))
    assert rows_of(folder / "third.jsonl") == rows_of(whole)


def test_a_policy_of_two_grids_is_one_trial(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Grids that overlap count what they share once; a policy file that is in no grid counts."""
    text_file(folder / "one.toml", '"bands.delta" = [0, 0.5, 1]')
    text_file(folder / "two.toml", '"bands.delta" = [0.5, 0.75]\n"bands.confirm_days" = [2, 3]')
    text_file(folder / "off.toml", '"bands.delta" = [0.1]')
    counts = []
    for name in ("one", "two", "off"):
        ended = run(
            capsys, *words_for(folder, "--json", out=f"{name}.parquet", grid=f"{name}.toml")
        )
        found = json.loads(ended.out)["trials"]
        counts.append((found["of_this_sweep"], found["with_this_sweep"] - 60))
    # The policy file says 0.5 and 2, so it is in both of the first two.
    assert counts == [(3, 3), (4, 6), (2, 7)]


@pytest.mark.parametrize(
    "name", ["grid.toml", "policy.toml", "bars.parquet", "out.parquet", "out.parquet.parts/t.jsonl"]
)
def test_a_log_never_takes_the_place_of_another_file(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Neither what a sweep reads nor what it writes, nor the folder that it throws away."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    refused = run(capsys, *words_for(folder, "--trials", folder / name))
    assert refused.code == 2
    assert "its count would be lost, so name another file" in refused.err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_damaged_log_stops_a_sweep_before_it_begins(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is computed without a count, and nothing is left behind."""
    text_file(folder / "trials.jsonl", "half a li")
    refused = run(capsys, *words_for(folder))
    assert refused.code == 2
    assert "trials.jsonl, line 1 is no line of a trial log" in refused.err
    assert not list(folder.glob("out.parquet*"))


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (90, ("has 90 days of BTC", "days up to 2014-03-31 were looked at; the days from")),
        (-1, ("holds no bar up to", "the days from", "are sealed, so take more history, or open")),
    ],
)
def test_bars_that_the_seal_leaves_too_few_of(
    folder: Path, capsys: pytest.CaptureFixture[str], days: int, told: tuple[str, ...]
) -> None:
    """Whoever has little more than a year is told what is sealed, and how to open it."""
    (folder / "bars.parquet").unlink()
    bar_file(folder / "bars.parquet", days)
    refused = run(capsys, *words_for(folder))
    assert refused.code == 2
    for words in (*told, '--unseal "why"'):
        assert words in refused.err, words
    assert sorted(path.name for path in folder.iterdir()) == [
        "bars.parquet",
        "grid.toml",
        "policy.toml",
    ]
