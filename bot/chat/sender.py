"""The outbox -> the chats: in order within a chat, at a bearable pace, and nothing lost."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from bot.chat.home import Home, MaybeDelivered, NotDelivered, Undeliverable
from bot.chat.pace import USUAL_PACE, Pace
from bot.pacing import TokenBucket
from bot.ports.clock import Clock
from bot.ports.mail import Outgoing
from bot.ports.records import Store, Transaction
from core.domain.errors import StoreCorrupt

log = logging.getLogger(__name__)

LONGEST_TRUSTED_WAIT = timedelta(hours=1)
"""A date further ahead, found at the start, comes from a clock that has been set back since."""


LeftOut = Callable[[Transaction, str], None]
"""Writes down for a chat that one of its messages is missing."""


def _tell_nobody(_: Transaction, __: str) -> None:
    return None


class OutboxSender:
    """Takes messages from the outbox to their chats, one task per chat.

    The first message of a chat that cannot be delivered holds back the ones behind it: nothing
    overtakes. Before a message is handed over, the outbox's memory names it; so a message that was
    on its way when the process died is sent once more, marked as repeated.
    """

    def __init__(
        self,
        store: Store,
        home: Home,
        clock: Clock,
        *,
        pace: Pace = USUAL_PACE,
        luck: Callable[[], float] = random.random,
        left_out: LeftOut = _tell_nobody,
    ) -> None:
        """Prepare to send; ``run`` begins.

        Args:
            store: where the outbox is.
            home: where the chats are.
            clock: time for waits and pace; real time, whatever time the market lives in.
            pace: how fast and how patiently.
            luck: a number from 0 to 1, drawn for each wait.
            left_out: tells a chat that a message to it could no longer be read.
        """
        self._store = store
        self._home = home
        self._clock = clock
        self._pace = pace
        self._luck = luck
        self._left_out = left_out
        self._woken = asyncio.Event()
        self._finished = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._buckets: dict[str, TokenBucket] = {}
        self._overall = TokenBucket(pace.per_second, pace.per_second, clock.now())

    def wake(self) -> None:
        """Look at the outbox now: something was committed to it. Call it in the loop's thread."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled."""
        self._mark_interrupted()
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                self._serve_chats(group)
                await _wait(self._woken, self._pace.poll_every)

    async def drain(self, seconds: float) -> bool:
        """Wait until everything has been sent, at most ``seconds`` of real time; tell whether.

        ``run`` must be running.
        """
        try:
            async with asyncio.timeout(seconds):
                while self._waiting_chats():
                    self._finished.clear()
                    self.wake()
                    await _wait(self._finished, self._pace.poll_every)
        except TimeoutError:
            return False
        return True

    def _serve_chats(self, group: asyncio.TaskGroup) -> None:
        for chat_id in self._waiting_chats():
            task = self._tasks.get(chat_id)
            if task is None or task.done():
                task = group.create_task(self._serve(chat_id), name=f"outbox of {chat_id}")
                task.add_done_callback(lambda _: self._finished.set())
                self._tasks[chat_id] = task

    async def _serve(self, chat_id: str) -> None:
        """Send what one chat has waiting."""
        waited_for = 0
        while (outgoing := self._next(chat_id)) is not None:
            if outgoing.outbox_id != waited_for:
                await self._wait_until_due(outgoing)
            await self._wait_for_turn(chat_id)
            wait = await self._attempt(outgoing)
            if wait is not None:
                await self._clock.sleep(wait.total_seconds())
                waited_for = outgoing.outbox_id

    async def _attempt(self, outgoing: Outgoing) -> timedelta | None:
        """Hand one message over; return how long to wait before it is tried again, or None."""
        edited = self._begin(outgoing)
        try:
            message_ids = await self._home.deliver(outgoing, edits=edited)
        except NotDelivered as error:
            wait = error.wait or self._backoff(outgoing)
            self._end(
                outgoing,
                lambda tx, now: tx.outbox.postpone(outgoing.outbox_id, until=now + wait),
            )
            return wait
        except MaybeDelivered:
            return self._end_unsure(outgoing)
        except Undeliverable as error:
            reason = str(error)
            self._end(outgoing, lambda tx, now: tx.outbox.fail(outgoing.outbox_id, reason, at=now))
            return None
        self._spend(outgoing.chat_id, len(message_ids) - 1)
        self._end(outgoing, lambda tx, now: tx.outbox.sent(outgoing.outbox_id, message_ids, at=now))
        return None

    def _end_unsure(self, outgoing: Outgoing) -> timedelta:
        """Try once more: an edit as if nothing had been, anything else marked as repeated."""
        wait = self._backoff(outgoing)
        number = outgoing.outbox_id

        def unsure(tx: Transaction, now: datetime) -> None:
            if outgoing.edits:
                tx.outbox.postpone(number, until=now + wait)
            else:
                tx.outbox.unsure(number, at=now, until=now + wait)

        self._end(outgoing, unsure)
        return wait

    def _begin(self, outgoing: Outgoing) -> Sequence[str]:
        """Note what is about to be sent; return the message ids it replaces."""
        chat_id = outgoing.chat_id
        if outgoing.edits:
            with self._store.reading() as tx:
                edited = tx.outbox.message_ids(chat_id, outgoing.edits)
            if edited:
                return edited
        with self._store.transaction() as tx:
            tx.memory.put(_under_way(chat_id), str(outgoing.outbox_id))
        return ()

    def _end(self, outgoing: Outgoing, write: Callable[[Transaction, datetime], None]) -> None:
        with self._store.transaction() as tx:
            write(tx, self._clock.now())
            if tx.memory.get(_under_way(outgoing.chat_id)):
                tx.memory.put(_under_way(outgoing.chat_id), "")

    def _mark_interrupted(self) -> None:
        """Mark what was on its way when the process before this one ended."""
        now = self._clock.now()
        for chat_id in self._waiting_chats():
            first = self._next(chat_id)
            with self._store.transaction() as tx:
                name = tx.memory.get(_under_way(chat_id))
                if first is not None and name == str(first.outbox_id) and not first.repeated:
                    tx.outbox.unsure(first.outbox_id, at=now, until=now)
                if name:
                    tx.memory.put(_under_way(chat_id), "")

    async def _wait_until_due(self, outgoing: Outgoing) -> None:
        if outgoing.not_before is None:
            return
        wait = min(outgoing.not_before - self._clock.now(), LONGEST_TRUSTED_WAIT)
        if wait > timedelta():
            await self._clock.sleep(wait.total_seconds())

    async def _wait_for_turn(self, chat_id: str) -> None:
        """Wait until the pace allows one more message to this chat, and take the turn."""
        while wait := max(
            self._bucket(chat_id).wait(self._clock.now()), self._overall.wait(self._clock.now())
        ):
            await self._clock.sleep(wait)
        self._spend(chat_id, 1)

    def _spend(self, chat_id: str, count: int) -> None:
        now = self._clock.now()
        self._bucket(chat_id).take(now, count)
        self._overall.take(now, count)

    def _bucket(self, chat_id: str) -> TokenBucket:
        if chat_id not in self._buckets:
            self._buckets[chat_id] = TokenBucket(
                self._pace.chat_burst, self._pace.chat_per_second, self._clock.now()
            )
        return self._buckets[chat_id]

    def _backoff(self, outgoing: Outgoing) -> timedelta:
        return timedelta(seconds=self._pace.backoff(outgoing.attempts, self._luck()))

    def _next(self, chat_id: str) -> Outgoing | None:
        """Return the next message; one that can no longer be read holds back none behind it.

        Raises:
            StoreCorrupt: it is not that message alone.
        """
        while True:
            try:
                with self._store.reading() as tx:
                    return tx.outbox.next(chat_id)
            except StoreCorrupt:
                log.exception("a message to %s can no longer be read and is left out", chat_id)
                with self._store.transaction() as tx:
                    if not tx.outbox.leave_out(chat_id, at=self._clock.now()):
                        raise
                    self._left_out(tx, chat_id)

    def _waiting_chats(self) -> Sequence[str]:
        with self._store.reading() as tx:
            return tx.outbox.chats()


def _under_way(chat_id: str) -> str:
    return f"outbox:under_way:{chat_id}"


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but not longer than ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
