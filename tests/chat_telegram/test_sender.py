"""The sender keeps the order, loses nothing, and says so where a copy may have arrived."""

import asyncio
from datetime import timedelta

import pytest

from bot.chat.home import MaybeDelivered, Undeliverable
from bot.chat.pace import Pace
from bot.chat.sender import OutboxSender
from bot.ports.mail import OutboxState
from bot.store.sqlite import SqliteStore
from tests.chat_telegram.running import running, until
from tests.chat_telegram.stage import HurriedClock, MemoryHome, later, write_down

QUICK = Pace(chat_per_second=1000.0, per_second=1000.0)
NEVER_POLLS = Pace(poll_every=3600.0)


@pytest.fixture
def sender(store: SqliteStore, home: MemoryHome, clock: HurriedClock) -> OutboxSender:
    """Give a sender whose pace does not matter and whose waits are not drawn by lot."""
    return OutboxSender(store, home, clock, pace=QUICK, luck=lambda: 1.0)


async def send_all(sender: OutboxSender) -> None:
    """Run the sender until the outbox is empty."""
    async with running(sender.run()):
        assert await sender.drain(30)


def spans(home: MemoryHome) -> list[float]:
    """Return the hurried seconds between the attempts."""
    pairs = zip(home.tried_at, home.tried_at[1:], strict=False)
    return [(after - before).total_seconds() for before, after in pairs]


class TestOrder:
    async def test_messages_leave_in_the_order_they_were_written(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """Ten messages to one chat arrive as they were written down, once each, confirmed."""
        keys = [f"m{number}" for number in range(10)]
        for key in keys:
            write_down(store, key)
        await send_all(sender)
        assert home.keys == keys
        with store.reading() as tx:
            assert [tx.outbox.message_ids("7", key) for key in keys[:2]] == [["101"], ["102"]]
            assert tx.outbox.find("7", "103") is not None

    async def test_nothing_overtakes_what_has_to_wait(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """A message told to wait holds back the ones behind it, for as long as was asked."""
        home.troubles = [later(20), later(30)]
        for key in ("first", "second", "third"):
            write_down(store, key)
        await send_all(sender)
        assert home.keys == ["first", "second", "third"]
        assert spans(home)[0] >= 20
        assert spans(home)[1] >= 30

    async def test_other_chats_do_not_wait(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """One chat in trouble holds back nobody else."""
        home.troubles = [later(20)]
        write_down(store, "held", chat="7")
        write_down(store, "free", chat="8")
        await send_all(sender)
        assert home.keys == ["free", "held"]

    async def test_an_impossible_message_lets_the_next_one_pass(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """What can never arrive is given up, the journal knows why, and the rest goes on."""
        home.troubles = [Undeliverable("bot was blocked by the user")]
        write_down(store, "lost", nonce="secret")
        write_down(store, "next")
        await send_all(sender)
        assert home.keys == ["next"]
        with store.reading() as tx:
            lost = tx.outbox.latest("7", "lost")
            (entry,) = tx.journal.entries(kinds=["message.failed"])
        assert lost is not None
        assert (lost.state, lost.nonce) == (OutboxState.FAILED, "")
        assert "blocked by the user" in entry.payload


class TestPatience:
    async def test_waits_double_up_to_a_minute_and_never_end(
        self, store: SqliteStore, home: MemoryHome
    ) -> None:
        """Eight definite noes in a row: 1, 2, 4 … 60, 60 seconds, then the message arrives once."""
        home.clock = HurriedClock(1000.0)
        home.troubles = [later() for _ in range(8)]
        write_down(store, "late")
        await send_all(OutboxSender(store, home, home.clock, pace=QUICK, luck=lambda: 1.0))
        assert home.arrived == [("7", "late", False)]
        expected = [1, 2, 4, 8, 16, 32, 60, 60]
        for span, wait in zip(spans(home), expected, strict=True):
            assert wait <= span

    async def test_a_postponed_message_waits_across_a_restart(
        self, store: SqliteStore, home: MemoryHome, clock: HurriedClock
    ) -> None:
        """A new process waits for the date the old one wrote down."""
        row = write_down(store, "later")
        due = clock.now() + timedelta(seconds=40)
        with store.transaction() as tx:
            tx.outbox.postpone(row.outbox_id, until=due)
        await send_all(OutboxSender(store, home, clock, pace=QUICK))
        assert home.tried_at[0] >= due

    async def test_a_clock_set_back_does_not_silence_the_bot(
        self, store: SqliteStore, home: MemoryHome, clock: HurriedClock
    ) -> None:
        """A date far ahead of any wait we would choose is believed for an hour, no longer."""
        row = write_down(store, "later")
        with store.transaction() as tx:
            tx.outbox.postpone(row.outbox_id, until=clock.now() + timedelta(days=400))
        hasty = HurriedClock(36_000)
        await send_all(OutboxSender(store, home, hasty, pace=QUICK))
        assert home.keys == ["later"]


class TestDoubt:
    async def test_an_unknown_outcome_is_sent_once_more_and_marked(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """After a time-out a marked copy follows before anything else does."""
        home.troubles, home.is_lying = [MaybeDelivered("timed out")], True
        write_down(store, "card")
        write_down(store, "next")
        await send_all(sender)
        assert home.arrived == [("7", "card", False), ("7", "card", True), ("7", "next", False)]
        with store.reading() as tx:
            assert tx.outbox.is_ambiguous("7", "card")
            assert not tx.outbox.is_ambiguous("7", "next")

    async def test_two_unknown_outcomes_end_it(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """Nobody gets a third copy; the journal tells of the doubt."""
        home.troubles = [MaybeDelivered("timed out"), MaybeDelivered("timed out")]
        write_down(store, "card")
        await send_all(sender)
        assert len(home.tried_at) == 2
        with store.reading() as tx:
            assert len(tx.journal.entries(kinds=["message.unsure"])) == 1

    async def test_what_was_under_way_at_the_end_is_marked(
        self, store: SqliteStore, home: MemoryHome, clock: HurriedClock
    ) -> None:
        """A process killed between sending and confirming: the next one sends a marked copy."""
        home.hold = asyncio.Event()
        write_down(store, "card")
        write_down(store, "next")
        async with running(OutboxSender(store, home, clock, pace=QUICK).run()):
            await until(home.changed)
        home.hold = None
        await send_all(OutboxSender(store, home, clock, pace=QUICK))
        assert home.arrived == [("7", "card", False), ("7", "card", True), ("7", "next", False)]

    async def test_an_interrupted_copy_is_not_given_up(
        self, store: SqliteStore, home: MemoryHome, clock: HurriedClock
    ) -> None:
        """However often the process is killed while sending, the message stays to be sent."""
        write_down(store, "card")
        for _ in range(3):
            home.hold, home.changed = asyncio.Event(), asyncio.Event()
            async with running(OutboxSender(store, home, clock, pace=QUICK).run()):
                await until(home.changed)
        home.hold = None
        await send_all(OutboxSender(store, home, clock, pace=QUICK))
        with store.reading() as tx:
            card = tx.outbox.latest("7", "card")
        assert card is not None
        assert card.state is OutboxState.SENT


class TestEdits:
    async def test_an_edit_gets_the_ids_of_what_it_replaces(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """The home learns which messages to change, and they stay known under the edit."""
        write_down(store, "card")
        write_down(store, "edit", edits="card")
        await send_all(sender)
        assert home.edits == [("card", ()), ("edit", ["101"])]
        with store.reading() as tx:
            found = tx.outbox.find("7", "101")
        assert found is not None
        assert found.key == "edit"

    async def test_an_edit_in_doubt_is_repeated_without_a_mark(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """Writing the same text twice into one message harms nobody, so it is tried until known."""
        write_down(store, "card")
        write_down(store, "edit", edits="card")
        home.troubles = [None, *(MaybeDelivered("timed out") for _ in range(4))]
        await send_all(sender)
        assert home.arrived[-1] == ("7", "edit", False)

    async def test_an_edit_of_what_never_arrived_is_sent_by_itself(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """The outcome of a lost card is told all the same."""
        write_down(store, "card")
        write_down(store, "edit", edits="card")
        home.troubles = [Undeliverable("no")]
        await send_all(sender)
        assert home.edits == [("edit", ())]


class TestPace:
    async def test_a_burst_leaves_at_once_and_the_rest_each_second(
        self, store: SqliteStore, home: MemoryHome
    ) -> None:
        """Three messages leave without waiting, the next ones a second apart."""
        home.clock = HurriedClock(3.0)
        for number in range(6):
            write_down(store, f"m{number}")
        await send_all(OutboxSender(store, home, home.clock))
        assert (home.tried_at[-1] - home.tried_at[0]).total_seconds() >= 2.5
        for first, later_one in zip(home.tried_at, home.tried_at[3:], strict=False):
            assert (later_one - first).total_seconds() >= 0.5

    async def test_all_chats_together_stay_within_the_limit(
        self, store: SqliteStore, home: MemoryHome
    ) -> None:
        """Sixty chats with one message each take more than a second at twenty-five a second."""
        home.clock = HurriedClock(2.0)
        for chat in range(60):
            write_down(store, "hello", chat=str(chat))
        await send_all(OutboxSender(store, home, home.clock))
        assert (home.tried_at[-1] - home.tried_at[0]).total_seconds() >= 1.0

    async def test_a_woken_sender_does_not_wait_for_its_poll(
        self, store: SqliteStore, home: MemoryHome, clock: HurriedClock
    ) -> None:
        """What is committed while the sender sleeps leaves as soon as it is woken."""
        sender = OutboxSender(store, home, clock, pace=NEVER_POLLS)
        async with running(sender.run()):
            await asyncio.sleep(0)
            for number in range(3):
                home.changed.clear()
                write_down(store, f"m{number}")
                sender.wake()
                await until(home.changed)
        assert home.keys == ["m0", "m1", "m2"]

    async def test_the_poll_finds_what_nobody_woke_us_for(
        self, store: SqliteStore, home: MemoryHome, clock: HurriedClock
    ) -> None:
        """A forgotten wake delays a message, and loses none."""
        sender = OutboxSender(store, home, clock, pace=Pace(poll_every=0.02))
        async with running(sender.run()):
            await asyncio.sleep(0)
            write_down(store, "unannounced")
            await until(home.changed)
        assert home.keys == ["unannounced"]


class TestStop:
    async def test_drain_tells_when_something_is_left(
        self, store: SqliteStore, home: MemoryHome, sender: OutboxSender
    ) -> None:
        """An orderly stop learns whether everything has left."""
        home.troubles = [later(3600)]
        write_down(store, "held")
        async with running(sender.run()):
            assert not await sender.drain(0.05)

    async def test_drain_of_nothing_returns_at_once(self, sender: OutboxSender) -> None:
        """An empty outbox needs no waiting, not even a running sender."""
        assert await sender.drain(0.0)
