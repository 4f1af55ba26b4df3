"""Sender and home together through bad hours: nothing lost, nothing doubled, order kept."""

import itertools
from collections.abc import AsyncIterator

import pytest

from bot.chat.pace import Pace
from bot.chat.sender import OutboxSender
from bot.chat.telegram import TelegramHome
from bot.ports.mail import OutboxState
from bot.store.sqlite import SqliteStore
from tests.chat_telegram.running import running
from tests.chat_telegram.stage import ANN, BEN, HurriedClock, write_down
from tests.emulators.telegram import TelegramEmulator

QUICK = Pace(chat_per_second=1000.0, per_second=1000.0)
KEYS = [f"m{number}" for number in range(12)]


@pytest.fixture
async def sender(
    store: SqliteStore, telegram: TelegramHome, clock: HurriedClock
) -> AsyncIterator[OutboxSender]:
    """Give a running sender."""
    sender = OutboxSender(store, telegram, clock, pace=QUICK)
    async with running(sender.run()):
        yield sender


@pytest.fixture
async def hasty(
    store: SqliteStore, impatient: TelegramHome, clock: HurriedClock
) -> AsyncIterator[OutboxSender]:
    """Give a running sender that soon stops waiting for an answer."""
    sender = OutboxSender(store, impatient, clock, pace=QUICK)
    async with running(sender.run()):
        yield sender


def texts(tg: TelegramEmulator, person: int = ANN) -> list[str]:
    """Return what a person reads, in order."""
    return [message.text for message in tg.chat(person).visible]


async def test_flood_and_bad_gateways_lose_double_and_reorder_nothing(
    tg: TelegramEmulator, store: SqliteStore, sender: OutboxSender
) -> None:
    """Refused here and there for a while, every message still arrives once, in its turn."""
    number = itertools.count()
    tg.fail("sendMessage", 429, retry_after=1, times=20, when=lambda _: next(number) % 3 == 0)
    tg.fail("sendMessage", 502, times=20, when=lambda _: next(number) % 5 == 0)
    for key in KEYS:
        write_down(store, key)
        write_down(store, key, chat=str(BEN))
    sender.wake()
    assert await sender.drain(30)
    assert texts(tg) == KEYS
    assert texts(tg, BEN) == KEYS


async def test_a_long_outage_is_waited_out(
    tg: TelegramEmulator, store: SqliteStore, sender: OutboxSender
) -> None:
    """Everything written while the server is down arrives when it is back, once and in order."""
    tg.fail("*", 502, for_seconds=1.0)
    for key in KEYS:
        write_down(store, key)
    sender.wake()
    assert await sender.drain(30)
    assert texts(tg) == KEYS


async def test_the_limits_of_telegram_are_kept(
    tg: TelegramEmulator, store: SqliteStore, telegram: TelegramHome
) -> None:
    """Against a server that enforces one message a second the stream finds its pace."""
    tg.rate_limit(per_chat_per_second=4)
    sender = OutboxSender(store, telegram, HurriedClock(1.0), pace=Pace(chat_per_second=4.0))
    for key in KEYS[:6]:
        write_down(store, key)
    async with running(sender.run()):
        assert await sender.drain(30)
    assert texts(tg) == KEYS[:6]


async def test_a_message_in_doubt_arrives_at_most_twice_and_marked(
    tg: TelegramEmulator, store: SqliteStore, hasty: OutboxSender
) -> None:
    """The server takes a message and never says so: one marked copy, then the next message."""
    tg.hang("sendMessage")
    write_down(store, "card", nonce="Zm9vYmFyYmF6cXV4MTIzNA")
    write_down(store, "next")
    hasty.wake()
    assert await hasty.drain(30)
    assert texts(tg) == ["card", "card (repeated)", "next"]
    first, second, _ = tg.chat(ANN).messages
    assert first.keyboard == second.keyboard
    with store.reading() as tx:
        assert tx.outbox.is_ambiguous(str(ANN), "card")
        assert tx.outbox.find(str(ANN), str(first.message_id)) is None
        assert tx.outbox.find(str(ANN), str(second.message_id)) is not None


async def test_an_edit_in_doubt_ends_as_one_text(
    tg: TelegramEmulator, store: SqliteStore, hasty: OutboxSender
) -> None:
    """The edit was made and nobody said so; made again it is no change, and counts."""
    write_down(store, "card", "open")
    tg.hang("editMessageText")
    write_down(store, "edit", "closed", edits="card")
    hasty.wake()
    assert await hasty.drain(30)
    assert texts(tg) == ["edit closed"]
    assert [call.status for call in tg.calls_of("editMessageText")] == [None, 400]


async def test_a_person_who_blocked_the_bot_holds_nobody_back(
    tg: TelegramEmulator, store: SqliteStore, sender: OutboxSender
) -> None:
    """What cannot arrive is kept as failed, and what is sent after the block ends arrives."""
    tg.person(ANN).block_bot()
    write_down(store, "m0")
    write_down(store, "m0", chat=str(BEN))
    sender.wake()
    assert await sender.drain(30)
    tg.person(ANN).unblock_bot()
    write_down(store, "m1")
    sender.wake()
    assert await sender.drain(30)
    assert (texts(tg), texts(tg, BEN)) == (["m1"], ["m0"])
    with store.reading() as tx:
        lost = tx.outbox.latest(str(ANN), "m0")
        entries = tx.journal.entries(kinds=["message.failed"])
    assert lost is not None
    assert lost.state is OutboxState.FAILED
    assert len(entries) == 1


async def test_a_group_that_moved_is_told_with_its_new_number(
    tg: TelegramEmulator, store: SqliteStore, sender: OutboxSender
) -> None:
    """The journal names the new chat, so that a person can put it into the settings."""
    tg.group(-55)
    moved_to = tg.person(ANN).upgrade_group(-55)
    write_down(store, "m0", chat="-55")
    sender.wake()
    assert await sender.drain(30)
    with store.reading() as tx:
        (entry,) = tx.journal.entries(kinds=["message.failed"])
    assert str(moved_to) in entry.payload
