"""How fast messages may leave, and how long to wait before one is tried again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Pace:
    """The limits of sending; all durations in seconds.

    Source: reference/telegram.md section 9 (about 1 message/s in a chat, 30/s overall).

    Attributes:
        chat_burst: messages a chat may get at once after a quiet time.
        chat_per_second: messages a chat may get in the long run.
        per_second: messages to all chats together.
        first_wait: how long to wait after the first failure; it doubles with each further one.
        longest_wait: what the doubling stops at.
        poll_every: how often to look for messages nobody woke us for.
    """

    chat_burst: int = 3
    chat_per_second: float = 1.0
    per_second: float = 25.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    poll_every: float = 1.0

    def backoff(self, attempts: int, luck: float) -> float:
        """Return the seconds to wait after ``attempts`` earlier failures.

        Args:
            attempts: how often it failed before.
            luck: from 0 to 1; spreads the retries of many over half the wait.
        """
        doublings = min(attempts, 30)
        wait = min(self.first_wait * float(2**doublings), self.longest_wait)
        return wait * (0.5 + 0.5 * luck)


USUAL_PACE: Final = Pace()

_ROUNDING: Final = 1e-4
"""Clocks count whole microseconds: so much less than a token is a token."""


class TokenBucket:
    """Lets a burst through, then a steady stream; may be overdrawn by what turned out larger."""

    def __init__(self, capacity: float, per_second: float, now: datetime) -> None:
        """Start full.

        Args:
            capacity: the burst.
            per_second: the stream.
            now: the present instant.
        """
        self._capacity = capacity
        self._per_second = per_second
        self._tokens = capacity
        self._seen_at = now

    def wait(self, now: datetime) -> float:
        """Return the seconds until one token is there; 0 when it is there now."""
        self._fill(now)
        missing = 1 - self._tokens
        return missing / self._per_second if missing > _ROUNDING else 0.0

    def take(self, now: datetime, count: int = 1) -> None:
        """Spend ``count`` tokens, even those that are not there yet."""
        self._fill(now)
        self._tokens -= count

    def _fill(self, now: datetime) -> None:
        # A clock that was set back earns nothing, and costs nothing either.
        elapsed = max(0.0, (now - self._seen_at).total_seconds())
        self._tokens = min(self._capacity, self._tokens + elapsed * self._per_second)
        self._seen_at = now
