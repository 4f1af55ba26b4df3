"""One served Binance and one served Coinbase for a module; a new account for every test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.other_accounts.scene import (
    BinanceScene,
    CoinbaseScene,
    binance_scene,
    coinbase_scene,
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def binance() -> AsyncIterator[BinanceScene]:
    """Serve Binance for the whole module."""
    async with binance_scene() as scene:
        yield scene


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def coinbase() -> AsyncIterator[CoinbaseScene]:
    """Serve Coinbase for the whole module."""
    async with coinbase_scene() as scene:
        yield scene
