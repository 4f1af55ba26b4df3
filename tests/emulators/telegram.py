"""A strict local Telegram Bot API: the whole of it, as tests use it.

`async with TelegramEmulator(token="123456:TEST") as tg:` serves on 127.0.0.1; give `tg.base_url`
and `tg.base_file_url` to the bot. It is a small real implementation in memory: it keeps chats,
messages and updates, refuses what Telegram refuses (and python-telegram-bot does not check), and
fails on request.

    ann = tg.person(1, first_name="Ann")
    ann.send(None, "/plan")
    card = await tg.wait_for("Approve?")
    press = ann.tap(card, "Approve")
    await tg.wait_answered(press)

Stop the bot before the emulator. Source: reference/telegram.md; the parts are in telegram_*.py:
wire (bodies, envelope), html, records, updates (getUpdates), world (state), checks (limits),
messages and account (methods), people (the other side), faults and switches, watch (waits), server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.emulators.telegram_account import menu_key
from tests.emulators.telegram_people import Person
from tests.emulators.telegram_records import Answer, Call, Chat
from tests.emulators.telegram_server import Server
from tests.emulators.telegram_switches import Switches
from tests.emulators.telegram_watch import Watch
from tests.emulators.telegram_wire import Json
from tests.emulators.telegram_world import SUPERGROUP_BASE, World


class TelegramEmulator(Switches, Watch):
    """One bot, its people and chats.

    Args:
        token: the bot's token; digits, a colon, anything.
        username: the bot's username.
        clock: unix time for dates and for how long updates are kept.
    """

    def __init__(
        self,
        token: str = "123456:TEST",
        *,
        username: str = "evenkeel_test_bot",
        clock: Callable[[], float] = time.time,
    ) -> None:
        bot_id = int(token.partition(":")[0])
        bot = {"id": bot_id, "is_bot": True, "first_name": "Evenkeel", "username": username}
        super().__init__(World(bot, clock))
        self.token = token
        self.base_url = ""
        self.base_file_url = ""
        self._server = Server(token, self.world, self.faults, self.limits)

    def __repr__(self) -> str:
        return f"<TelegramEmulator {self.base_url}: {len(self.calls)} calls>"

    async def __aenter__(self) -> Self:
        """Start to listen."""
        root = f"http://127.0.0.1:{await self._server.start()}"
        self.base_url, self.base_file_url = f"{root}/bot", f"{root}/file/bot"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, cutting what hangs."""
        await self._server.stop()

    def person(
        self,
        user_id: int,
        *,
        first_name: str | None = None,
        username: str | None = None,
        started: bool = True,
    ) -> Person:
        """Return a person, making them at the first call.

        Unless `started`, the bot may not write to a new person before they do.
        """
        if user_id not in self.world.people:
            name = first_name or f"Person {user_id}"
            bot_is = "in" if started else "not started"
            self.world.people[user_id] = {"id": user_id, "is_bot": False, "first_name": name}
            self.world.chats[user_id] = Chat(user_id, "private", name, bot_is=bot_is)
        person = Person(self.world, user_id)
        person.rename(first_name, username)
        return person

    def group(
        self,
        chat_id: int,
        title: str = "Group",
        *,
        kind: str | None = None,
        admin: bool = False,
        topics: frozenset[int] = frozenset(),
    ) -> Chat:
        """Make a group, supergroup (the default below -10^12) or channel with the bot in it.

        As an admin the bot sees everything, otherwise only commands, mentions and replies to it.
        """
        usual = "supergroup" if chat_id < SUPERGROUP_BASE else "group"
        bot_is = "admin" if admin else "in"
        chat = Chat(chat_id, kind or usual, title, bot_is=bot_is, topics=topics)
        self.world.chats[chat_id] = chat
        return chat

    def chat(self, chat_id: int) -> Chat:
        """Return a chat (a private one has the person's id) with all its messages."""
        return self.world.chats[chat_id]

    @property
    def calls(self) -> list[Call]:
        """All calls with a good token and a known method, in order of arrival."""
        return self.world.calls

    @property
    def answers(self) -> list[Answer]:
        """All accepted answers to presses of buttons."""
        return self.world.answers

    @property
    def actions(self) -> list[tuple[int, str]]:
        """All chat actions, as chat id and action."""
        return self.world.actions

    def menu(self, scope: str = "default", *, language: str = "", **ids: int) -> list[str]:
        """Return the command names of one scope; `ids` are its chat_id and user_id."""
        key = menu_key({"type": scope, **ids}, language)
        return [command["command"] for command in self.world.commands.get(key, [])]

    def redeliver(self, update_id: int | None = None) -> int:
        """Deliver an update again under its id (the newest delivered one when not named)."""
        chosen = max(self.world.updates.delivered) if update_id is None else update_id
        self.world.updates.replay(chosen)
        return chosen

    def push_update(self, kind: str, payload: Json) -> int | None:
        """Send the bot any update; returns its id, or None when it did not ask for the kind."""
        return self.world.updates.push(kind, payload)

    def expire(self, callback_id: str) -> None:
        """Let a press grow too old: an answer to it is refused."""
        self.world.queries[callback_id].expired = True
