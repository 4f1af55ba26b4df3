"""Outgoing messages -> Telegram's sendPhoto, sendMessage and editMessageText."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.chat.drawing import Draw, no_pictures
from bot.chat.home import Undeliverable
from bot.chat.render.pages import Rendered, bare
from bot.chat.telegram_outcomes import outcome_of, says
from bot.chat.telegram_photos import FILE_NAME, Leniency, Part, parts_of
from bot.ports.mail import Outgoing
from core.domain.errors import EvenkeelError

log = logging.getLogger(__name__)

_T = TypeVar("_T")
Markup = InlineKeyboardMarkup | ForceReply


Render = Callable[[Outgoing], Rendered]

_NOT_MODIFIED: Final = "message is not modified"
_GONE: Final = ("message to edit not found", "message can't be edited", "message_id_invalid")
_BAD_MARKUP: Final = "can't parse entities"
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

    def __init__(
        self,
        bot: Bot,
        render: Render,
        *,
        note: Callable[[Outgoing, str], None],
        draw: Draw = no_pictures,
    ) -> None:
        """Take what puts messages into words and pictures, and what remembers oddities.

        Args:
            bot: PTB's bot.
            render: puts a message into words.
            note: told of a message that could not be edited because it is gone.
            draw: makes a picture at the moment it is sent.
        """
        self._bot = bot
        self._render = render
        self._note = note
        self._draw = draw
        self._leniency = Leniency()
        self._arrived: dict[int, list[str]] = {}

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Send a message, or replace the messages ``edits``; return the message ids.

        A message of several pages that failed half-way goes on behind the last page that arrived.
        A picture that cannot be drawn or is refused is left out, and so is one that may have
        arrived before; the words say the same.

        Raises:
            NotDelivered: not sent; try again later.
            MaybeDelivered: the outcome is unknown.
            Undeliverable: it never will be.
        """
        chat_id = _number(outgoing.chat_id, "chat")
        places = [_number(message_id, "message") for message_id in edits]
        words = self._words(outgoing)
        parts = parts_of(words, is_edit=bool(edits))
        arrived = self._arrived.setdefault(outgoing.outbox_id, [])
        try:
            for place in range(len(arrived), max(len(parts), len(edits))):
                part = parts[place] if place < len(parts) else Part(words.moved_up)
                markup = _markup(outgoing, words) if place == len(parts) - 1 else None
                if place < len(edits):
                    await self._edit(outgoing, (chat_id, places[place]), part.html, markup)
                    arrived.append(edits[place])
                else:
                    arrived.append(await self._send_part(outgoing, chat_id, part, markup))
        except TelegramError as error:
            outcome = outcome_of(error)
            if isinstance(outcome, Undeliverable):
                self._forget(outgoing)
            raise outcome from error
        self._forget(outgoing)
        return [message_id for message_id in arrived if message_id]

    def _forget(self, outgoing: Outgoing) -> None:
        del self._arrived[outgoing.outbox_id]
        self._leniency.forget(outgoing)

    def _words(self, outgoing: Outgoing) -> Rendered:
        try:
            return self._render(outgoing)
        except _BUGS as error:
            # One message that cannot be put into words must not hold back those behind it.
            log.exception("message %s cannot be put into words", outgoing.key)
            raise Undeliverable(f"no words for it: {type(error).__name__}: {error}") from error

    async def _send_part(
        self, outgoing: Outgoing, chat_id: int, part: Part, markup: Markup | None
    ) -> str:
        """Send a part; return its id, nothing for a picture that was left out.

        Of a message that may have arrived before only the words are sent again: a picture takes
        long, and whoever did get it sees no second one.
        """
        if part.picture is not None:
            is_again = outgoing.repeated
            message_id = "" if is_again else await self._send_photo(outgoing, chat_id, part, markup)
            if message_id or not part.is_text:
                return message_id
        return await self._send(outgoing, chat_id, part.html, markup)

    async def _send_photo(
        self, outgoing: Outgoing, chat_id: int, part: Part, markup: Markup | None
    ) -> str:
        png = None if part.picture is None else await self._draw(part.picture)
        if png is None:
            return ""

        async def send(text: str, mode: ParseMode | None) -> str:
            message = await self._bot.send_photo(
                chat_id,
                png,
                caption=text,
                parse_mode=mode,
                disable_notification=outgoing.silent,
                reply_markup=markup,
                filename=FILE_NAME,
            )
            return str(message.message_id)

        try:
            return await _as_html_or_plain(part.html, send)
        except TelegramError as error:
            if not self._leniency.forgives(outgoing, part, error):
                raise
            log.warning("the picture of %s was left out: %s", outgoing.key, error)
            return ""

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
        return await write(bare(page), None)


def _markup(outgoing: Outgoing, words: Rendered) -> Markup | None:
    if words.rows:
        return InlineKeyboardMarkup(
            [
                [InlineKeyboardButton(label, callback_data=data) for label, data in row]
                for row in words.rows
            ]
        )
    return ForceReply() if outgoing.force_reply else None


def _number(name: str, what: str) -> int:
    try:
        return int(name)
    except ValueError:
        raise Undeliverable(f"{name!r} is no {what} of Telegram") from None
