"""The stage of a simulated or replayed market: its pace, the automatic person, and the way out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.chat.home import Handler, Home
from bot.chat.requests import Button, Press, Request
from bot.chat.sender import OutboxSender
from bot.ports.clock import Clock
from bot.ports.mail import Outgoing
from bot.ports.messages import Card, SecondCard
from bot.settings.answering import Answering
from bot.workflow.desk import Desk, reminder
from core.domain.proposal import ProposalState

AUTO = "auto"
CLOCK_NOW = "clock:now"
LONGEST_DRAIN = 30.0


class AutomaticHome:
    """A home whose person answers each card at once, by the same buttons as anybody.

    It exists on simulated and replayed markets only; the journal names this person ``auto``.
    """

    def __init__(
        self, shown: Home, answering: Answering, *, clock: Clock, looks_every: float | None
    ) -> None:
        """Show everything on ``shown`` and answer as told.

        Args:
            shown: where the messages appear.
            answering: approve all, or reject all.
            clock: the market's time, which passes while the automatic person reads a second card.
            looks_every: seconds between two looks at what waits; None when a stage says when.
        """
        self._shown = shown
        self._answering = answering
        self._clock = clock
        self._looks_every = looks_every
        self._waiting: list[tuple[Outgoing, str]] = []

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Show the message, and keep it in mind if it asks for an answer."""
        # Without its secret a card shows no buttons: there is nobody who could press them.
        ids = await self._shown.deliver(replace(outgoing, nonce=""), edits=edits)
        if outgoing.nonce and isinstance(outgoing.message, Card | SecondCard) and not edits:
            self._waiting.append((outgoing, ids[-1]))
        return ids

    async def run(self, handle: Handler) -> None:
        """Answer now and then; on a stage only ``answer`` does, between two steps of time."""
        while self._looks_every is not None:
            await asyncio.sleep(self._looks_every)
            await self.answer(handle)
        await asyncio.Event().wait()

    async def answer(self, handle: Handler) -> bool:
        """Press one button on every message that waits; tell whether there was any."""
        waiting, self._waiting = self._waiting, []
        for outgoing, message_id in waiting:
            await self._press(handle, outgoing, message_id)
        return bool(waiting)

    async def _press(self, handle: Handler, outgoing: Outgoing, message_id: str) -> None:
        message = outgoing.message
        if not isinstance(message, Card | SecondCard):
            return
        button = Button.APPROVE if self._answering is Answering.ALL else Button.REJECT
        if isinstance(message, SecondCard):
            await self._clock.sleep(3)
            button = Button.CONFIRM
        await handle(
            Request(
                request_id=f"{AUTO}:{outgoing.outbox_id}",
                person=AUTO,
                chat_id=outgoing.chat_id,
                is_private=True,
                message_id=message_id,
                act=Press(button, message.proposal.proposal_id, outgoing.nonce),
                sent_at=self._clock.now(),
            )
        )


@dataclass(slots=True)
class Stage:
    """What happens between two steps of simulated time.

    Attributes:
        desk: the bot.
        sender: takes messages to the chat.
        handle: takes the automatic person's presses.
        automatic: the automatic person, None when somebody is there.
        is_idle: tells whether no plan is being carried out.
        seconds_per_hour: real seconds per simulated hour while a person watches.
        time_goes_on: set by a person who does not want to answer now.
    """

    desk: Desk
    sender: OutboxSender
    handle: Handler
    automatic: AutomaticHome | None
    is_idle: Callable[[], Awaitable[None]]
    seconds_per_hour: float
    time_goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    _recorded: int = -1

    async def between(self, next_at: datetime) -> None:
        """Get messages out and answers in; let a person read before time moves on."""
        await self._settle()
        if self.automatic is None:
            await self._wait_for_person()
            hours = (next_at - self.desk.clock.now()).total_seconds() / 3600
            await asyncio.sleep(max(0.0, hours * self.seconds_per_hour))
            await self._settle()
        self._remember_time()

    def _remember_time(self) -> None:
        """Store the market's time whenever something was recorded, so that a restart goes on there.

        An hour in which nothing was recorded may be lived again: it comes out the same.
        """
        with self.desk.store.reading() as tx:
            seq, _ = tx.journal.head()
        if seq == self._recorded:
            return
        self._recorded = seq
        with self.desk.store.transaction() as tx:
            tx.memory.put(CLOCK_NOW, self.desk.clock.now().isoformat())

    async def _settle(self) -> None:
        """Until nothing moves: messages out, automatic answers in, plans carried out."""
        while True:
            await self.is_idle()
            await self.sender.drain(LONGEST_DRAIN)
            if self.automatic is None or not await self.automatic.answer(self.handle):
                return

    async def _wait_for_person(self) -> None:
        """Let time stand while a card waits; an empty line lets it go on."""
        self.time_goes_on.clear()
        while self._is_waiting() and not self.time_goes_on.is_set():
            try:
                async with asyncio.timeout(0.2):
                    await self.time_goes_on.wait()
            except TimeoutError:
                await self._settle()

    def _is_waiting(self) -> bool:
        """Tell whether a card waits for somebody who has not put it off."""
        with self.desk.store.reading() as tx:
            live = tx.proposals.live()
            later = [tx.memory.get(reminder(chat)) for chat in self.desk.audience.approvers]
        now = self.desk.clock.now()
        if live is None or live.state is not ProposalState.PROPOSED:
            return False
        is_put_off = any(text and text.startswith(live.proposal_id) for text in later)
        return live.expires_at > now and not is_put_off
