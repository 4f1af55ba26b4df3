"""All feeds at once -> the store -> series as first known, with a word for each that failed."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clocks import SimulatedClock
from bot.feeds import coin_metrics, fear_greed, glassnode, santiment
from bot.feeds.coin_metrics import coin_metrics_feeds
from bot.feeds.fear_greed import FearGreedFeed
from bot.feeds.gather import StoredReadings
from bot.feeds.glassnode import glassnode_feeds
from bot.feeds.held import hold
from bot.feeds.http import JsonReader
from bot.feeds.santiment import santiment_feeds
from bot.ports.feeds import FeedReading, Gathered, ReadingFeed
from bot.store.sqlite import SqliteStore, open_store
from core.domain.errors import InvariantBroken
from core.domain.readings import FeedTrouble, ReadingKind, Trouble
from core.domain.units import Asset
from core.domain.watching import BTC
from tests.feeds import misbehaviour as bad
from tests.feeds import wires
from tests.feeds.conftest import NOON
from tests.feeds.server import FeedServer, Spoil
from tests.feeds.wires import DAY, KEY

TODAY = NOON.replace(hour=0)
INDEX = (ReadingKind.FEAR_GREED, Asset(""), "alternative.me")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Give a real store."""
    with open_store(tmp_path / "evenkeel.db") as opened:
        yield opened


def _all_feeds(server: FeedServer, reader: JsonReader, clock: SimulatedClock) -> list[ReadingFeed]:
    """Return every feed of every source, each held by its schedule."""
    return [
        *hold([FearGreedFeed(reader, clock, server.url)], clock, fear_greed.SCHEDULE),
        *hold(
            glassnode_feeds(reader, clock, base_url=server.url, key=KEY), clock, glassnode.SCHEDULE
        ),
        *hold(
            santiment_feeds(reader, clock, base_url=server.url, key=KEY), clock, santiment.SCHEDULE
        ),
        *hold(
            coin_metrics_feeds(reader, clock, base_url=f"{server.url}/v4"),
            clock,
            coin_metrics.SCHEDULE,
        ),
    ]


async def test_every_source_ends_in_series(
    server: FeedServer, reader: JsonReader, store: SqliteStore, clock: SimulatedClock
) -> None:
    """Thirteen series of four sources come out, none mixed, and asking again asks nobody."""
    gatherer = StoredReadings(_all_feeds(server, reader, clock), (), store=store, clock=clock)
    gathered = await gatherer.gather()
    assert gathered.troubles == ()
    named = [(row.kind, row.asset, row.source) for row in gathered.series]
    assert named == sorted(set(named))
    assert len(named) == 13
    index = next(row for row in gathered.series if row.source == "alternative.me")
    assert index.is_point_in_time
    assert [row.value for row in index.readings] == [
        wires.fear(row.about) for row in index.readings
    ]
    assert {row.known_at for row in index.readings} == {NOON}
    flows = next(row for row in gathered.series if row.source == "coinmetrics.io")
    assert not flows.is_point_in_time
    asked = len(server.asked)
    assert asked == 14
    clock.advance_to(NOON + timedelta(hours=1))
    again = await gatherer.gather()
    assert [row.digest for row in again.series] == [row.digest for row in gathered.series]
    assert len(server.asked) == asked


async def test_a_revision_never_changes_what_was_known(
    server: FeedServer, reader: JsonReader, store: SqliteStore, clock: SimulatedClock
) -> None:
    """The value that was known first stays, and the next day's is stamped with its own time."""
    feeds = hold([FearGreedFeed(reader, clock, server.url)], clock, fear_greed.SCHEDULE)
    gatherer = StoredReadings(feeds, (), store=store, clock=clock)
    await gatherer.gather()

    def revise(rows: list[dict[str, object]], wire: wires.Wire) -> None:
        rows[-2][wire.value] = "99"

    server.always = bad.changed(revise, wires.WIRES["fear_greed"])
    clock.advance_to(NOON + DAY)
    series = (await gatherer.gather()).series[0]
    today = series.at(TODAY)
    tomorrow = series.at(TODAY + DAY)
    assert today is not None
    assert tomorrow is not None
    assert (today.value, today.known_at) == (wires.fear(TODAY), NOON)
    assert (tomorrow.value, tomorrow.known_at) == (wires.fear(TODAY + DAY), NOON + DAY)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (bad.PAGE, Trouble.MALFORMED),
        (bad.truncated, Trouble.MALFORMED),
        (bad.huge, Trouble.MALFORMED),
        (bad.elsewhere, Trouble.MALFORMED),
        (bad.status(401), Trouble.REFUSED),
        (bad.status(429), Trouble.LIMITED),
        (bad.status(429, Retry_After="9999"), Trouble.LIMITED),
        (bad.status(500), Trouble.DOWN),
        (bad.cut, Trouble.DOWN),
        (bad.hang, Trouble.DOWN),
        (bad.drip, Trouble.DOWN),
    ],
)
async def test_a_bad_day_of_every_source_leaves_what_is_stored(
    spoil: Spoil,
    word: Trouble,
    server: FeedServer,
    reader: JsonReader,
    store: SqliteStore,
    clock: SimulatedClock,
) -> None:
    """When all servers misbehave, yesterday's series stand, and each feed has its word."""
    feeds = _all_feeds(server, reader, clock)
    before = await StoredReadings(feeds, (), store=store, clock=clock).gather()
    clock.advance_to(NOON + DAY)
    server.always = spoil
    within = timedelta(seconds=0.4) if spoil in {bad.hang, bad.drip} else timedelta(seconds=25)
    gatherer = StoredReadings(feeds, (), store=store, clock=clock, within=within)
    for _ in range(2):
        after = await gatherer.gather()
        assert [row.digest for row in after.series] == [row.digest for row in before.series]
        assert [row.trouble for row in after.troubles] == [word] * 13
        assert {(row.kind, row.asset, row.source) for row in after.troubles} == {
            (row.kind, row.asset, row.source) for row in before.series
        }


async def test_one_source_in_trouble_does_not_hold_up_the_others(
    server: FeedServer, reader: JsonReader, store: SqliteStore, clock: SimulatedClock
) -> None:
    """What came through is stored and told beside the word for what did not."""
    server.unserved = {("eth", "FlowInExNtv")}
    gatherer = StoredReadings(_all_feeds(server, reader, clock), (), store=store, clock=clock)
    gathered = await gatherer.gather()
    assert gathered.troubles == (
        FeedTrouble(ReadingKind.NET_INFLOW, Asset("ETH"), "coinmetrics.io", Trouble.OFF),
    )
    assert len(gathered.series) == 12


async def test_feeds_that_are_off_are_told_each_time(
    store: SqliteStore, clock: SimulatedClock
) -> None:
    """Nobody needs to guess why a family of evidence is silent."""
    off = (FeedTrouble(ReadingKind.NET_INFLOW, BTC, "glassnode.com", Trouble.OFF),)
    gatherer = StoredReadings((), off, store=store, clock=clock)
    assert await gatherer.gather() == await gatherer.gather() == Gathered((), off)


@dataclass
class _Odd:
    """A feed that does what it likes."""

    act: Callable[[], object]
    source: str = "odd.example"
    promises: Sequence[tuple[ReadingKind, Asset]] = ((ReadingKind.MVRV, BTC),)

    async def read(self) -> Sequence[FeedReading]:
        """Do it."""
        self.act()
        await asyncio.sleep(0)
        return ()


@pytest.mark.parametrize("bug", [InvariantBroken, ValueError, TimeoutError, KeyError])
async def test_a_bug_in_a_feed_surfaces_after_the_others_are_stored(
    bug: type[Exception],
    server: FeedServer,
    reader: JsonReader,
    store: SqliteStore,
    clock: SimulatedClock,
) -> None:
    """Only a source may fail quietly; our own mistake is raised, and costs no source its day."""

    def fail() -> None:
        raise bug("our mistake")

    feeds: list[ReadingFeed] = [_Odd(fail), FearGreedFeed(reader, clock, server.url)]
    gatherer = StoredReadings(feeds, (), store=store, clock=clock)
    with pytest.raises(bug, match="our mistake"):
        await gatherer.gather()
    with store.reading() as tx:
        series = tx.readings.series(*INDEX)
    assert series is not None
    assert len(series.readings) == 400


async def test_two_who_ask_at_once_ask_the_sources_once(
    server: FeedServer, reader: JsonReader, store: SqliteStore, clock: SimulatedClock
) -> None:
    """A daily check and an intraday one that meet do not double the questions."""
    feeds = hold([FearGreedFeed(reader, clock, server.url)], clock, fear_greed.SCHEDULE)
    gatherer = StoredReadings(feeds, (), store=store, clock=clock)
    one, other = await asyncio.gather(gatherer.gather(), gatherer.gather())
    assert one == other
    assert len(server.asked) == 1
