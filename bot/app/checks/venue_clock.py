"""This machine's clock beside the venue's."""

from datetime import timedelta

from bot.app.checks.unread import Unread
from bot.feeds.venue_feeds import patiently
from bot.ports.clock import Clock
from bot.settings import Settings
from bot.venues.connection import Connection, Manners
from bot.venues.table import spot_venue
from core.domain.errors import FeedUnavailable

SANE = timedelta(seconds=5)
"""So far apart clocks may be. Source: METHODS 1.9, ``max_clock_skew``."""

SYNCHRONISE = "switch time synchronisation on, for example with `timedatectl set-ntp true`"

# Waiting for a turn would look like a slow answer; three questions are no burden.
_AT_ONCE = Manners(answer_seconds=5.0, is_paced=False)


async def clock_skew(settings: Settings, clock: Clock) -> timedelta | Unread:
    """Return by how much ``clock`` is ahead of the venue's, or why that could not be read."""
    from bot.exchange.live.venue_time import read_skew

    venue = settings.file.venue
    connection = Connection(
        spot_venue(venue),
        clock,
        base_url=settings.file.exchange.addresses.get(venue),
        manners=_AT_ONCE,
    )
    try:
        return await patiently(lambda: read_skew(connection))
    except FeedUnavailable as failure:
        return Unread.after(failure)
    finally:
        await connection.close()


def told(skew: timedelta, title: str) -> str:
    """Return a difference of clocks in words; ``title`` is the venue's name in a sentence."""
    seconds = abs(skew) / timedelta(seconds=1)
    if not seconds:
        return f"as {title}'s"
    return f"{seconds:,.0f} s {'ahead of' if skew > timedelta() else 'behind'} {title}'s"
