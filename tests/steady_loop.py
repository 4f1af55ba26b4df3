"""A loop whose clock stands still whenever this process does.

Both parties of most tests live in one process: the bot, and a server of ours that answers it. On a
busy machine that process may stand still for seconds. By a usual loop's clock the server was silent
meanwhile, and a short limit runs out before a good answer had a chance to arrive. Here a limit
counts what the process spends waiting, and next to nothing of what it spends working or held up.
"""

import asyncio
import selectors
import time
from typing import Any, Final

SLICE: Final = 0.01
"""How long, in seconds, the loop waits before it looks at the clock; no wait counts for more."""

MOMENT: Final = 0.002
"""What a turn of the loop that had something to do counts for at most, in seconds."""


class _Steady(selectors.DefaultSelector):
    """Waits in slices, and counts them."""

    def __init__(self) -> None:
        """Begin with the machine's time."""
        super().__init__()
        self._looked_at = self._counted = time.monotonic()

    def now(self) -> float:
        """Return the seconds that count."""
        return self._counted + min(time.monotonic() - self._looked_at, MOMENT)

    def select(self, timeout: float | None = None) -> Any:  # noqa: ANN401  # as the base has it
        """Return what is ready, or nothing when ``timeout`` seconds that count are over."""
        self._count(MOMENT)
        ends = None if timeout is None else self._counted + timeout
        while True:
            found = super().select(None if ends is None else min(SLICE, ends - self._counted))
            self._count(MOMENT if found else SLICE)
            if found or ends is None or self._counted >= ends:
                return found

    def _count(self, most: float) -> None:
        """Let what has passed since the last look count, as far as it may."""
        now = time.monotonic()
        self._counted += min(now - self._looked_at, most)
        self._looked_at = now


class SteadyLoop(asyncio.SelectorEventLoop):
    """A loop that does not count the time in which the process was held up."""

    def __init__(self) -> None:
        """Begin."""
        self._steady = _Steady()
        super().__init__(self._steady)

    def time(self) -> float:
        """Return the seconds that count; only differences mean anything."""
        return self._steady.now()
