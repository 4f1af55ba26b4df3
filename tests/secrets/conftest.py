"""A Telegram for the programs of these tests, whose token looks like a real one."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.phone import ANN
from tests.emulators.telegram import TelegramEmulator

TOKEN = "7012345678:AAFq3-vJkxW0u2Zr9LmNpQsTeXyB_cDgHi4"


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    """Serve a Telegram with one person."""
    async with TelegramEmulator(TOKEN) as emulator:
        emulator.person(ANN, first_name="Ann", started=True)
        yield emulator
