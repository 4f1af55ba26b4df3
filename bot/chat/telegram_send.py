"""Outgoing messages -> Telegram's sendMessage and editMessageText."""

import html
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.chat.home import Undeliverable
from bot.chat.render.pages import Rendered
from bot.chat.telegram_outcomes import outcome_of, says
from bot.ports.mail import Outgoing
from core.domain.errors import EvenkeelError

log = logging.getLogger(__name__)

_T = TypeVar("_T")
Markup = InlineKeyboardMarkup | ForceReply


Render = Callable[[Outgoing], Rendered]

_NOT_MODIFIED: Final = "message is not modified"
_GONE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
_BAD_MARKUP: Final = "can't parse entities"
_TAG: Final = re.compile(r"<[^>]*>")
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_BUGS: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EvenkeelError,
    LookupError,
    TypeError,
    ValueError,
)


class Delivery:
    """Sends and edits messages of one bot."""

    def __init__(self, bot: Bot, render: Render, *, note: Callable[[Outgoing, str], None]) -> None:
        """Take what puts messages into words, and what remembers oddities.

        Args:
            bot: PTB's bot.
            render: puts a message into words.
            note: told of a message that could not be edited because it is gone.
        """
        self._bot = bot
        self._render = render
        self._note = note
        self._arrived: dict[int, list[str]] = {}

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Send a message, or replace the messages ``edits``; return the message ids.

        A message of several pages that failed half-way goes on behind the last page that arrived.

        Raises:
            NotDelivered: not sent; try again later.
            MaybeDelivered: the outcome is unknown.
            Undeliverable: it never will be.
        """
        chat_id = _number(outgoing.chat_id)
        words = self._words(outgoing)
        arrived = self._arrived.setdefault(outgoing.outbox_id, [])
        try:
            for place in range(len(arrived), max(len(words.pages), len(edits))):
                page = words.pages[place] if place < len(words.pages) else words.moved_up
                markup = _markup(outgoing, words) if place == len(words.pages) - 1 else None
                if place < len(edits):
                    await self._edit(outgoing, (chat_id, int(edits[place])), page, markup)
                    arrived.append(edits[place])
                else:
                    arrived.append(await self._send(outgoing, chat_id, page, markup))
        except TelegramError as error:
            outcome = outcome_of(error)
            if isinstance(outcome, Undeliverable):
                del self._arrived[outgoing.outbox_id]
            raise outcome from error
        return self._arrived.pop(outgoing.outbox_id)

    def _words(self, outgoing: Outgoing) -> Rendered:
        try:
            return self._render(outgoing)
        except _BUGS as error:
            # One message that cannot be put into words must not hold back those behind it.
            log.exception("message %s cannot be put into words", outgoing.key)
            raise Undeliverable(f"no words for it: {type(error).__name__}: {error}") from error

    async def _send(
        self, outgoing: Outgoing, chat_id: int, page: str, markup: Markup | None
    ) -> str:
        async def send(text: str, mode: ParseMode | None) -> str:
            message = await self._bot.send_message(
                chat_id,
                text,
                parse_mode=mode,
                disable_notification=outgoing.silent,
                link_preview_options=_NO_PREVIEW,
                reply_markup=markup,
            )
            return str(message.message_id)

        return await _as_html_or_plain(page, send)

    async def _edit(
        self, outgoing: Outgoing, place: tuple[int, int], page: str, markup: Markup | None
    ) -> None:
        chat_id, message_id = place

        async def edit(text: str, mode: ParseMode | None) -> None:
            await self._bot.edit_message_text(
                text,
                chat_id,
                message_id,
                parse_mode=mode,
                link_preview_options=_NO_PREVIEW,
                reply_markup=markup if isinstance(markup, InlineKeyboardMarkup) else None,
            )

        try:
            await _as_html_or_plain(page, edit)
        except BadRequest as error:
            if says(error, _NOT_MODIFIED):
                return
            if not says(error, *_GONE):
                raise
            self._note(outgoing, str(error))


async def _as_html_or_plain(
    page: str, write: Callable[[str, ParseMode | None], Awaitable[_T]]
) -> _T:
    """Write a page; our own mistake in its markup must not keep an alarm from arriving."""
    try:
        return await write(page, ParseMode.HTML)
    except BadRequest as error:
        if not says(error, _BAD_MARKUP):
            raise
        log.warning("a message was sent without its markup: %s", error)
        return await write(html.unescape(_TAG.sub("", page)), None)


def _markup(outgoing: Outgoing, words: Rendered) -> Markup | None:
    if words.rows:
        return InlineKeyboardMarkup(
            [
                [InlineKeyboardButton(label, callback_data=data) for label, data in row]
                for row in words.rows
            ]
        )
    return ForceReply() if outgoing.force_reply else None


def _number(chat_id: str) -> int:
    try:
        return int(chat_id)
    except ValueError:
        raise Undeliverable(f"{chat_id!r} is no chat of Telegram") from None
