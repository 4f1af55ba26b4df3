"""Medians of repeated runs, and the most memory that one run needed."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_PEAK = "5"
MB = 1e6


def median_seconds(run: Callable[[], object], *, times: int) -> float:
    """Return the median duration of a run; the first one, which may compile, does not count."""
    run()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return median(took)


def seconds_of(run: Callable[[], object]) -> float:
    """Return how long one run took."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def peak_megabytes(run: Callable[[], object]) -> float | None:
    """Return the most memory this process held while ``run`` ran; None where nobody tells.

    Linux keeps the highest mark, and lets a process set its own back.
    """
    gc.collect()
    try:
        _CLEAR.write_text(_PEAK, encoding="ascii")
    except OSError:
        run()
        return None
    run()
    marks = dict(line.split(":", 1) for line in _STATUS.read_text("ascii").splitlines())
    return int(marks["VmHWM"].split()[0]) * 1024 / MB
