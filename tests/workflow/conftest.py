"""A bot by hand, closed after the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.office import Office

Opener = Callable[..., Awaitable[Office]]


@pytest.fixture
async def open_office(tmp_path: Path) -> AsyncIterator[Opener]:
    """Give a way to open one bot on its own terms."""
    offices: list[Office] = []

    async def open_one(**terms: Any) -> Office:  # noqa: ANN401  # handed to the office
        offices.append(await Office.open(tmp_path, **terms))
        return offices[-1]

    yield open_one
    for office in offices:
        office.close()


@pytest.fixture
async def office(open_office: Opener) -> Office:
    """Give a bot whose account stands as in METHODS' golden case 1."""
    return await open_office()
