"""A Telegram for each test, in which everybody but the stranger has started the bot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.phone import ANN, BEN, EVE, VERA, Phone
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    """Serve a Telegram with its people."""
    async with TelegramEmulator() as emulator:
        for number, name in ((ANN, "Ann"), (BEN, "Ben"), (VERA, "Vera"), (EVE, "Eve")):
            emulator.person(number, first_name=name, started=number != EVE)
        yield emulator
        emulator.assert_every_tap_answered_once()


@pytest.fixture
async def phone(tmp_path: Path, tg: TelegramEmulator) -> AsyncIterator[Phone]:
    """Give a running bot whose portfolio has drifted; its books are checked in the end."""
    async with Phone.open(tmp_path, tg) as phone:
        yield phone
