"""The clocks: the machine's own, and one that a simulated or replayed market moves."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's time; the one place that reads it."""

    def now(self) -> datetime:
        """Return the present instant, aware UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SimulatedClock:
    """Time that stands still until it is moved, or a waiting caller moves it."""

    def __init__(self, start: datetime) -> None:
        """Begin at ``start``, an aware instant."""
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the simulated instant."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Let simulated time pass at once; other tasks get their turn."""
        self.advance_to(self._now + timedelta(seconds=seconds))
        await asyncio.sleep(0)

    def advance_to(self, instant: datetime) -> None:
        """Move on to ``instant``; time never runs back."""
        self._now = max(self._now, instant)


class PacedClock(SimulatedClock):
    """Simulated time that also ticks with the real seconds in which a person reads and answers."""

    def __init__(self, start: datetime) -> None:
        """Begin at ``start`` and tick from there."""
        super().__init__(start)
        self._anchor = time.monotonic()

    def now(self) -> datetime:
        """Return the simulated instant, real seconds since the last move included."""
        return self._now + timedelta(seconds=time.monotonic() - self._anchor)

    async def sleep(self, seconds: float) -> None:
        """Wait as long as a person would."""
        await asyncio.sleep(seconds)

    def advance_to(self, instant: datetime) -> None:
        """Move on to ``instant`` and tick from there; time never runs back."""
        self._now = max(self.now(), instant)
        self._anchor = time.monotonic()
