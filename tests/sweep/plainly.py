"""``evenkeel`` with a kernel that is not compiled, as where Numba is not installed.

Such a sweep needs no compiler to begin. Where the environment says so, it goes on only so far, and
then waits for Ctrl-C.
"""

import itertools
import os
import threading

from bot.cli.main import main
from bot.research import compiled_kernel
from bot.research.sweep.parts import Parts
from core.simulation.bar_table import Floats

WAITS_AFTER = "SWEEP_WAITS_AFTER"
"""The variable that says after how many stored parts to wait."""


def _cannot() -> bool:
    return False


def _wait_after(count: int) -> None:
    """Wait without end when so many parts are stored, however long somebody takes to stop it."""
    store, stored = Parts.write, itertools.count(1)

    def then_wait(self: Parts, first: int, figures: Floats) -> None:
        store(self, first, figures)
        if next(stored) == count:
            threading.Event().wait()

    Parts.write = then_wait  # type: ignore[method-assign]


if __name__ == "__main__":
    compiled_kernel.can_compile = _cannot
    if count := os.environ.get(WAITS_AFTER):
        _wait_after(int(count))
    main()
