"""An emulator with one person in it, and a bot that sends, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_app import ANN


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opt in to what PTB will do anyway: without it, each RetryAfter is a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    """Serve an emulator in which Ann has started the bot."""
    async with TelegramEmulator() as emulator:
        emulator.person(ANN)
        yield emulator


@pytest.fixture
async def bot(tg: TelegramEmulator) -> AsyncIterator[Bot]:
    """Return a bot that sends but does not poll, and loses patience after 0.3 s."""
    request = HTTPXRequest(read_timeout=0.3, media_write_timeout=0.3)
    async with Bot(tg.token, tg.base_url, tg.base_file_url, request=request) as bot:
        yield bot
