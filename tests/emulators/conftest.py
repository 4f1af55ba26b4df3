"""A Telegram with one person in it and a bot that sends; an exchange and a person at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.emulators.kraken.scene import BOOK, Scene, scene
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
    """Return a bot that sends but does not poll."""
    async with _bot(tg, 30.0) as bot:
        yield bot


@pytest.fixture
async def hasty(tg: TelegramEmulator) -> AsyncIterator[Bot]:
    """Return one that loses patience after 0.3 s, for answers that never come."""
    async with _bot(tg, 0.3) as bot:
        yield bot


def _bot(tg: TelegramEmulator, patience: float) -> Bot:
    request = HTTPXRequest(read_timeout=patience, media_write_timeout=30.0)
    return Bot(tg.token, tg.base_url, tg.base_file_url, request=request)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[Scene]:
    """Serve one exchange for the whole module."""
    async with scene() as opened:
        yield opened


@pytest.fixture
def play(shared: Scene) -> Iterator[Scene]:
    """Give a fresh exchange with a small book. At its end no coin was sent out."""
    shared.begin().market("BTC/USD").set_book(*BOOK)
    yield shared
    assert shared.kraken.record.moving_coins() == []
