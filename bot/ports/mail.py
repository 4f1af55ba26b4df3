"""Messages on their way out, and what people sent in, as the workflows see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.ports.messages import Message, MessageType


class OutboxState(StrEnum):
    """Where a message stands."""

    PENDING = "pending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way to one chat.

    Attributes:
        outbox_id: increasing; the order of sending within a chat. 0 before it is stored.
        chat_id: the home's own id of the chat.
        key: unique name within the chat, e.g. ``card:7f3k9q2m:0``; adding a known key is no error
            and adds nothing.
        edits: the key of the message this one replaces in place, or empty.
        nonce: the secret of the buttons; blanked once delivery is confirmed.
        repeated: a copy of this message may have arrived already; say so.
        force_reply: ask the client to open a reply to this message.
    """

    outbox_id: int
    chat_id: str
    key: str
    type: MessageType
    message: Message
    silent: bool
    created_at: datetime
    edits: str = ""
    nonce: str = ""
    state: OutboxState = OutboxState.PENDING
    attempts: int = 0
    not_before: datetime | None = None
    repeated: bool = False
    force_reply: bool = False


class Outbox(Protocol):
    """Messages written down before they are sent; order kept within a chat, nothing lost."""

    def add(self, outgoing: Outgoing) -> int:
        """Store a message to be sent; return its id."""
        ...

    def next(self, chat_id: str) -> Outgoing | None:
        """Return the oldest message of a chat that still has to be sent, due or not."""
        ...

    def chats(self) -> Sequence[str]:
        """Return the chats that have messages to be sent."""
        ...

    def sent(self, outbox_id: int, message_ids: Sequence[str], *, at: datetime) -> None:
        """Confirm delivery as these message ids, and blank the nonce."""
        ...

    def postpone(self, outbox_id: int, *, until: datetime) -> None:
        """Nothing was delivered; try again at ``until``."""
        ...

    def unsure(self, outbox_id: int, *, at: datetime, until: datetime) -> None:
        """Delivery is unknown: send once more at ``until``, marked; the second time give up."""
        ...

    def fail(self, outbox_id: int, reason: str, *, at: datetime) -> None:
        """Delivery is impossible; keep the row and the reason, with a journal entry."""
        ...

    def leave_out(self, chat_id: str, *, at: datetime) -> bool:
        """Fail what ``next`` would return and cannot be read; tell whether there was anything."""
        ...

    def message_ids(self, chat_id: str, key: str) -> Sequence[str]:
        """Return the message ids under which ``key`` was delivered to that chat."""
        ...

    def is_ambiguous(self, chat_id: str, key: str) -> bool:
        """Tell whether a copy of ``key`` may have arrived under an id nobody knows."""
        ...

    def find(self, chat_id: str, message_id: str) -> Outgoing | None:
        """Return what was delivered to that chat as ``message_id``, or None."""
        ...

    def latest(self, chat_id: str, key_prefix: str) -> Outgoing | None:
        """Return the newest message whose key starts so, delivered or not, or None."""
        ...


class Inbox(Protocol):
    """What people sent, kept until it is handled; each update is handled once."""

    def keep(self, update_id: str, document: str, *, at: datetime) -> bool:
        """Store an update before the source forgets it; False when it was seen before."""
        ...

    def unhandled(self) -> Sequence[tuple[str, str]]:
        """Return (update_id, document) of what was kept and not handled, oldest first."""
        ...

    def is_waiting(self, update_id: str) -> bool:
        """Tell whether an update was kept and is not handled yet."""
        ...

    def handled(self, update_id: str, *, at: datetime) -> None:
        """Mark an update as handled."""
        ...

    def allow_once(self, key: str, *, at: datetime, every_seconds: int) -> bool:
        """Tell whether ``key`` was not allowed in the last ``every_seconds``, and remember."""
        ...
