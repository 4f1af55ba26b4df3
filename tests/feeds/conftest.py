"""A clock that stands at noon, a server with all sources, and a reader that waits for nobody."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.clocks import SimulatedClock
from bot.feeds.http import JsonReader
from tests.feeds.server import FeedServer

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Talk to the loopback server directly, whatever this machine's proxy is."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that a test moves."""
    return SimulatedClock(NOON)


@pytest.fixture
async def server(clock: SimulatedClock) -> AsyncIterator[FeedServer]:
    """Give a server that publishes by the test's clock."""
    started = FeedServer(clock)
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
def waits() -> list[float]:
    """Give the seconds that the reader would have waited between attempts."""
    return []


@pytest.fixture
async def reader(clock: SimulatedClock, waits: list[float]) -> AsyncIterator[JsonReader]:
    """Give a reader that notes its waits instead of waiting."""

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    opened = JsonReader(clock, wait=wait)
    yield opened
    await opened.close()
