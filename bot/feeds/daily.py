"""What every source of one value a day has in common: the window it is asked for, and the order."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.feeds.strict import DAY, Strict, midnight
from bot.ports.clock import Clock
from bot.ports.feeds import FeedReading
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind, Trouble
from core.domain.units import Asset

FIRST_DAYS = 400
"""How many days the first question is about: what the store keeps in sight."""

NEXT_DAYS = 10
"""How many days every later question is about, the newest known day included."""

Days = Sequence[tuple[datetime, Decimal]]


class DailyFeed(ABC):
    """One series of daily values from one source; implements ``ReadingFeed``."""

    def __init__(
        self,
        source: str,
        promise: tuple[ReadingKind, Asset],
        *,
        clock: Clock,
        out_after: timedelta = DAY,
        is_append_only: bool = False,
    ) -> None:
        """Keep what is asked for.

        Args:
            source: the source's name.
            promise: what is measured, of which coin.
            clock: tells which days are over.
            out_after: when a value is final, from the start of the day that it bears.
            is_append_only: the source never changes a value afterwards.
        """
        self._source = source
        self._promise = promise
        self._clock = clock
        self._out_after = out_after
        self._is_append_only = is_append_only
        self._newest: datetime | None = None

    @property
    def promises(self) -> Sequence[tuple[ReadingKind, Asset]]:
        """The one series."""
        return (self._promise,)

    @property
    def source(self) -> str:
        """The source's name."""
        return self._source

    async def read(self) -> Sequence[FeedReading]:
        """Return every finished day from 400 days ago, later from ten days before the newest known.

        Yesterday's value again is no error: the newest reading is then simply an older one.

        Raises:
            FeedUnavailable: it gave nothing that can be believed; ``trouble`` says why.
        """
        now = self._clock.now()
        strict = Strict(self._source, now)
        kind, asset = self._promise
        told = await self._days(self._since(now), strict)
        days = [row for row in strict.by_day(told, kind) if row[0] + self._out_after <= now]
        if not days:
            raise FeedUnavailable(
                f"{self._source} tells no finished day of {kind} {asset}".rstrip(),
                trouble=Trouble.LATE,
            )
        self._newest = days[-1][0]
        return tuple(
            FeedReading(kind, asset, self._source, about, value, self._is_append_only)
            for about, value in days
        )

    def _since(self, now: datetime) -> datetime:
        """Return the first day to ask for."""
        first = midnight(now) - (FIRST_DAYS - 1) * DAY
        if self._newest is None:
            return first
        return max(first, self._newest - (NEXT_DAYS - 1) * DAY)

    @abstractmethod
    async def _days(self, since: datetime, strict: Strict) -> Days:
        """Ask for the days from ``since`` on; a day that is not over may be among them."""
