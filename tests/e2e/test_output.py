"""Where what a command prints goes to."""

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_an_output_without_room_is_told_in_one_line() -> None:
    """A full disk behind a redirected output ends with a sentence and its own exit code."""
    command = [sys.executable, "-m", "bot.cli.main", "plan", "BTC 1 @ 100 -> 50", "USD 100 -> 50"]
    with FULL.open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 74
    assert done.stderr == "evenkeel: the output has no room: No space left on device\n"
