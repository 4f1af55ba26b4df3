"""What the bot decides when its feeds misbehave: the whole way from a server's answer to a verdict.

Nothing a feed does ever makes a trade. In a calm market its silence changes nothing but the
reasons; in one that falls hard it counts as one point, and the pause begins.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clocks import SimulatedClock
from bot.feeds.fear_greed import FearGreedFeed
from bot.feeds.gather import StoredReadings
from bot.feeds.glassnode import glassnode_feeds
from bot.feeds.http import JsonReader
from bot.ports.feeds import Gathered
from bot.store.sqlite import open_store
from core.domain.decision import Decision, Propose, ReasonCode
from core.domain.policy import BandRules
from core.domain.state import EngineState
from core.domain.stress import Family, Stress
from core.domain.watching import RegimeRules, StressRules, TiltRules
from core.engine import decide
from tests.core.markets import watched
from tests.dsl import MORNING
from tests.feeds import misbehaviour as bad
from tests.feeds.server import FeedServer, Spoil
from tests.feeds.wires import KEY

FALL = (-0.05,)
"""A day far out of a calm market's way: two points, one short of a pause."""

UNKNOWN = {ReasonCode.SENTIMENT_UNKNOWN, ReasonCode.FLOWS_UNKNOWN}
RULES = {
    "stress": StressRules(families=(Family.PRICE, Family.SENTIMENT, Family.FLOWS)),
    "regime": RegimeRules(is_directional=False),
    "tilt": TiltRules(is_on=False),
    "bands": BandRules(confirm=1),
}


class Bench:
    """Both feeds on one server, and the decision that follows from what they say."""

    def __init__(self, server: FeedServer, readings: Callable[[timedelta], StoredReadings]) -> None:
        self.server = server
        self._readings = readings

    async def told(self) -> Gathered:
        """Return what the feeds say now; one that never ends its answer is left soon."""
        never_ends = self.server.always in {bad.hang, bad.drip}
        return await self._readings(timedelta(seconds=0.5 if never_ends else 25)).gather()

    async def decide(self, moves: tuple[float, ...] = ()) -> Decision:
        """Return what is decided on it, in a market that moved like this of late."""
        said = await self.told()
        there = watched(moves, **RULES)
        seen = replace(there.snapshot, readings=said.series, troubles=said.troubles)
        return decide(seen, there.policy, EngineState())


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Give both feeds at the hour of the daily evaluation."""
    clock = SimulatedClock(MORNING)
    server = FeedServer(clock)
    await server.start()

    async def wait(_seconds: float) -> None:
        """Wait for nobody."""

    reader = JsonReader(clock, wait=wait)
    feeds = [
        FearGreedFeed(reader, clock, server.url),
        *glassnode_feeds(reader, clock, base_url=server.url, key=KEY),
    ]
    with open_store(tmp_path / "evenkeel.db") as store:
        yield Bench(
            server,
            lambda within: StoredReadings(feeds, (), store=store, clock=clock, within=within),
        )
    await reader.close()
    await server.stop()


# How every server answers, and the word that stands in the decision.
TABLE: list[tuple[str, Spoil, str]] = [
    ("an HTML page with status 200", bad.PAGE, "malformed"),
    ("nothing at all", bad.EMPTY, "malformed"),
    ("half an answer", bad.truncated, "malformed"),
    ("a connection cut in the middle", bad.cut, "down"),
    ("five megabytes", bad.huge, "malformed"),
    ("another host", bad.elsewhere, "malformed"),
    ("a refused key", bad.status(401), "refused"),
    ("a plan too small", bad.status(403), "refused"),
    ("a rate limit", bad.status(429), "limited"),
    ("a rate limit with a long rest", bad.status(429, Retry_After="9999"), "limited"),
    ("a broken server", bad.status(500), "down"),
    ("no answer", bad.hang, "down"),
    ("one byte at a time", bad.drip, "down"),
]


@pytest.mark.parametrize(("spoil", "word"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
async def test_a_feed_that_misbehaves_never_decides(spoil: Spoil, word: str, bench: Bench) -> None:
    """Each bad answer: no vote, a reason that names it, a trade as ever, a pause on a fall."""
    bench.server.always = spoil
    calm = await bench.decide()
    assert isinstance(calm.outcome, Propose)
    codes = {reason.code for reason in calm.reasons}
    assert codes >= UNKNOWN
    troubles = {
        dict(reason.values)["trouble"]
        for reason in calm.reasons
        if reason.code is ReasonCode.FEED_TROUBLE
    }
    assert troubles == {word}
    falling = await bench.decide(FALL)
    assert falling.next_state.stress.phase is Stress.PAUSED
    assert not isinstance(falling.outcome, Propose)


async def test_feeds_that_answer_well_have_their_say(bench: Bench) -> None:
    """With good answers there is no unknown vote, and the same fall alone does not pause."""
    calm = await bench.decide()
    assert isinstance(calm.outcome, Propose)
    assert not UNKNOWN & {reason.code for reason in calm.reasons}
    votes = {vote.family: vote.points for vote in calm.next_state.stress.votes}
    assert votes[Family.SENTIMENT] is not None
    assert votes[Family.FLOWS] is not None
    quiet = sum(votes[family] or 0 for family in (Family.SENTIMENT, Family.FLOWS))
    falling = await bench.decide(FALL)
    expected = Stress.PAUSED if quiet else Stress.NORMAL
    assert falling.next_state.stress.phase is expected
