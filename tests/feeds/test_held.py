"""A daily value is asked for once a day, and a source in trouble is left alone."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.clocks import SimulatedClock
from bot.feeds import coin_metrics, fear_greed, glassnode, santiment
from bot.feeds.fear_greed import FearGreedFeed
from bot.feeds.glassnode import glassnode_feeds
from bot.feeds.held import HeldFeed, Schedule, hold
from bot.feeds.http import JsonReader
from core.domain.errors import FeedUnavailable
from tests.feeds import misbehaviour as bad
from tests.feeds.conftest import NOON
from tests.feeds.server import FeedServer, Spoil
from tests.feeds.sources import NAMES, feed_of
from tests.feeds.wires import DAY, KEY, days

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TODAY = NOON.replace(hour=0)
SCHEDULES = {
    "fear_greed": fear_greed.SCHEDULE,
    "glassnode": glassnode.SCHEDULE,
    "santiment": santiment.SCHEDULE,
    "coin_metrics": coin_metrics.SCHEDULE,
}
FIRST_DUE = dict.fromkeys(SCHEDULES, TODAY) | {"fear_greed": TODAY + DAY}
"""The first day of each source that is not out yet at noon."""


def _steady() -> float:
    return 0.0


async def _outcomes(
    feed: HeldFeed, clock: SimulatedClock, *, until: datetime, step: timedelta = MINUTE
) -> list[tuple[datetime, str]]:
    """Read at every step and return when something came of it: a count of readings or a word."""
    seen: list[tuple[datetime, str]] = []
    while clock.now() < until:
        try:
            readings = await feed.read()
            said = str(len(readings)) if readings else ""
        except FeedUnavailable as failure:
            said = failure.trouble
        if said:
            seen.append((clock.now(), said))
        clock.advance_to(clock.now() + step)
    return seen


@pytest.mark.parametrize("name", NAMES)
async def test_a_daily_value_is_not_polled_like_a_ticker(
    name: str, server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Read every minute for three days, a source is asked once at the start and once a day."""
    feed = HeldFeed(feed_of(name, server, reader, clock), clock, SCHEDULES[name], jitter=_steady)
    seen = await _outcomes(feed, clock, until=NOON + 3 * DAY)
    asked = [asked for asked in server.asked if "catalog" not in asked.path]
    assert len(seen) == len(asked) == 4
    due_after = SCHEDULES[name].due_after
    assert [at - due_after for at, _ in seen[1:]] == list(
        days(FIRST_DUE[name], FIRST_DUE[name] + 2 * DAY)
    )


async def test_a_late_value_is_asked_for_in_calm_steps(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """While the value that is due does not come, the source is asked every quarter of an hour."""
    feed = HeldFeed(
        FearGreedFeed(reader, clock, server.url), clock, fear_greed.SCHEDULE, jitter=_steady
    )
    await feed.read()
    server.late = 4 * HOUR
    server.asked.clear()
    clock.advance_to(TODAY + DAY)
    seen = await _outcomes(feed, clock, until=NOON + DAY)
    assert [at for at, _ in seen] == [
        TODAY + DAY + 5 * MINUTE + n * 15 * MINUTE for n in range(len(seen))
    ]
    assert seen[-1][0] == TODAY + DAY + 4 * HOUR + 5 * MINUTE
    assert len(server.asked) == len(seen) == 17


async def test_a_source_that_never_brings_a_day_stays_within_its_plan(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """Five metrics whose values stay out for a day need fewer than fifty calls."""
    feeds = hold(
        glassnode_feeds(reader, clock, base_url=server.url, key=KEY), clock, glassnode.SCHEDULE
    )
    server.late = 10 * DAY
    for _ in range(24 * 12):
        for feed in feeds:
            await feed.read()
        clock.advance_to(clock.now() + 5 * MINUTE)
    assert len(feeds) == 5
    assert 5 * 4 < len(server.asked) < 50


@pytest.mark.parametrize(
    ("spoil", "word", "attempts"),
    [(bad.status(500), "down", 3), (bad.status(403), "refused", 1), (bad.PAGE, "malformed", 1)],
)
async def test_a_source_in_trouble_is_left_alone_longer_and_longer(
    spoil: Spoil,
    word: str,
    attempts: int,
    server: FeedServer,
    reader: JsonReader,
    clock: SimulatedClock,
) -> None:
    """The gap doubles from two minutes to six hours; in between the trouble stands, unasked."""
    feed = HeldFeed(
        FearGreedFeed(reader, clock, server.url), clock, fear_greed.SCHEDULE, jitter=_steady
    )
    server.always = spoil
    gaps: list[timedelta] = []
    last: datetime | None = None
    count = 0
    for _ in range(24 * 60):
        with pytest.raises(FeedUnavailable) as caught:
            await feed.read()
        assert caught.value.trouble == word
        if len(server.asked) > count:
            count = len(server.asked)
            gaps += [clock.now() - last] if last else []
            last = clock.now()
        clock.advance_to(clock.now() + MINUTE)
    minutes = [gap // MINUTE for gap in gaps]
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert len(server.asked) == 11 * attempts
    server.always = None
    clock.advance_to(clock.now() + 6 * HOUR)
    assert len(await feed.read()) == 400
    assert await feed.read() == ()


async def test_the_rest_that_a_source_asks_for_is_given(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """An hour's rest is an hour's rest, and a year's rest is a day."""
    feed = HeldFeed(
        FearGreedFeed(reader, clock, server.url), clock, fear_greed.SCHEDULE, jitter=_steady
    )
    server.spoils = [
        bad.status(429, Retry_After="3600"),
        bad.status(429, Retry_After=str(365 * 86400)),
    ]
    seen = await _outcomes(feed, clock, until=NOON + 2 * DAY, step=10 * MINUTE)
    first = next(at for at, said in seen if said == "400")
    assert first == NOON + HOUR + DAY
    assert {said for at, said in seen if at < first} == {"limited"}


@pytest.mark.parametrize(("jitter", "minutes"), [(0.0, 2), (1.0, 2.5)])
async def test_gaps_are_spread_a_little(
    jitter: float,
    minutes: float,
    server: FeedServer,
    reader: JsonReader,
    clock: SimulatedClock,
) -> None:
    """Many bots do not come back at the same second."""

    def drawn() -> float:
        return jitter

    feed = HeldFeed(
        FearGreedFeed(reader, clock, server.url), clock, fear_greed.SCHEDULE, jitter=drawn
    )
    server.always = bad.status(403)
    seen: list[timedelta] = []
    for second in range(0, 200, 10):
        clock.advance_to(NOON + timedelta(seconds=second))
        with pytest.raises(FeedUnavailable):
            await feed.read()
        if len(server.asked) == 2 and not seen:
            seen.append(clock.now() - NOON)
    assert seen == [timedelta(minutes=minutes)]


async def test_a_clock_that_was_set_back_silences_nobody(
    server: FeedServer, reader: JsonReader
) -> None:
    """After a clock has been a year ahead and is right again, the feed is asked at once."""
    moving = _Clock(NOON)
    feed = HeldFeed(FearGreedFeed(reader, moving, server.url), moving, fear_greed.SCHEDULE)
    server.always = bad.status(500)
    moving.instant = NOON + 365 * DAY
    with pytest.raises(FeedUnavailable):
        await feed.read()
    moving.instant = NOON
    server.always = None
    assert len(await feed.read()) == 400


async def test_a_question_that_is_broken_off_counts_as_a_failure(
    server: FeedServer, reader: JsonReader, clock: SimulatedClock
) -> None:
    """When somebody runs out of patience, the source is not asked again at once."""
    feed = HeldFeed(FearGreedFeed(reader, clock, server.url), clock, fear_greed.SCHEDULE)
    server.always = bad.hang
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await feed.read()
    with pytest.raises(FeedUnavailable, match="took too long") as caught:
        await feed.read()
    assert caught.value.trouble == "down"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("now", "newest", "next_due"),
    [
        (TODAY, TODAY - 2 * DAY, TODAY + 4 * HOUR),
        (TODAY + 4 * HOUR - MINUTE, TODAY - 2 * DAY, TODAY + 4 * HOUR),
        (TODAY + 4 * HOUR, TODAY - DAY, TODAY + DAY + 4 * HOUR),
        (NOON, TODAY - DAY, TODAY + DAY + 4 * HOUR),
    ],
)
def test_a_schedule_knows_the_newest_day(
    now: datetime, newest: datetime, next_due: datetime
) -> None:
    """A day that is out 28 hours after it began is due at four o'clock on the next."""
    schedule = Schedule(due_after=28 * HOUR, poll=HOUR)
    assert schedule.newest_due(now) == newest
    assert schedule.next_due_at(now) == next_due


class _Clock:
    """A clock that somebody sets, forwards or back."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the instant."""
        return self.instant

    async def sleep(self, seconds: float) -> None:
        """Move on."""
        self.instant += timedelta(seconds=seconds)
