"""Time as a power: the one way the shell learns what time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, simulated time or replayed time."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` of this clock's time pass."""
        ...
