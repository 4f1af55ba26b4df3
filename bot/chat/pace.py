"""How fast messages may leave, and how long to wait before one is tried again."""

from dataclasses import dataclass
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
