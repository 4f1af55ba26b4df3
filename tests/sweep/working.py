"""Work of known outcome in place of the kernel's: quick, slow, or dying in the middle."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from bot.research.sweep.computing import Computed
from bot.research.sweep.given import Given
from bot.research.sweep.identity import code_version
from core.simulation.bar_table import Floats
from core.simulation.kernel import GRID_COLUMNS


def figures_of(first: int, end: int) -> Floats:
    """Return figures that tell their row and column."""
    rows = np.arange(first, end, dtype=np.float64)[:, None]
    return rows + np.arange(len(GRID_COLUMNS)) / 16


def quick(given: Given, first: int, end: int) -> Computed:
    """Compute at once."""
    return Computed(first, figures_of(first, end), code_version())


def slow(given: Given, first: int, end: int, *, seconds: float) -> Computed:
    """Compute after a while, later tasks sooner, so that they come back out of order."""
    time.sleep(seconds / (1 + first % 3))
    return quick(given, first, end)


def dies_once(given: Given, first: int, end: int, *, marker: Path) -> Computed:
    """Kill the own process in the middle of the sweep, the first time only."""
    if first >= len(given.grid) // 2:
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return quick(given, first, end)


def dies_always(given: Given, first: int, end: int) -> Computed:
    """Kill the own process in the second half of the sweep, every time."""
    if first >= len(given.grid) // 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(given, first, end)


def other_code(given: Given, first: int, end: int) -> Computed:
    """Compute as a worker that has another version would."""
    return Computed(first, figures_of(first, end), "another version")
