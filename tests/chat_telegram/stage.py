"""The stage of these tests: time that hurries, plain words, and a home in memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.chat.home import NotDelivered
from bot.chat.render.pages import Rendered
from bot.ports.mail import Outgoing
from bot.ports.messages import Answer, Message, MessageType
from bot.ports.records import Store

ANN, BEN = 7, 8
EPOCH = datetime(2026, 3, 2, 8, tzinfo=UTC)


class HurriedClock:
    """The time of the loop that runs when it is made, ``factor`` times as fast."""

    def __init__(self, factor: float = 100.0, start: datetime = EPOCH) -> None:
        """Begin at ``start``."""
        self._factor = factor
        self._start = start
        self._seconds = asyncio.get_running_loop().time
        self._began = self._seconds()

    def now(self) -> datetime:
        """Return the instant it is in hurried time."""
        return self._start + timedelta(seconds=(self._seconds() - self._began) * self._factor)

    async def sleep(self, seconds: float) -> None:
        """Wait a fraction of it."""
        await asyncio.sleep(seconds / self._factor)


def plain_words(outgoing: Outgoing) -> Rendered:
    """Make one page of each block; messages with a nonce get two buttons."""
    message = outgoing.message
    assert isinstance(message, Answer)
    again = " (repeated)" if outgoing.repeated else ""
    pages = tuple(f"<b>{message.heading}</b>{again} {block}".strip() for block in message.blocks)
    nonce = outgoing.nonce
    row = (("Approve", f"v1|a|7f3k9q2m|{nonce}"), ("Reject", f"v1|r|7f3k9q2m|{nonce}"))
    rows = (row,) if nonce else ()
    return Rendered(pages, plain="", news="", rows=rows, moved_up="– continued above")


def write_down(
    store: Store,
    key: str,
    *blocks: str,
    chat: str = str(ANN),
    message: Message | None = None,
    **columns: object,
) -> Outgoing:
    """Put a message into the outbox and return it as it waits there."""
    row = Outgoing(
        outbox_id=0,
        chat_id=chat,
        key=key,
        type=MessageType.ANSWER,
        message=message or Answer(key, blocks or ("",)),
        created_at=EPOCH,
        **{"silent": False, **columns},  # type: ignore[arg-type]
    )
    with store.transaction() as tx:
        tx.outbox.add(row)
        found = tx.outbox.latest(chat, key)
    assert found is not None
    return found


@dataclass
class MemoryHome:
    """A home that keeps what it gets, and fails as it is told to.

    Attributes:
        troubles: what each delivery to come ends with; None for one that arrives.
        is_lying: a failed delivery arrives all the same.
        arrived: chat, key and mark of repetition of everything that arrived, in order.
        tried_at: the instants of all attempts.
    """

    clock: HurriedClock
    troubles: list[Exception | None] = field(default_factory=list)
    is_lying: bool = False
    arrived: list[tuple[str, str, bool]] = field(default_factory=list)
    edits: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    tried_at: list[datetime] = field(default_factory=list)
    hold: asyncio.Event | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Keep the message, unless something else was arranged."""
        self.tried_at.append(self.clock.now())
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or self.is_lying:
            self.arrived.append((outgoing.chat_id, outgoing.key, outgoing.repeated))
            self.edits.append((outgoing.key, edits))
        self.changed.set()
        if self.hold is not None:
            await self.hold.wait()
        if trouble is not None:
            raise trouble
        return edits or [str(100 + len(self.arrived))]

    async def run(self, handle: object) -> None:
        """Receive nothing."""
        await asyncio.Event().wait()

    @property
    def keys(self) -> list[str]:
        """The keys of what arrived, in order."""
        return [key for _, key, _ in self.arrived]


def later(seconds: float = 0.0) -> NotDelivered:
    """Return a definite no that asks to wait; 0 leaves that to the sender."""
    return NotDelivered("not now", timedelta(seconds=seconds))
