"""Asking Telegram once who a bot is and whom it may write to; nothing is sent or received."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.chat.telegram_account import REFUSED, TelegramAccount
from bot.settings.redaction import hide
from core.domain.errors import FeedUnavailable, InputInvalid


@dataclass(frozen=True, slots=True)
class SeenBot:
    """What Telegram says of a bot.

    Attributes:
        username: its name there, without the ``@``.
        strangers: people who have not started it, so that it cannot write to them.
    """

    username: str
    strangers: tuple[int, ...]


async def look_at_bot(account: TelegramAccount, people: Iterable[int], *, within: float) -> SeenBot:
    """Return who the bot is, and which of ``people`` it cannot write to yet.

    Args:
        account: the bot.
        people: numeric ids.
        within: seconds for each answer.

    Raises:
        InputInvalid: the token has not the form of one, or Telegram refuses it.
        FeedUnavailable: Telegram does not answer.
    """
    account.bot_id  # noqa: B018  # raises where the token cannot be one
    hide(account.token)
    logging.getLogger("telegram").setLevel(logging.INFO)
    request = HTTPXRequest(connect_timeout=within, read_timeout=within)
    bot = Bot(account.token, account.base_url, request=request)
    try:
        async with request:
            me = await bot.get_me()
            return SeenBot(me.username or "", tuple([n for n in people if await _shuns(bot, n)]))
    except InvalidToken:
        # Not chained: PTB's text holds the token.
        raise InputInvalid(REFUSED, code="TELEGRAM_TOKEN") from None
    except TelegramError as error:
        raise FeedUnavailable(f"Telegram did not answer ({type(error).__name__})") from None


async def _shuns(bot: Bot, person: int) -> bool:
    """Tell whether somebody has not started the bot."""
    try:
        await bot.get_chat(person)
    except (BadRequest, Forbidden):
        return True
    return False
