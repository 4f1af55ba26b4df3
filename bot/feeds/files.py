"""Readings that somebody has collected in a file -> a feed that tells only what is past."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from bot.feeds.daily import NEXT_DAYS
from bot.feeds.strict import DAY
from bot.ports.clock import Clock
from bot.ports.feeds import FeedReading
from core.domain.errors import InputInvalid
from core.domain.readings import ReadingKind
from core.domain.units import Asset

NO_ASSET = Asset("")
"""What an index of the whole market is about."""


class ListedReadings:
    """A series that is known beforehand, told day by day; implements ``ReadingFeed``.

    No value is told before the clock shows its stamp, so that a replay cannot know the future.
    """

    def __init__(
        self,
        rows: Sequence[tuple[datetime, Decimal]],
        clock: Clock,
        kind: ReadingKind,
        *,
        source: str,
        asset: Asset = NO_ASSET,
    ) -> None:
        """Keep the rows.

        Args:
            rows: (aware time it is about, value), oldest first.
            clock: tells which of them are past.
            kind: what they measure.
            source: who says so.
            asset: the coin they are about, or nothing.

        Raises:
            InputInvalid: the rows are not in order of time.
        """
        for (before, _), (after, _) in pairwise(rows):
            if after <= before:
                raise InputInvalid(
                    f"the {kind} readings of {source} tell {after:%Y-%m-%d} after "
                    f"{before:%Y-%m-%d}; keep one row per day and sort them by time",
                    code="READING_FILE",
                )
        self._readings = tuple(
            FeedReading(kind, asset, source, about, value, is_append_only=True)
            for about, value in rows
        )
        self._stamps = [about for about, _ in rows]
        self._clock = clock
        self._promise = (kind, asset)
        self._source = source
        self._told_at: datetime | None = None

    @property
    def promises(self) -> Sequence[tuple[ReadingKind, Asset]]:
        """The one series."""
        return (self._promise,)

    @property
    def source(self) -> str:
        """The source's name."""
        return self._source

    async def read(self) -> Sequence[FeedReading]:
        """Return what is stamped now or before; after the first time only the newest ten days."""
        now = self._clock.now()
        first = 0
        if self._told_at is not None:
            first = bisect_left(self._stamps, self._told_at - NEXT_DAYS * DAY)
        self._told_at = now
        return self._readings[first : bisect_right(self._stamps, now)]
