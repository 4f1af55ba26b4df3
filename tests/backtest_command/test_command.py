"""``evenkeel backtest``: what it prints, what it writes, and what it refuses."""

import csv
import json
from pathlib import Path

import pytest

from bot.research.people import read_answers
from bot.research.study.language import template_problems
from core.domain.errors import InputInvalid
from tests.backtest_command.files import POLICY, bar_file, index_file, policy_file
from tests.history.program import Ended, run
from tests.init.terminal import Terminal
from tests.simulation.backtest.worlds import market

DAYS = 640


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a policy, bars and an index."""
    folder = tmp_path_factory.mktemp("backtest")
    policy_file(folder)
    bar_file(folder / "days.parquet", market(DAYS, ("BTC", "ETH"), seed=2))
    index_file(folder / "index.parquet", DAYS)
    return folder


def backtest(capsys: pytest.CaptureFixture[str], folder: Path, *words: object) -> Ended:
    """Run the command on the folder's files."""
    given = ("--policy", folder / "policy.toml", "--bars", folder / "days.parquet")
    return run(capsys, "backtest", *given, *words)


def test_the_page_says_what_was_run_and_how_it_went(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Inputs with hashes, five columns, questions by year and honest sentences, in 80 columns."""
    ended = backtest(capsys, folder, "--fear-greed", folder / "index.parquet", "--value", "50,000")
    assert (ended.code, ended.err) == (0, "")
    page = ended.out
    assert page.startswith("Backtest on days: 181 days from 2015-04-05 to 2015-10-02, in sample")
    for said in (
        "begins with  50,000.00 USD",
        "days.parquet, SHA-256",
        "index.parquet, SHA-256",
        "config hash",
        "Survivors only",
        "What the person was asked, in sample",
        "95 % interval",
        "about 60 variants",
    ):
        assert said in page, said
    head = next(line for line in page.splitlines() if line.startswith("in sample"))
    assert head.split()[2:] == ["policy", "drift", "BTC", "hold", "fixed", "monthly"]
    assert max(map(len, page.splitlines())) <= 80


def test_sealed_months_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that reads what a sweep and a study keep sealed says so, on the page and in JSON."""
    page = " ".join(backtest(capsys, folder).out.split())
    assert (
        "181 of the 181 days lie in the last twelve months of the file, 2014-10-03 to 2015-10-02, "
        "which a sweep and a study keep sealed"
    ) in page
    assert "is in no log of trials" in page
    told = json.loads(backtest(capsys, folder, "--json").out)
    assert told["trials"] == {"before_all": 60, "is_logged": False}
    assert any("keep sealed" in note for note in told["notes"])


def test_under_three_years_nothing_is_told_a_year(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No growth, Sharpe, questions or costs a year from a run of half a year. Source: 6.5."""
    page = backtest(capsys, folder).out
    for yearly in ("growth a year", "questions a year", "Sharpe", "cost a year", "points a year"):
        assert yearly not in page
    assert "The run covers 0.5 years; figures a year are left out" in page
    assert "log points over all days" in page


def test_the_page_keeps_the_language_of_reports(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No word of the page promises or pushes."""
    assert template_problems(backtest(capsys, folder).out) == ()


def test_json_holds_what_the_page_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One document with inputs, config, code, metrics of all columns, and every question."""
    ended = backtest(capsys, folder, "--json", "--tax-rate", "20")
    told = json.loads(ended.out)
    assert (told["first"], told["last"], told["sample"]) == (
        "2015-04-05",
        "2015-10-02",
        "in sample",
    )
    assert [one["name"] for one in told["metrics"]] == [
        "policy", "drift", "BTC hold", "fixed bands", "to-target monthly",
    ]  # fmt: skip
    assert told["tax"] == {"flat_rate": "0.2", "basis": "average cost", "is_paid": False}
    assert len(told["config_hash"]) == 64
    assert told["metrics"][0]["trading"]["proposals"] == len(told["proposals"])
    assert all(row["decision"] and row["trades"] for row in told["proposals"])


def test_the_same_command_prints_the_same_bytes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B5: with one seed two runs print the same page."""
    words = ("--approvals", "random:0.7:3")
    assert backtest(capsys, folder, *words).out == backtest(capsys, folder, *words).out


def test_every_day_is_a_line_of_the_file(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The CSV has one row a day whose cash and coins make up its value."""
    out = tmp_path / "days.csv"
    ended = backtest(capsys, folder, "--out", out)
    assert f"Every day is a line of {out}." in ended.out
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 181
    assert (rows[0]["day"], float(rows[0]["value"])) == ("2015-04-05", 10_000.0)
    for row in rows:
        shares = [float(row[f"weight_{name}"]) for name in ("BTC", "ETH", "USD")]
        assert sum(shares) == pytest.approx(1.0)
        assert float(row["cash"]) / float(row["value"]) == pytest.approx(shares[-1])
    assert list(tmp_path.iterdir()) == [out]


def test_who_approves_is_an_option(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Never, late, and recorded people end as they are told to."""
    page = backtest(capsys, folder, "--approvals", "never").out
    assert "expired" in page
    assert "executed" not in page
    late = json.loads(backtest(capsys, folder, "--approvals", "delayed:2", "--json").out)
    assert all(row["filled_on"] != row["asked_on"] for row in late["proposals"])
    first = json.loads(backtest(capsys, folder, "--json").out)["proposals"][0]
    answers = tmp_path / "answers.csv"
    answers.write_text(f"day,answer\n{first['asked_on']},no\n", encoding="utf-8")
    told = json.loads(backtest(capsys, folder, "--approvals", answers, "--json").out)
    assert told["proposals"][0]["decision"] == first["decision"]
    assert told["proposals"][0]["fate"] == "rejected"


def test_what_no_file_tells_of_is_switched_off_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Feeds without history are off; cold coins of a real account are left out; both are told."""
    text = POLICY + '\n[cold]\nBTC = "0.5"\n\n[pause]\nfamilies = ["price", "sentiment", "flows"]\n'
    policy = policy_file(tmp_path, text)
    ended = run(capsys, "backtest", "--policy", policy, "--bars", folder / "days.parquet")
    assert ended.code == 0
    assert "is off here: sentiment, flows." in " ".join(ended.out.split())
    assert "Cold and excluded coins" in ended.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--approvals", "sometimes"), "always, never, random:SHARE:SEED"),
        (("--approvals", "random:0.7"), "random:0.7:1"),
        (("--approvals", "random:2:1"), "a number from 0 to 1"),
        (("--approvals", "delayed:-1"), "delayed:DAYS"),
        (("--value", "0"), "--value is '0'"),
        (("--value", "much"), "--value is 'much'"),
        (("--fee", "50"), "--fee is '50'"),
        (("--tax-rate", "-1"), "--tax-rate is '-1'"),
        (("--from", "yesterday"), "--from is 'yesterday'"),
        (("--from", "2014-02-01"), "may begin on 2015-04-05"),
        (("--from", "2015-09-01", "--to", "2015-08-01"), "holds no day"),
        (("--out", "days.txt"), "does not end in .csv"),
        (("--out", "nowhere/days.csv"), "nowhere is no folder"),
    ],
    ids=[
        "stranger", "no seed", "no share", "before", "nothing", "no number", "dear", "negative",
        "no day", "too early", "backwards", "ending", "folder",
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(
    folder: Path,
    words: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence with the option, the value and the mend; exit code 2, nothing printed."""
    ended = backtest(capsys, folder, *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no answers"),
        ("date,yes\n2024-01-01,1\n", "header day,answer"),
        ("day,answer\n2024-01-01,perhaps\n", "row 1"),
        ("day,answer\n2024-01-01,yes\nsoon,no\n", "row 2"),
        ("day,answer\n2024-01-01,yes\n2024-01-01,no\n", "again"),
        ("day,answer\n2024-01-01\n", "row 1"),
    ],
    ids=["empty", "header", "word", "day", "twice", "short"],
)
def test_answers_that_cannot_be_read_are_refused(tmp_path: Path, text: str, said: str) -> None:
    """A file of answers names the row that is wrong."""
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputInvalid, match=said):
        read_answers(path)


def test_a_terminal_shows_progress_and_ctrl_c_ends_it_cleanly(folder: Path, tmp_path: Path) -> None:
    """Stopped half-way: exit code 130, one line, no traceback and no file."""
    out = tmp_path / "days.csv"
    bars = bar_file(tmp_path / "long.parquet", market(7_000, ("BTC", "ETH"), seed=2))
    words = ("backtest", "--policy", folder / "policy.toml", "--bars", bars, "--out", out)
    with Terminal([*map(str, words)], tmp_path, {}) as screen:
        screen.see("Days")
        screen.see("%")
        assert screen.interrupt() == 130
        assert screen.screen.rstrip().endswith("Stopped; nothing was written.")
        assert "Traceback" not in screen.screen
    assert not out.exists()
