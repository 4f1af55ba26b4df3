"""When a daily source is asked: once its value is out, and not again until the next one is due."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.feeds.http import AskLater
from bot.feeds.strict import DAY, midnight
from bot.ports.clock import Clock
from bot.ports.feeds import FeedReading, ReadingFeed
from core.domain.errors import FeedUnavailable
from core.domain.readings import ReadingKind
from core.domain.units import Asset


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a source publishes, and how often it may be asked.

    Attributes:
        due_after: how long after the start of a UTC day that day's value is out.
        poll: the gap between two questions while the value that is due does not come.
        first_gap, longest_gap: the gap after a failure; it doubles from one to the other.
    """

    due_after: timedelta
    poll: timedelta
    first_gap: timedelta = timedelta(minutes=2)
    longest_gap: timedelta = timedelta(hours=6)

    def newest_due(self, now: datetime) -> datetime:
        """Return the newest day whose value should be out."""
        return midnight(now - self.due_after)

    def next_due_at(self, now: datetime) -> datetime:
        """Return when the day after that is due."""
        return self.newest_due(now) + DAY + self.due_after

    def gap(self, failures: int) -> timedelta:
        """Return the gap after so many failures in a row."""
        doubled = self.first_gap * (1 << min(failures - 1, 16))
        return min(doubled, self.longest_gap)


class HeldFeed:
    """Asks a feed only when an answer may be new; implements ``ReadingFeed``.

    It returns what it has just been told, and nothing while it holds still. A failure stands until
    the feed answers again: asked in between, it says the same without a request.
    """

    def __init__(
        self,
        feed: ReadingFeed,
        clock: Clock,
        schedule: Schedule,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Keep the feed; ``jitter`` gives 0 to 1, which makes a gap up to a quarter longer."""
        self._feed = feed
        self._clock = clock
        self._schedule = schedule
        self._jitter = jitter
        self._asked_at: datetime | None = None
        self._next_at: datetime | None = None
        self._failures = 0
        self._failure: FeedUnavailable | None = None

    @property
    def promises(self) -> Sequence[tuple[ReadingKind, Asset]]:
        """What the feed is asked for."""
        return self._feed.promises

    @property
    def source(self) -> str:
        """The source's name."""
        return self._feed.source

    async def read(self) -> Sequence[FeedReading]:
        """Return what the feed says if it is due, else nothing.

        Raises:
            FeedUnavailable: it gave nothing, now or when it was last asked.
        """
        now = self._clock.now()
        if not self._is_due(now):
            if self._failure is not None:
                raise FeedUnavailable(str(self._failure), trouble=self._failure.trouble)
            return ()
        self._asked_at = now
        try:
            readings = await self._feed.read()
        except FeedUnavailable as failure:
            self._failed(failure, now)
            raise
        except asyncio.CancelledError:
            self._failed(FeedUnavailable(f"{self.source} took too long"), now)
            raise
        self._failures, self._failure = 0, None
        self._next_at = self._after(readings, now)
        return readings

    def _is_due(self, now: datetime) -> bool:
        if self._asked_at is None or self._next_at is None:
            return True
        # A clock that was set back must not silence a feed until it has caught up.
        return now >= self._next_at or now < self._asked_at

    def _after(self, readings: Sequence[FeedReading], now: datetime) -> datetime:
        """Return when to ask again after an answer."""
        newest: dict[tuple[ReadingKind, Asset], datetime] = {}
        for row in readings:
            which = (row.kind, row.asset)
            newest[which] = max(row.about, newest.get(which, row.about))
        due = self._schedule.newest_due(now)
        if all(which in newest and newest[which] >= due for which in self.promises):
            return self._schedule.next_due_at(now)
        return min(now + self._spread(self._schedule.poll), self._schedule.next_due_at(now))

    def _failed(self, failure: FeedUnavailable, now: datetime) -> None:
        """Wait longer with each failure, and as long as the source asks, but not for ever."""
        self._failures += 1
        self._failure = failure
        self._next_at = now + self._spread(self._schedule.gap(self._failures))
        if isinstance(failure, AskLater):
            self._next_at = max(self._next_at, min(failure.retry_at, now + DAY))

    def _spread(self, gap: timedelta) -> timedelta:
        return gap * (1 + self._jitter() / 4)


def hold(feeds: Sequence[ReadingFeed], clock: Clock, schedule: Schedule) -> Sequence[HeldFeed]:
    """Return each feed, held by one schedule."""
    return tuple(HeldFeed(feed, clock, schedule) for feed in feeds)
