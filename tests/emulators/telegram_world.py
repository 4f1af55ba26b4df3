"""The emulated Telegram from inside: one bot, its chats, and what happened in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.emulators.telegram_records import Answer, Call, Chat, Message, Query, Version
from tests.emulators.telegram_updates import Pulse, UpdateQueue
from tests.emulators.telegram_wire import ApiError, Json, Upload, bad_request

GROUP_ANONYMOUS_BOT = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
SUPERGROUP_BASE = -1_000_000_000_000
_REFUSALS = {
    "blocked": "bot was blocked by the user",
    "not started": "bot can't initiate conversation with a user",
}


@dataclass(eq=False, repr=False)
class World:
    """All state of one emulator; methods of the Bot API and the people's driver both work on it."""

    bot: Json
    clock: Callable[[], float]
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    pulse: Pulse = field(default_factory=Pulse)
    chats: dict[int, Chat] = field(default_factory=dict)
    people: dict[int, Json] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    actions: list[tuple[int, str]] = field(default_factory=list)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)
    moment: int = 0
    _next_shared_message_id: int = 1
    updates: UpdateQueue = field(init=False)

    def __post_init__(self) -> None:
        """Connect the update queue to this world's clock and pulse."""
        self.updates = UpdateQueue(self.clock, self.pulse, self.closing)

    def now(self) -> int:
        """Return the time as Telegram writes it: whole unix seconds."""
        return int(self.clock())

    def changed(self, message: Message) -> None:
        """Note that a message changed just now, and wake those who wait."""
        self.moment += 1
        message.moment = self.moment
        self.pulse.beat()

    def add(self, message: Message) -> Message:
        """Put a message into its chat's log."""
        message.chat.log[message.message_id] = message
        self.changed(message)
        return message

    def new_message_id(self, chat: Chat) -> int:
        """Return the next message id of a chat."""
        if chat.numbers_its_own_messages:
            chat.next_message_id += 1
            return chat.next_message_id - 1
        self._next_shared_message_id += 1
        return self._next_shared_message_id - 1

    def open_chat(self, chat_id: int) -> Chat:
        """Return a chat, making a group (below -10^12 a supergroup) of an unknown negative id."""
        if chat_id not in self.chats:
            if chat_id > 0:
                raise LookupError(f"no person {chat_id}: make one with tg.person()")
            kind = "supergroup" if chat_id < SUPERGROUP_BASE else "group"
            self.chats[chat_id] = Chat(chat_id, kind, f"Group {chat_id}")
        return self.chats[chat_id]

    def chat_for_bot(self, chat_id: int) -> Chat:
        """Return a chat the bot may write to.

        Raises:
            ApiError: 400 unknown or upgraded chat, 403 when the bot may not write there.
        """
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to is not None:
            parameters = {"migrate_to_chat_id": chat.migrated_to}
            raise ApiError(400, "group chat was upgraded to a supergroup chat", parameters)
        if chat.bot_is == "kicked":
            names = {
                "group": "group chat",
                "supergroup": "supergroup chat",
                "channel": "channel chat",
            }
            raise ApiError(403, f"bot was kicked from the {names[chat.kind]}")
        if chat.bot_is in _REFUSALS:
            raise ApiError(403, _REFUSALS[chat.bot_is])
        return chat

    def messages(self) -> list[Message]:
        """Return all messages of all chats in the order of their last change."""
        everything = [message for chat in self.chats.values() for message in chat.log.values()]
        return sorted(everything, key=lambda message: message.moment)

    def find(self, message: Message | int, chat_id: int | None, near: int) -> Message:
        """Return a message given as itself, or by id: in `chat_id`, else `near`, else anywhere.

        Raises:
            LookupError: when there is no such message, or several chats have one with this id.
        """
        if isinstance(message, Message):
            return message
        for place in (chat_id,) if chat_id is not None else (near,):
            if place in self.chats and message in self.chats[place].log:
                return self.chats[place].log[message]
        found = [chat.log[message] for chat in self.chats.values() if message in chat.log]
        if chat_id is not None or len(found) != 1:
            raise LookupError(
                f"message {message}: {len(found)} chats have one; pass the message or its chat_id"
            )
        return found[0]

    def service_message(self, chat: Chat, sender: Json, extra: Json) -> None:
        """Let the bot see a service message."""
        nothing = Version("", "", [], [])
        message = Message(chat, self.new_message_id(chat), self.now(), sender, nothing, extra=extra)
        self.updates.push("message", self.add(message).wire())
