"""The venue's clock against ours: how far apart they are at the least."""

from datetime import UTC, datetime, timedelta

from bot.venues.connection import Connection
from bot.venues.troubles import malformed
from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

ATTEMPTS = 3
QUICK = timedelta(seconds=2)
"""A slower answer tells too little about the time; it is asked for again."""

_SECOND = timedelta(seconds=1)
_NONE = timedelta()
_EARLIEST, _LATEST = 0, 4_102_444_800_000  # 1970 and 2100 in milliseconds


async def read_skew(connection: Connection) -> timedelta:
    """Return by how much our clock is ahead of the venue's; negative = behind.

    It is the smallest difference that agrees with the answer: the time a question takes, and the
    second that venues cut off, count for neither side. A difference of less than that is none.
    Source: kraken.md section 2: with a correct clock the cut alone looks like 975 ms.

    Raises:
        FeedUnavailable: the venue tells no time, or every answer took too long to compare clocks.
    """
    for _ in range(ATTEMPTS):
        asked_at = connection.clock.now()
        told = await connection.ask("fetch_time")
        heard_at = connection.clock.now()
        if _NONE <= heard_at - asked_at <= QUICK:
            return skew_of(_span(told, connection.venue.title), asked_at, heard_at)
    raise FeedUnavailable(
        f"{connection.venue.title} answers too slowly to compare clocks", trouble=Trouble.LATE
    )


def skew_of(told: tuple[datetime, datetime], asked_at: datetime, heard_at: datetime) -> timedelta:
    """Return the distance between the venue's span of time and ours; nothing where they meet.

    Args:
        told: first and last instant that the venue's answer may mean.
        asked_at: when it was asked, by our clock.
        heard_at: when the answer was there.
    """
    first, last = told
    if asked_at > last:
        return asked_at - last
    return heard_at - first if heard_at < first else _NONE


def _span(told: object, title: str) -> tuple[datetime, datetime]:
    """Return the instants that an answer in milliseconds may mean."""
    if not isinstance(told, int) or not _EARLIEST < told < _LATEST:
        raise malformed(f"{title} gives {told!r} as its time; milliseconds are expected")
    first = datetime.fromtimestamp(told // 1000, UTC) + timedelta(milliseconds=told % 1000)
    # Whole seconds are cut off, not rounded. One answer in a thousand is whole by chance.
    return first, first + (_NONE if told % 1000 else _SECOND)
