"""``evenkeel study`` as a person types it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.history.program import run

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT = 120.0


def test_it_writes_both_files_and_says_what_it_found(
    quarter_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The summary names portfolios, differences with intervals, every claim, and the files."""
    out = tmp_path / "report.html"
    ended = run(
        capsys, "study", "--data", quarter_folder, "--out", out, "--fast", "--workers", 1,
        "--to", "2023-04-01",
    )  # fmt: skip
    assert (ended.code, ended.err) == (0, "")
    assert "full less fixed bands" in ended.out
    assert "in sample, 2022-09-04 to 2023-04-01" in ended.out
    assert "The fourth quarter of 2022:" in ended.out
    assert "stayed sealed" in ended.out
    assert f"The report is {out}" in ended.out
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert found["form"] == "evenkeel.study/1"
    assert found["portfolios"][0]["window"]["last"] == "2023-04-01"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.html",
        "report.json",
        "trials.jsonl",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "x.txt"), "a file that ends in .html"),
        (("--seed", "-1"), "--seed is -1"),
        (("--workers", "0"), "--workers is 0"),
        (("--workers", "99999"), "Without the option all cores work"),
        (("--quote", "usd"), "--quote is 'usd'"),
        (("--to", "2024-01-01"), "are sealed"),
        (("--from", "2023-04-01"), "fewer than 180 days"),
        (("--portfolio", "nowhere.toml"), "nowhere.toml does not exist"),
        (("--from", "yesterday"), "--from is 'yesterday'; a day such as"),
        (("--to", "31.12.2022"), "--to is '31.12.2022'; a day such as"),
        (("--unseal", " "), "--unseal needs a reason"),
        (("--to", "0002-01-01"), "the data hold no bar up to 0002-01-01"),
        (("--portfolio", "t.toml", "--trials", "t.toml"), "its count would be lost"),
        (("--trials", "nowhere/trials.jsonl"), "in a folder that is there"),
        (("--trials", "study.json"), "its count would be lost"),
        (("--out", "a.html", "--trials", "./a.html"), "its count would be lost"),
    ],
)
def test_a_mistake_ends_with_its_message_and_nothing_else(
    quarter_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    message: str,
) -> None:
    """Bad options are told in one sentence; no file is left behind."""
    monkeypatch.chdir(tmp_path)
    ended = run(capsys, "study", "--data", quarter_folder, "--fast", *words)
    assert ended.code == 2
    assert message in ended.err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_no_half_written_report(quarter_folder: Path, tmp_path: Path) -> None:
    """Stopped while it works, it says so, and only the log of what was tried is there."""
    words = ["study", "--data", str(quarter_folder), "--out", "r.html", "--workers", "1"]
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli.main", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509  # no threads here
    ) as program:
        deadline = time.monotonic() + LONGEST_WAIT
        while not (tmp_path / "trials.jsonl").exists():
            assert program.poll() is None, program.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=LONGEST_WAIT)
    assert (program.returncode, out) == (130, "")
    assert err == "Stopped; no report was written.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["trials.jsonl"]


def _hear_ctrl_c() -> None:
    """A job in the background may have been told to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_the_command_is_told_of_without_loading_what_it_needs() -> None:
    """The program starts without pandas, numba, matplotlib, jinja2 and joblib."""
    code = (
        "import sys, bot.cli.main; "
        "print([n for n in ('pandas','numba','matplotlib','jinja2','joblib') if n in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "[]\n"
