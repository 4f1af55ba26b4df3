"""A program whose standard error is a terminal, while its results go into a pipe."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_GONE = re.compile(r"\x1b\[2K")


class Watched(NamedTuple):
    """How a program ended.

    Attributes:
        code: its exit code.
        out: what it wrote to the pipe.
        seen: all that was ever on the terminal, without colours and movements.
        raw: the same with them.
    """

    code: int
    out: str
    seen: str
    raw: str

    @property
    def is_wiped(self) -> bool:
        """Whether what was drawn last was taken away again."""
        last = max((found.end() for found in _GONE.finditer(self.raw)), default=-1)
        return last >= 0 and not _CONTROL.sub("", self.raw[last:]).strip()


def watch(arguments: Sequence[str], folder: Path, **env: str) -> Watched:
    """Run Python with these arguments, standard error on a terminal."""
    near, far = pty.openpty()
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env=_around(env),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=far,
    ) as program:  # fmt: skip
        os.close(far)
        raw = all_of(near)
        out, _ = program.communicate(timeout=PATIENCE)
    seen = _CONTROL.sub("", raw.replace("\r", "\n"))
    return Watched(program.returncode, out.decode(), seen, raw)


def piped(arguments: Sequence[str], folder: Path, **env: str) -> tuple[str, str]:
    """Run Python with these arguments and no terminal; return both outputs."""
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=_around(env), check=True,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return ended.stdout, ended.stderr


def _around(env: dict[str, str]) -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
    return own | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100"} | env


def all_of(descriptor: int) -> str:
    """Return what is written to a terminal until its other side is closed."""
    pieces = []
    try:
        while piece := os.read(descriptor, 65_536):
            pieces.append(piece)
    except OSError:
        # Linux tells the end of a terminal as an error.
        pass
    os.close(descriptor)
    return b"".join(pieces).decode()
