"""Damaged records over real HTTP: whoever is known and sends a command is answered all the same."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from bot.chat.front import Front
from bot.chat.render.renderer import Renderer
from bot.chat.requests import Request
from bot.chat.sender import OutboxSender
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import TelegramAccount
from bot.clocks import SystemClock
from bot.ports.records import Store, Transaction
from bot.store.sqlite import SqliteStore
from bot.workflow.desk import tell_left_out
from core.domain.errors import InputInvalid
from tests.chat.damaging import live_some_days
from tests.chat.world import ANN, BERLIN, EVE, world
from tests.chat_telegram.running import running
from tests.chat_telegram.stage import HurriedClock, MemoryHome, write_down
from tests.chat_telegram.telegram_stage import QUICK, Notebook, receiving
from tests.emulators.telegram import TelegramEmulator
from tests.store import damage

PERSON, STRANGER = int(ANN), int(EVE)


@dataclass
class Disk:
    """A store on a disk that may be full: for good, or for so many times."""

    store: Store
    is_full: bool = False
    refusals: int = 0

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin one, where there is room.

        Raises:
            InputInvalid: there is none.
        """
        if self.is_full or self.refusals:
            self.refusals = max(self.refusals - 1, 0)
            raise InputInvalid("evenkeel.db cannot be used: the disk is full; free some space")
        return self.store.transaction()

    def reading(self) -> AbstractContextManager[Transaction]:
        """Begin one, as ever."""
        return self.store.reading()

    def aside(self) -> AbstractContextManager[Transaction]:
        """Begin one, as ever."""
        return self.store.aside()


@dataclass
class Phones:
    """The phones of people who talk to a bot whose records can be damaged."""

    tg: TelegramEmulator
    database: Path
    disk: Disk

    def harm(self, sql: str) -> None:
        """Change the database behind the bot's back."""
        damage.run(self.database, sql)

    async def ask(self, words: str) -> str:
        """Let Ann send a command; return the next message that the bot sends her."""
        before = len(self.heard(PERSON))
        self.tg.person(PERSON).send(None, words)
        await self.tg.wait_until(lambda: len(self.heard(PERSON)) > before)
        return self.heard(PERSON)[before]

    def heard(self, person: int) -> list[str]:
        """Return what the bot has said to a person."""
        return [row.text for row in self.tg.chat(person).messages if row.from_bot]


@asynccontextmanager
async def phones(tg: TelegramEmulator, folder: Path) -> AsyncIterator[Phones]:
    """Give phones at a bot that has lived for some days."""
    async with world(folder) as made:
        await live_some_days(made)
        made.deliver()
        disk, wall = Disk(made.desk.store), SystemClock()
        desk = replace(made.desk, store=disk)
        home = TelegramHome(
            TelegramAccount(tg.token, tg.base_url),
            store=desk.store,
            clock=wall,
            render=Renderer(clock=made.clock, zone=BERLIN, quote=desk.policy.quote).render,
            menus={},
            patience=QUICK,
        )
        left_out = partial(tell_left_out, desk)
        sender = OutboxSender(desk.store, home, wall, left_out=left_out)
        front = Front(desk, made.people, start=made.started.append, wall=wall)

        async def handle(request: Request) -> str:
            said = await front.handle(request)
            sender.wake()
            return said

        async with home, running(sender.run()), running(home.run(handle)):
            yield Phones(tg, folder / "evenkeel.db", disk)


@pytest.fixture
async def bot(tg: TelegramEmulator, tmp_path: Path) -> AsyncIterator[Phones]:
    """Give phones at a bot."""
    tg.person(PERSON)
    async with phones(tg, tmp_path) as given:
        yield given


async def test_damaged_books_are_told_on_the_phone(bot: Phones) -> None:
    """/review and the charts of the books answer with what is damaged; the rest as ever."""
    bot.harm("DELETE FROM book_mark WHERE book = 'never'")
    for words in ("/review", "/review all", "/chart books"):
        assert (await bot.ask(words)).startswith("The books beside the account are damaged")
    assert "made again" in await bot.ask("/review mend")
    assert (await bot.ask("/review")).startswith("Review of 30 days")


async def test_without_an_inbox_a_command_is_answered_and_not_asked_for_again(
    bot: Phones,
) -> None:
    """What cannot be kept is told of once, and a stranger hears nothing."""
    bot.tg.person(STRANGER)
    bot.harm("DROP TABLE inbox")
    for words in ("/status", "/review"):
        assert (await bot.ask(words)).startswith("A stored record is damaged")
    await bot.ask("/halt")
    await bot.tg.wait_until(lambda: "You halted trading" in bot.heard(PERSON)[-1])
    bot.tg.person(STRANGER).send(None, "/start")
    await bot.ask("/help")
    assert bot.heard(STRANGER) == []
    assert bot.tg.world.updates.pending == 0


async def test_on_a_full_disk_a_halt_that_failed_is_told(bot: Phones) -> None:
    """Not even what was sent can be kept: that is said soon, and the next command counts."""
    bot.disk.is_full = True
    said = await bot.ask("/halt")
    assert "the disk is full" in said
    assert "named HALT" in said
    bot.disk.is_full = False
    await bot.ask("/halt")
    await bot.tg.wait_until(lambda: "You halted trading" in bot.heard(PERSON)[-1])
    assert bot.tg.world.updates.pending == 0


async def test_a_disk_that_is_full_for_a_moment_delays_a_command(bot: Phones) -> None:
    """It is asked for again, and done once."""
    bot.disk.refusals = 2
    assert (await bot.ask("/status")).startswith("PAPER · value $")


async def test_a_damaged_memory_is_told_through_the_outbox(bot: Phones) -> None:
    """Nothing can be decided any more; that is said, and not only logged."""
    bot.harm("UPDATE memory SET value = '{'")
    for words in ("/status", "/plan", "/pause"):
        assert (await bot.ask(words)).startswith("A stored record is damaged")
    assert "named HALT" in await bot.ask("/halt now")


async def test_a_message_that_is_left_out_is_told_of(tg: TelegramEmulator, tmp_path: Path) -> None:
    """It may have been a card or a report: whoever misses it knows, and knows where to look."""
    tg.person(PERSON)
    async with phones(tg, tmp_path) as bot:
        bot.harm(
            "UPDATE outbox SET state = 'pending', message = X'80FF' WHERE outbox_id = "
            "(SELECT max(outbox_id) FROM outbox WHERE key LIKE 'card:%' AND chat_id = '7')"
        )
        lost = "A message to this chat can no longer be read"
        await bot.tg.wait_until(lambda: any(lost in words for words in bot.heard(PERSON)))
        assert (await bot.ask("/status")).startswith("PAPER · value $")


async def test_what_the_outbox_cannot_take_is_said_at_once(
    tg: TelegramEmulator, telegram: TelegramHome, notebook: Notebook
) -> None:
    """Words for a command leave without the outbox, once, and a flood wait only delays them."""
    notebook.aloud = "A stored record is damaged"
    tg.fail("sendMessage", 429, times=2)
    async with receiving(telegram, notebook):
        tg.person(PERSON).send(None, "/status")
        await tg.wait_for("A stored record is damaged")
    assert [row.text for row in tg.chat(PERSON).messages if row.from_bot] == [notebook.aloud]


async def test_a_message_that_cannot_be_read_holds_back_none(
    store: SqliteStore, home: MemoryHome, clock: HurriedClock
) -> None:
    """It is marked as failed, with an entry in the journal, and the ones around it arrive."""
    for key in ("first", "second", "third"):
        write_down(store, key)
    damage.run(store.path, "UPDATE outbox SET message = X'80FF' WHERE key = 'second'")
    sender = OutboxSender(store, home, clock)
    async with running(sender.run()):
        sender.wake()
        assert await sender.drain(3000)
    assert home.keys == ["first", "third"]
    with store.reading() as tx:
        (entry,) = tx.journal.entries(kinds=["message.failed"])
    assert "can no longer be read" in entry.payload
