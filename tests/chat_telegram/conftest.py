"""A store, a hurried clock, a home and an emulator for each test."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.chat.telegram import TelegramHome
from bot.store.sqlite import SqliteStore, open_store
from tests.chat_telegram.stage import ANN, BEN, HurriedClock, MemoryHome
from tests.chat_telegram.telegram_stage import IMPATIENT, Notebook, telegram_home
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture(scope="session")
def empty_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database in which nothing stands yet; laying out its tables takes a while."""
    path = tmp_path_factory.mktemp("books") / "empty.db"
    open_store(path).close()
    return path


@pytest.fixture
def store(tmp_path: Path, empty_books: Path) -> Iterator[SqliteStore]:
    """Give a new database in a file of its own."""
    shutil.copy(empty_books, tmp_path / "evenkeel.db")
    with open_store(tmp_path / "evenkeel.db") as store:
        yield store


@pytest.fixture
async def clock() -> HurriedClock:
    """Give a clock on which a second lasts ten milliseconds."""
    return HurriedClock()


@pytest.fixture
def home(clock: HurriedClock) -> MemoryHome:
    """Give a home in memory."""
    return MemoryHome(clock)


@pytest.fixture
def notebook() -> Notebook:
    """Give a handler that takes notes."""
    return Notebook()


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    """Serve a Telegram in which Ann and Ben have started the bot."""
    async with TelegramEmulator() as emulator:
        emulator.person(ANN, first_name="Ann")
        emulator.person(BEN, first_name="Ben")
        yield emulator


@pytest.fixture
async def telegram(
    tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock
) -> AsyncIterator[TelegramHome]:
    """Give a home that sends and does not receive."""
    async with telegram_home(tg, store, clock) as home:
        yield home


@pytest.fixture
async def impatient(
    tg: TelegramEmulator, store: SqliteStore, clock: HurriedClock
) -> AsyncIterator[TelegramHome]:
    """Give the same home, which soon stops waiting for an answer."""
    async with telegram_home(tg, store, clock, patience=IMPATIENT) as home:
        yield home
