"""A Kraken and a folder for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.boot.world import BootWorld


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[BootWorld]:
    """Serve a Kraken; there is no key yet. Nothing is ever ordered or moved there."""
    async with BootWorld.open(tmp_path) as opened:
        yield opened
        assert opened.kraken.orders() == []
        assert opened.kraken.record.moving_coins() == []
