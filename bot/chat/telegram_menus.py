"""The command menus that Telegram shows: a stranger's, and one for each person who is known."""

import logging
from collections.abc import Mapping, Sequence

from telegram import Bot, BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import TelegramError

from bot.chat.render.words import Words

log = logging.getLogger(__name__)

Menu = Sequence[tuple[str, str]]
"""Commands in the order of a menu: name without slash, and what it does."""


class Menus:
    """Sets the menus; a failure is harmless and mended when the person writes next."""

    def __init__(self, bot: Bot, menus: Mapping[str, Menu], words: Words) -> None:
        """Take the menu of each known person, by numeric id, and the language of a stranger's."""
        self._bot = bot
        self._menus = menus
        self._strangers: Menu = (("start", words.say("menu.stranger")),)
        self._missing = set(menus)

    async def set_all(self) -> None:
        """Set every menu."""
        await self._set(self._strangers, BotCommandScopeDefault())
        for person in self._menus:
            await self.mend(person)

    async def mend(self, person: str) -> None:
        """Set a person's menu if it is not set yet: before their first message it cannot be."""
        if person in self._missing:
            self._missing.discard(person)
            if not await self._set(self._menus[person], BotCommandScopeChat(person)):
                self._missing.add(person)

    async def _set(self, menu: Menu, scope: BotCommandScope) -> bool:
        try:
            return await self._bot.set_my_commands(menu, scope)
        except TelegramError as error:
            log.info("a command menu could not be set: %s", error)
            return False
