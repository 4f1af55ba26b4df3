"""The program in this process: what it prints, and how it ends."""

import sys
from typing import NamedTuple

import pytest

from bot.cli.main import main


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *words: object) -> Ended:
    """Run one command as a person types it."""
    argv, code = sys.argv, 0
    sys.argv = ["evenkeel", *map(str, words)]
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.argv = argv
    captured = capsys.readouterr()
    return Ended(code, captured.out, captured.err)
