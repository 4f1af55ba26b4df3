"""A loop in which waiting takes no time: its clock jumps to whatever comes next.

For code that waits on the loop alone; sockets and threads would be overtaken.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


A_MOMENT = 1e-6
"""What a turn of the loop takes, in seconds: no two instants are quite the same."""


class _Skipping(selectors.DefaultSelector):
    """Adds to the clock what it would have waited."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> Any:  # noqa: ANN401  # as the base has it
        """Return what is ready, at once."""
        found = super().select(0 if timeout is not None else None)
        self.skipped += A_MOMENT + (timeout or 0.0) * (not found)
        return found


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop whose time is all that was skipped, however long the machine takes."""

    def __init__(self) -> None:
        """Begin."""
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Return the seconds that were skipped, and a moment for each turn."""
        return self._skipping.skipped


def run_skipping(work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` comes to."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(work)
