"""A study and a sweep in one folder: one log counts what both of them tried."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.research.study.preparing import prepare
from bot.research.trials import read_trials
from tests.history.program import Ended, run
from tests.study.conftest import NOW, ask
from tests.sweep.world import GRID, POLICY, bar_file, text_file

# A study logs what it will try before it lives a day, so none needs to be lived here.

DAYS = 700
"""Some more than a study needs: 460 to read the market by, 180 to compare."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with bars, a policy and a grid of 60."""
    text_file(tmp_path / "policy.toml", POLICY)
    text_file(tmp_path / "grid.toml", GRID)
    bar_file(tmp_path / "bars.parquet", DAYS)
    return tmp_path


def sweep(capsys: pytest.CaptureFixture[str], folder: Path, *more: object) -> Ended:
    """Sweep the folder's grid."""
    words = ("--policy", folder / "policy.toml", "--grid", folder / "grid.toml")
    files = ("--bars", folder / "bars.parquet", "--out", folder / "out.parquet")
    return run(capsys, "sweep", *words, *files, *more)


def test_each_counts_what_the_other_tried(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second of the two has the trials of both behind it, and so has the first, run again."""
    log = folder / "trials.jsonl"
    asked = ask(folder / "bars.parquet", folder / "study.html")
    alone = prepare(asked, now=NOW).provenance.trials
    tried = len(read_trials(log).settings)
    assert alone == 60 + tried > 60
    swept = json.loads(sweep(capsys, folder, "--json").out)
    assert swept["trials"] == {
        "before_all": 60,
        "of_this_sweep": 60,
        "with_this_sweep": alone + 60,
        "log": str(log),
    }
    assert read_trials(log).trials == alone + 60
    again = prepare(asked, now=NOW).provenance.trials
    assert again == alone + 60
    page = " ".join(sweep(capsys, folder).out.split())
    told = f"{alone + 60:,} trials behind it: 60 of this sweep, {tried:,} others in {log}, and 60"
    assert told in page


def test_both_deflate_by_the_same_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Settings that were tried before make the best Sharpe ratio of a sweep less of a find."""
    before = json.loads(sweep(capsys, folder, "--json").out)["deflated_sharpe"]
    prepare(ask(folder / "bars.parquet", folder / "study.html"), now=NOW)
    after = json.loads(sweep(capsys, folder, "--json").out)["deflated_sharpe"]
    assert after < before


def test_both_open_the_same_seal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each opening stands in the one log, and each of the two tells how many there were."""
    found = json.loads(sweep(capsys, folder, "--json", "--unseal", "release 1").out)["sealed"]
    assert (found["is_open"], found["openings_of_this_release"]) == (True, 1)
    asked = ask(
        folder / "bars.parquet",
        folder / "study.html",
        unseal="release 1",
        version=read_trials(folder / "trials.jsonl").openings[0].version,
    )
    made = prepare(asked, now=NOW).provenance
    assert (made.openings, str(made.seal.first)) == (2, found["from"])
    reasons = [one.reason for one in read_trials(folder / "trials.jsonl").openings]
    assert reasons == ["release 1", "release 1"]


def test_other_days_of_the_same_rules_are_other_trials(folder: Path) -> None:
    """Whoever looks at several windows has chosen among them; every setting counts once in each.

    Plateau, claims and simple rules are tried on the days as much as the runs on ``decide()``.
    """
    asked = ask(folder / "bars.parquet", folder / "study.html")
    whole = prepare(asked, now=NOW).provenance.trials - 60
    last = datetime(2015, 11, 1, tzinfo=UTC).date()
    shorter = ask(folder / "bars.parquet", folder / "study.html", last=last)
    both = prepare(shorter, now=NOW).provenance.trials - 60
    assert both == 2 * whole
