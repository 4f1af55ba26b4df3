"""The people on the other side: what a test lets them write, press, edit and block.

Source: reference/telegram.md sections 6 and 7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from tests.emulators.telegram_account import member
from tests.emulators.telegram_html import utf16_length
from tests.emulators.telegram_records import Button, Chat, Message, Query, Version
from tests.emulators.telegram_wire import Json
from tests.emulators.telegram_world import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    SUPERGROUP_BASE,
    World,
)

_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@(\w{3,32}))?(?![\w/<>])")
_MENTION = re.compile(r"(?<!\w)@(\w{4,32})\b")


@dataclass(frozen=True)
class Person:
    """One user of Telegram; everything returns at once, the bot learns of it by getUpdates."""

    world: World
    user_id: int

    @property
    def first_name(self) -> str:
        """The name shown in chats."""
        return str(self.wire()["first_name"])

    def rename(self, first_name: str | None = None, username: str | None = None) -> None:
        """Change the names that are given."""
        if first_name:
            self.private.title = self.wire()["first_name"] = first_name
        if username:
            self.private.username = self.wire()["username"] = username

    def wire(self) -> Json:
        """Return the User object."""
        return self.world.people[self.user_id]

    @property
    def private(self) -> Chat:
        """The private chat with the bot; it has the person's id."""
        return self.world.chats[self.user_id]

    def send(
        self,
        chat_id: int | None,
        text: str,
        *,
        date: datetime | None = None,
        edited: bool = False,
        forward_from: Person | None = None,
        sender_chat: int | None = None,
        reply_to: Message | int | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Write a message; None is the private chat, an unknown negative id makes a group.

        Args:
            chat_id: where to write.
            text: plain text; commands and mentions get their entities.
            date: when it was written, if not now.
            edited: the bot sees only the edited form of it.
            forward_from: the person whose words are forwarded.
            sender_chat: write in the name of this chat: of the group itself (an anonymous
                admin) or of a channel.
            reply_to: the message this one answers.
            thread_id: the forum topic.
        """
        chat = self._chat(chat_id)
        sender, extra = self._identity(chat, sender_chat)
        written = int(date.timestamp()) if date else self.world.now()
        if forward_from:
            origin = {"type": "user", "sender_user": forward_from.wire(), "date": written}
            extra["forward_origin"] = origin
        message = Message(
            chat=chat,
            message_id=self.world.new_message_id(chat),
            date=written,
            sender=sender,
            now=_version(text),
            edit_date=self.world.now() if edited else None,
            thread_id=thread_id,
            reply_to=self._find(reply_to, chat.chat_id) if reply_to is not None else None,
            extra=extra,
        )
        self._tell(self.world.add(message), edited=edited)
        return message

    def edit(self, message: Message | int, text: str, *, chat_id: int | None = None) -> Message:
        """Change the text of a message the person wrote."""
        found = self._find(message, chat_id)
        if not found.sender or found.sender["id"] != self.user_id:
            raise AssertionError(f"{self.first_name} can edit own messages only")
        found.history.append(found.now)
        found.now = _version(text)
        found.edit_date = self.world.now()
        self.world.changed(found)
        self._tell(found, edited=True)
        return found

    def tap(
        self,
        message: Message | int,
        button: str,
        *,
        chat_id: int | None = None,
        stale: bool = False,
        inaccessible: bool = False,
    ) -> str:
        """Press an inline button, named by its label or callback data; returns the callback id.

        Args:
            message: the message, or its id (see `World.find`).
            button: the label or the callback data.
            chat_id: the chat, when the id alone is not enough.
            stale: the person still sees an earlier keyboard, or forges the data.
            inaccessible: the bot gets no more than the message's id, as for old messages.

        Raises:
            AssertionError: when the message shows no such button (and `stale` is not set).
        """
        found = self._find(message, chat_id)
        data = _callback_data(found, button, stale=stale)
        query = Query(f"{4_000_000_000 + len(self.world.queries)}", found, data)
        self.world.queries[query.query_id] = query
        stub = {"chat": found.chat.wire(), "message_id": found.message_id, "date": 0}
        payload: Json = {
            "id": query.query_id,
            "from": self.wire(),
            "message": stub if inaccessible or found.deleted else found.wire(),
            "chat_instance": f"instance{found.chat.chat_id}",
            "data": data,
        }
        self.world.updates.push("callback_query", payload)
        return query.query_id

    def block_bot(self) -> None:
        """Block the bot: what it sends to this person is refused with 403."""
        self._set_bot(self.private, "blocked", ("member", "kicked"))

    def unblock_bot(self) -> None:
        """Let the bot write again."""
        self._set_bot(self.private, "in", ("kicked", "member"))

    def kick_bot(self, chat_id: int) -> None:
        """Throw the bot out of a group or channel."""
        self._set_bot(self.world.chats[chat_id], "kicked", ("member", "kicked"))

    def upgrade_group(self, chat_id: int) -> int:
        """Turn a basic group into a supergroup; returns the new id, and the old one is dead."""
        old = self.world.chats[chat_id]
        new_id = SUPERGROUP_BASE + chat_id
        new = Chat(new_id, "supergroup", old.title, bot_is=old.bot_is)
        self.world.chats[new_id] = new
        old.migrated_to = new_id
        self.world.service_message(old, self.wire(), {"migrate_to_chat_id": new_id})
        self.world.service_message(
            new, GROUP_ANONYMOUS_BOT, {"migrate_from_chat_id": chat_id, "sender_chat": new.wire()}
        )
        return new_id

    def _set_bot(self, chat: Chat, bot_is: str, change: tuple[str, str]) -> None:
        """Change the bot's place in a chat and let it know."""
        chat.bot_is = bot_is
        payload = {
            "chat": chat.wire(),
            "from": self.wire(),
            "date": self.world.now(),
            "old_chat_member": member(self.world.bot, change[0]),
            "new_chat_member": member(self.world.bot, change[1]),
        }
        self.world.updates.push("my_chat_member", payload)

    def _chat(self, chat_id: int | None) -> Chat:
        """Return the chat to write to; writing to the bot starts the private chat."""
        chat = self.world.open_chat(self.user_id if chat_id is None else chat_id)
        if chat.bot_is == "blocked":
            raise AssertionError(f"{self.first_name} blocked the bot and cannot write to it")
        if chat.migrated_to is not None:
            raise AssertionError(f"group {chat.chat_id} is now {chat.migrated_to}")
        if chat.bot_is == "not started":
            chat.bot_is = "in"
        return chat

    def _identity(self, chat: Chat, sender_chat: int | None) -> tuple[Json | None, Json]:
        """Return whom the bot sees as `from`, and further fields."""
        if chat.kind == "channel":
            return None, {"sender_chat": chat.wire()}
        if sender_chat is None:
            return self.wire(), {}
        stand_in = GROUP_ANONYMOUS_BOT if sender_chat == chat.chat_id else CHANNEL_BOT
        channel = self.world.chats.get(sender_chat) or Chat(sender_chat, "channel", "Channel")
        return stand_in, {"sender_chat": channel.wire()}

    def _tell(self, message: Message, *, edited: bool) -> None:
        """Let the bot know, if its privacy mode lets it see this message."""
        name = "channel_post" if message.chat.kind == "channel" else "message"
        if self._is_seen(message):
            self.world.updates.push(f"edited_{name}" if edited else name, message.wire())

    def _is_seen(self, message: Message) -> bool:
        """Whether the bot gets a message: in groups without admin rights only what is for it."""
        if message.chat.kind in {"private", "channel"} or message.chat.bot_is == "admin":
            return message.chat.bot_is != "kicked"
        if message.chat.bot_is == "kicked":
            return False
        me = str(self.world.bot["username"]).lower()
        commands = [(name or me).lower() for name in _COMMAND.findall(message.text)]
        mentions = [name.lower() for name in _MENTION.findall(message.text)]
        is_reply = message.reply_to is not None and message.reply_to.from_bot
        return me in commands or me in mentions or is_reply

    def _find(self, message: Message | int, chat_id: int | None) -> Message:
        """Return a message by itself or by id, the private chat first."""
        return self.world.find(message, chat_id, self.user_id)


def _version(text: str) -> Version:
    """Return a person's text with the entities that Telegram recognises by itself."""
    entities = [
        {
            "type": kind,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(match[0]),
        }
        for kind, pattern in (("bot_command", _COMMAND), ("mention", _MENTION))
        for match in pattern.finditer(text)
    ]
    return Version(text, text, entities, [])


def _callback_data(message: Message, label: str, *, stale: bool) -> str:
    """Return the data behind a button."""
    versions = [message.now, *reversed(message.history)] if stale else [message.now]
    for version in versions:
        for button in (button for row in version.keyboard for button in row):
            if button.callback_data is not None and _is_called(button, label):
                return button.callback_data
    if not stale:
        raise AssertionError(f"no button {label!r} to press; there are {message.buttons}")
    return label


def _is_called(button: Button, label: str) -> bool:
    """Whether a test means this button."""
    return label in {button.text, button.callback_data}
