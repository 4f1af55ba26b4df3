"""What the world says beside the venue's prices, split by power. Nothing here may end the bot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from core.domain.readings import FeedTrouble, ReadingKind, ReadingSeries
from core.domain.units import Asset


@dataclass(frozen=True, slots=True)
class FeedReading:
    """One value as a source tells it.

    Attributes:
        kind, asset, source: what it measures, of which coin, and who says so.
        about: the time it is about; a day's value bears the start of that UTC day.
        value: the value, in the unit of its kind.
        is_append_only: the source never changes a value afterwards, so its history is what was
            known at the time.
    """

    kind: ReadingKind
    asset: Asset
    source: str
    about: datetime
    value: Decimal
    is_append_only: bool


class ReadingFeed(Protocol):
    """One source of one or several kinds of readings."""

    @property
    def promises(self) -> Sequence[tuple[ReadingKind, Asset]]:
        """What this feed is asked for, whether it answers or not."""
        ...

    @property
    def source(self) -> str:
        """The source's name, e.g. ``alternative.me``."""
        ...

    async def read(self) -> Sequence[FeedReading]:
        """Return everything the source knows now, oldest first, history included.

        Raises:
            FeedUnavailable: it gave nothing that can be believed; ``trouble`` says why.
        """
        ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """What all feeds said at one instant."""

    series: tuple[ReadingSeries, ...] = ()
    troubles: tuple[FeedTrouble, ...] = ()


class ReadingGatherer(Protocol):
    """Asks every feed that is due, and answers from what is stored."""

    async def gather(self) -> Gathered:
        """Return every series, each value as it was first known; never raises for a feed."""
        ...


class Readings(Protocol):
    """Every reading ever received: the bot's own point-in-time history."""

    def add(self, readings: Sequence[FeedReading], *, known_at: datetime) -> int:
        """Store values that are new and values that were revised; return how many."""
        ...

    def series(self, kind: ReadingKind, asset: Asset, source: str) -> ReadingSeries | None:
        """Return the first value known for each time, the newest 400 days; None without any.

        Of PEG, VENUE and DAY_AGO, which are read within the day, it is the newest 2 days.
        It is point-in-time when the source only appends, or every value was known within 3 days
        after the day it is about.
        """
        ...
