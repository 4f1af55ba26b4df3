"""A clock that stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class StillClock:
    """Shows one instant until somebody sleeps by it."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant."""
        return self.instant

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.instant += timedelta(seconds=seconds)
