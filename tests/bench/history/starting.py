"""Measures that need a process of their own: what it holds at its peak, how soon it can run."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[3]
_STATUS = Path("/proc/self/status")
_GRID_LIMIT = 300.0
_OVERHEAD = 150.0


def measure(line: Callable[[str, str, str], None]) -> None:
    """Print how much later the first run ends than the second, with what was compiled before."""
    _alone("first")  # compiles, if nobody has yet
    took = [tuple(map(float, _alone("first").split())) for _ in range(3)]
    first, second = (median(column) for column in zip(*took, strict=True))
    line("first call, compiled code on the disk, later by", f"{first - second:.2f} s", "<= 0.3 s")


def peak_alone(job: str, size: float | None) -> tuple[str, str]:
    """Return the peak memory of a process that does one job, and its target."""
    limit = _GRID_LIMIT if size is None else 1.5 * size + _OVERHEAD
    return f"{float(_alone(job)):,.0f} MB", f"<= {limit:.0f} MB"


def resident_megabytes() -> float | None:
    """Return what this process holds now; None where nobody tells."""
    if not _STATUS.exists():
        return None
    marks = dict(row.split(":", 1) for row in _STATUS.read_text("ascii").splitlines())
    return int(marks["VmRSS"].split()[0]) * 1024 / 1e6


def _alone(job: str) -> str:
    command = [sys.executable, "-m", "tests.bench.history.alone", job]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout
