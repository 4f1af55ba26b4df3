"""How far two clocks are apart, by one answer."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.exchange.live.venue_time import read_skew, skew_of
from bot.venues.connection import Connection, Manners
from bot.venues.table import spot_venue
from core.domain.errors import FeedUnavailable
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.faults import Delays, Puts, error
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


CASES = [
    # the venue's time may lie in   asked, heard    ahead by
    ((0.0, 1.0), (0.9, 1.0), 0.0),
    ((0.0, 1.0), (0.2, 0.4), 0.0),
    ((0.0, 1.0), (1.0, 1.2), 0.0),
    ((0.0, 1.0), (1.3, 1.4), 0.3),
    ((0.0, 1.0), (-0.5, -0.2), -0.2),
    ((0.0, 1.0), (-0.5, 0.0), 0.0),
    ((0.0, 1.0), (-2.0, 3.0), 0.0),
    ((0.5, 0.5), (7.0, 7.2), 6.5),
    ((0.5, 0.5), (-9.0, -8.5), -9.0),
]


@pytest.mark.parametrize(("told", "ours", "ahead"), CASES)
def test_the_smallest_difference_that_agrees(
    told: tuple[float, float], ours: tuple[float, float], ahead: float
) -> None:
    """Neither the second that is cut off nor the time of the question makes a clock wrong."""
    found = skew_of((at(told[0]), at(told[1])), at(ours[0]), at(ours[1]))
    assert found == timedelta(seconds=ahead)


@pytest.mark.parametrize("ahead", [0, 1, 7, -7, 90])
async def test_krakens_clock_over_the_wire(ahead: int) -> None:
    """A difference shows to the second; a true clock shows none, whatever the fraction."""
    clock = ManualClock(NOON + timedelta(milliseconds=975))
    async with KrakenServer(Kraken(clock)) as server:
        server.kraken.habits.ahead = ahead * -SECOND
        connection = _connected(server, clock)
        try:
            found = await read_skew(connection)
        finally:
            await connection.close()
    nearest = timedelta(seconds=ahead)
    assert abs(found - nearest) <= SECOND
    assert (found == timedelta()) == (ahead == 0)


async def test_a_slow_answer_is_asked_for_again() -> None:
    """What took long says little of the time; three slow answers say nothing."""
    clock = ManualClock(NOON)
    async with KrakenServer(Kraken(clock)) as server:
        server.kraken.misbehave("Time", Delays(30))
        connection = _connected(server, clock)
        try:
            assert await read_skew(connection) == timedelta()
            server.kraken.misbehave("Time", Delays(30), times=None)
            with pytest.raises(FeedUnavailable, match="too slowly") as failed:
                await read_skew(connection)
            assert failed.value.trouble == "late"
        finally:
            await connection.close()
        assert server.kraken.record.count("Time") == 5


@pytest.mark.parametrize("told", ["noon", None, -5, "99999999999999"])
async def test_a_time_that_is_none(told: object) -> None:
    """An answer without a time that can be is no time, and not the year 1970."""
    clock = ManualClock(NOON)
    async with KrakenServer(Kraken(clock)) as server:
        connection = _connected(server, clock)
        server.kraken.misbehave("Time", Puts(("unixtime",), told))
        try:
            with pytest.raises(FeedUnavailable, match="as its time") as failed:
                await read_skew(connection)
            assert failed.value.trouble == "malformed"
            server.kraken.misbehave("Time", error("EService:Unavailable"))
            with pytest.raises(FeedUnavailable):
                await read_skew(connection)
        finally:
            await connection.close()


def _connected(server: KrakenServer, clock: ManualClock) -> Connection:
    manners = Manners(is_paced=False)
    return Connection(spot_venue("kraken"), clock, base_url=server.base_url, manners=manners)
