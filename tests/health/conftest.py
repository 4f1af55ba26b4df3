"""A bot that answers how it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.health.ward import Ward
from tests.workflow.office import Office


@pytest.fixture
async def ward(tmp_path: Path) -> AsyncIterator[Ward]:
    """Give a bot that has looked at a sound market and can be asked how it is."""
    async with Ward.open(tmp_path) as ward:
        await ward.office.check()
        yield ward


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Give a bot by hand."""
    office = await Office.open(tmp_path)
    yield office
    office.close()
