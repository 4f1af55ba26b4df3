"""The programs themselves: a bot that runs, a backup beside it, the loss of everything, and on."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.store.sqlite import open_store
from tests.backup.folders import DATABASE, POLICY

SPAN = "45"
WAITING = "SELECT count(*) FROM proposal WHERE state NOT IN ('DONE', 'PARTIAL', 'FAILED')"
ENOUGH = 30
LONG = 150.0


def command(home: Path, *words: str) -> list[str]:
    """Return how the program is started on one data folder."""
    return [sys.executable, "-m", "bot.cli.main", *words, "--data", str(home / "data")]


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        command(home, *words),
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
    )


def start(home: Path) -> subprocess.Popen[bytes]:
    """Start a bot that answers its own proposals."""
    return subprocess.Popen(
        command(home, "run", "--days", SPAN),
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def told(database: Path) -> tuple[Sequence[str], Sequence[tuple[str, str]]]:
    """Return every decision, and every proposal with what became of it."""
    with open_store(database, read_only=True) as store, store.reading() as tx:
        proposals = [(row.proposal_id, row.state.value) for row in tx.proposals.latest(1000)]
        return tx.decisions.ids(), proposals


def entries(database: Path) -> int:
    """Return how long the journal of a running bot is."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def rests(backup: Path, scratch: Path) -> bool:
    """Tell whether nothing waited for an answer when a backup was made.

    The automatic person answers from memory alone, so an open card would be left to expire.
    """
    with zipfile.ZipFile(backup) as archive:
        scratch.write_bytes(archive.read(f"simulated-7-1/{DATABASE}"))
    with closing(sqlite3.connect(scratch)) as connection:
        return bool(connection.execute(WAITING).fetchone() == (0,))


def back_up_while_running(home: Path, database: Path) -> dict[str, Any]:
    """Make a backup of a bot at work; return what it says of itself."""
    deadline = time.monotonic() + LONG
    while entries(database) < ENOUGH:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for number in range(20):
        made = run(home, "backup", str(home / f"{number}.zip"), "--json")
        assert made.returncode == 0, made.stderr
        if rests(home / f"{number}.zip", home / "scratch.db"):
            found: dict[str, Any] = json.loads(made.stdout)
            return found
    raise AssertionError("a card was open whenever a backup was made")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """Everything after the restore is decided as it was decided without the loss."""
    (tmp_path / "evenkeel.toml").write_text(POLICY, encoding="utf-8")
    database = tmp_path / "data" / "simulated-7-1" / DATABASE
    bot = start(tmp_path)
    try:
        made = back_up_while_running(tmp_path, database)
        assert bot.poll() is None, "the bot ended before the backup was made"
        _, errors = bot.communicate(timeout=LONG)
    finally:
        bot.kill()
    assert bot.returncode == 0, errors
    whole = told(database)
    kept = made["runs"][0]["journal_seq"]
    assert kept < entries(database)

    shutil.rmtree(tmp_path / "data")
    (tmp_path / "evenkeel.toml").unlink()
    back = run(tmp_path, "restore", made["file"])
    assert back.returncode == 0, back.stderr
    assert "simulated-7-1" in back.stdout
    before, _ = told(database)
    assert list(whole[0][: len(before)]) == list(before)
    assert len(before) < len(whole[0])

    again = run(tmp_path, "run", "--days", SPAN)
    assert again.returncode == 0, again.stderr
    assert told(database) == whole
    assert run(tmp_path, "journal", "verify").returncode == 0


@pytest.mark.slow
def test_a_restore_beside_a_running_bot(tmp_path: Path) -> None:
    """The running bot is not disturbed: the restore says that it runs, with exit code 2."""
    (tmp_path / "evenkeel.toml").write_text(POLICY, encoding="utf-8")
    database = tmp_path / "data" / "simulated-7-1" / DATABASE
    bot = start(tmp_path)
    try:
        made = back_up_while_running(tmp_path, database)
        refused = run(tmp_path, "restore", made["file"], "--force")
        assert bot.poll() is None, "the bot ended before the restore was tried"
    finally:
        bot.terminate()
        bot.communicate(timeout=LONG)
    assert refused.returncode == 2
    assert f"in use by process {bot.pid}" in refused.stderr
    assert bot.returncode == 0
