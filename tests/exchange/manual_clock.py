"""A clock that moves only when it is told to."""

from datetime import UTC, datetime, timedelta

START = datetime(2025, 1, 1, tzinfo=UTC)


class ManualClock:
    """Time stands still until somebody sleeps or sets it."""

    def __init__(self, at: datetime = START) -> None:
        """Start at ``at``."""
        self.at = at

    def now(self) -> datetime:
        """Return the present instant."""
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.at += timedelta(seconds=seconds)
