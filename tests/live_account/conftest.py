"""One served exchange for each module, and a fresh one in it for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.live_account.scene import Scene
from tests.live_account.scene import scene as served


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Scene]:
    """Serve one exchange."""
    async with served() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def scene(shared: Scene) -> AsyncIterator[Scene]:
    """Give a new exchange a second after its first deposits."""
    shared.begin()
    shared.later()
    yield shared
    await shared.close()
