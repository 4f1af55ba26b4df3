"""A Python of its own, for what one process alone cannot show."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def child(script: str, path: Path) -> subprocess.Popen[str]:
    """Start a Python that runs ``script`` with the database's path as its argument."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
