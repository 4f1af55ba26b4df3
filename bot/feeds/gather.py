"""Every feed that is due -> the store -> series as they were first known, and what is missing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.ports.clock import Clock
from bot.ports.feeds import FeedReading, Gathered, ReadingFeed
from bot.ports.records import Store
from core.domain.errors import FeedUnavailable
from core.domain.readings import FeedTrouble, ReadingKind, ReadingSeries, Trouble
from core.domain.units import Asset


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one feed said just now."""

    readings: Sequence[FeedReading] = ()
    trouble: Trouble | None = None


class StoredReadings:
    """Asks all feeds at once, stores what came, and answers from the store.

    Implements ``ReadingGatherer``.
    """

    def __init__(
        self,
        feeds: Sequence[ReadingFeed],
        off: Sequence[FeedTrouble],
        *,
        store: Store,
        clock: Clock,
        within: timedelta = timedelta(seconds=12),
    ) -> None:
        """Keep the feeds.

        Args:
            feeds: each decides by itself whether it is due.
            off: feeds that nobody switched on, told on every occasion.
            store: the bot's own record of what was known when.
            clock: stamps what is new.
            within: how long one feed may take; decisions wait for the slowest.
        """
        self._feeds = tuple(feeds)
        self._off = tuple(off)
        self._store = store
        self._clock = clock
        self._within = within
        self._one_at_a_time = asyncio.Lock()
        self._held: tuple[ReadingSeries, ...] | None = None

    async def gather(self) -> Gathered:
        """Return every promised series, each value as it was first known, and every trouble.

        A feed that fails becomes a trouble. A bug in one is raised, after the answers of the others
        are stored.
        """
        async with self._one_at_a_time:
            said = await asyncio.gather(*map(self._ask, self._feeds), return_exceptions=True)
            answers = [answer for answer in said if isinstance(answer, _Answer)]
            self._keep(answers)
            for answer in said:
                if isinstance(answer, BaseException):
                    raise answer
            return Gathered(self._series(), (*self._off, *self._troubles(answers)))

    async def _ask(self, feed: ReadingFeed) -> _Answer:
        deadline = asyncio.timeout(self._within.total_seconds())
        try:
            async with deadline:
                return _Answer(await feed.read())
        except FeedUnavailable as failure:
            return _Answer(trouble=Trouble(failure.trouble))
        except TimeoutError:
            if not deadline.expired():
                raise
            return _Answer(trouble=Trouble.DOWN)

    def _keep(self, answers: Sequence[_Answer]) -> None:
        told = [row for answer in answers for row in answer.readings]
        if not told:
            return
        with self._store.transaction() as tx:
            if tx.readings.add(told, known_at=self._clock.now()):
                self._held = None

    def _series(self) -> tuple[ReadingSeries, ...]:
        """Return every promised series; they stay what they are until something new is stored."""
        if self._held is None:
            with self._store.reading() as tx:
                found = [tx.readings.series(*promise) for promise in self._promised()]
            self._held = tuple(series for series in found if series is not None)
        return self._held

    def _promised(self) -> list[tuple[ReadingKind, Asset, str]]:
        return sorted(
            {(kind, asset, feed.source) for feed in self._feeds for kind, asset in feed.promises}
        )

    def _troubles(self, answers: Sequence[_Answer]) -> list[FeedTrouble]:
        return [
            FeedTrouble(kind, asset, feed.source, answer.trouble)
            for feed, answer in zip(self._feeds, answers, strict=True)
            if answer.trouble is not None
            for kind, asset in feed.promises
        ]
