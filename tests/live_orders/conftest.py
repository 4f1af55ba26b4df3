"""A trading floor for each test; most share a server and a connection with their module."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.live_orders.scene import HASTY, Floor, floor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Floor]:
    """Serve one exchange for the whole module."""
    async with floor() as opened:
        yield opened


@pytest.fixture
def desk(shared: Floor) -> Iterator[Floor]:
    """Give a new exchange, account and placer; at the end no coin was sent out."""
    shared.begin()
    yield shared
    assert shared.kraken.record.moving_coins() == []


@pytest_asyncio.fixture(loop_scope="module")
async def fresh() -> AsyncIterator[Floor]:
    """Give the same before anything was read, the list of markets included."""
    async with floor() as opened:
        yield opened
        assert opened.kraken.record.moving_coins() == []


@pytest_asyncio.fixture(loop_scope="module")
async def hasty() -> AsyncIterator[Floor]:
    """Give the same with little patience."""
    async with floor(HASTY) as opened:
        yield opened
        assert opened.kraken.record.moving_coins() == []
