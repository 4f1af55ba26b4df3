"""The storm as ``make test`` runs it: fewer runs, and the proof that it sees a missing guard."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.storm.audit import KINDS

ROOT = Path(__file__).resolve().parents[2]
RUNS = 50


def storm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the storm as a program of its own: it forks, and this process has threads."""
    command = [sys.executable, "-m", "tests.storm", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=560
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_storm_doubles_and_loses_nothing() -> None:
    """Faults at random calls and a death at a random step break no rule, in any of the runs."""
    told = storm("--runs", str(RUNS))
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-2000:]
    rows = {cells[1].strip(): cells[2].strip() for cells in _rows(told.stdout)}
    assert {kind: rows[kind] for kind in KINDS} == dict.fromkeys(KINDS, "0")
    assert rows["journal valid"] == str(RUNS)
    assert "seed" not in told.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_storm_sees_every_missing_guard() -> None:
    """With a guard taken away the storm reports a breach, whichever guard it is."""
    told = storm("--runs", "200", "--prove")
    assert told.returncode == 0, told.stdout + told.stderr[-2000:]
    assert "not noticed" not in told.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_can_be_told_alone() -> None:
    """A seed tells its run again, call by call, and the same way every time."""
    first, second = storm("--seed", "3"), storm("--seed", "3")
    assert first.returncode == second.returncode == 0, first.stderr[-2000:]
    assert "AddOrder" in first.stdout
    # Only the time that it took, at the end of the last line, may differ.
    assert first.stdout.rpartition(";")[0] == second.stdout.rpartition(";")[0]


def _rows(text: str) -> list[list[str]]:
    cells = (line.split("│") for line in text.splitlines())
    return [row for row in cells if len(row) == 4]
