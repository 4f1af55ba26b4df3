"""How fast one may go: a burst after a quiet time, then a steady stream."""

from datetime import datetime
from typing import Final

_ROUNDING: Final = 1e-4
"""Clocks count whole microseconds: so much less than a token is a token."""


class TokenBucket:
    """Lets a burst through, then a steady stream; may be overdrawn by what turned out larger."""

    def __init__(
        self, capacity: float, per_second: float, now: datetime, *, tokens: float | None = None
    ) -> None:
        """Start full, or with ``tokens``.

        Args:
            capacity: the burst.
            per_second: the stream.
            now: the present instant.
            tokens: how many there are at first; None = all.
        """
        self._capacity = capacity
        self._per_second = per_second
        self._tokens = capacity if tokens is None else tokens
        self._seen_at = now

    def wait(self, now: datetime, count: float = 1) -> float:
        """Return the seconds until ``count`` tokens are there; 0 when they are there now."""
        self._fill(now)
        missing = min(count, self._capacity) - self._tokens
        return missing / self._per_second if missing > _ROUNDING else 0.0

    def take(self, now: datetime, count: float = 1) -> None:
        """Spend ``count`` tokens, even those that are not there yet."""
        self._fill(now)
        self._tokens -= count

    def _fill(self, now: datetime) -> None:
        # A clock that was set back earns nothing, and costs nothing either.
        elapsed = max(0.0, (now - self._seen_at).total_seconds())
        self._tokens = min(self._capacity, self._tokens + elapsed * self._per_second)
        self._seen_at = now
