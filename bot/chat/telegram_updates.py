"""What Telegram tells -> requests, kept in the inbox from the moment they are known."""

import asyncio
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import Bot, CallbackQuery, Message, MessageEntity, Update
from telegram.error import NetworkError

from bot.chat.render.callbacks import parse_callback
from bot.chat.requests import Command, Reply, Request
from bot.ports.clock import Clock
from bot.ports.records import Store
from core.domain.errors import EvenkeelError, StoreCorrupt

log = logging.getLogger(__name__)

UPDATE_KINDS: Final = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)

MOST_FAILURES: Final = 3
"""How often in a row an update may fail to be kept before it is passed on all the same."""

STAND_INS: Final = frozenset({1087968824, 777000, 136817688})
"""Accounts behind which somebody unknown speaks: anonymous admins, Telegram itself, channels.

Source: reference/telegram.md section 6.
"""


@dataclass(frozen=True, slots=True)
class Received:
    """One update and when it reached this machine."""

    update: Update
    received_at: datetime

    def document(self) -> str:
        """Return it as the inbox keeps it."""
        kept = {"received_at": self.received_at.isoformat(), "update": self.update.to_dict()}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def read(cls, document: str, bot: Bot) -> "Received":
        """Return what ``document`` made; the inverse of that method."""
        kept = json.loads(document)
        received_at = datetime.fromisoformat(kept["received_at"])
        return cls(Update.de_json(kept["update"], bot), received_at)


class InboxQueue(asyncio.Queue[object]):
    """The application's queue; an update enters the inbox before it enters the queue.

    The next call for updates tells Telegram to forget the ones before it. So nothing is lost when
    the process dies in between, and what Telegram repeats is dropped here.
    """

    def __init__(self, store: Store, clock: Clock, bot_id: int) -> None:
        """Keep the updates of one bot in ``store``."""
        super().__init__()
        self._store = store
        self._clock = clock
        self._bot_id = bot_id
        self._failures = 0

    async def put(self, item: object) -> None:
        """Keep a new update and pass it on; other items pass as they are.

        A disk that is full or a database that is locked may be free again in a moment, so an
        update is asked for again then, but not for ever: somebody may be waiting to hear of a halt.
        The handler, which cannot use the records either, does nothing and tells the person.

        Raises:
            NetworkError: it could not be kept now; the poller then asks for it again.
        """
        if not isinstance(item, Update):
            await super().put(item)
            return
        received = Received(item, self._clock.now())
        try:
            is_new = self._keep(received)
        except EvenkeelError as error:
            self._failures += 1
            # A damaged inbox does not mend itself while it is asked again.
            if self._failures < MOST_FAILURES and not isinstance(error, StoreCorrupt):
                raise NetworkError(f"an update could not be stored: {error}") from error
            log.exception("update %s could not be kept", item.update_id)
            is_new = True
        else:
            self._failures = 0
        if is_new:
            await super().put(received)

    def _keep(self, received: Received) -> bool:
        key = request_id(self._bot_id, received.update)
        with self._store.transaction() as tx:
            return tx.inbox.keep(key, received.document(), at=received.received_at)


def request_id(bot_id: int, update: Update) -> str:
    """Return the name of an update, unique also when another bot takes over the same books."""
    return f"{bot_id}:{update.update_id}"


def request_of(received: Received, bot: Bot) -> Request | None:
    """Return what a person did; None for what concerns nobody, such as a service message."""
    update = received.update
    name = request_id(bot.id, update)
    if update.callback_query is not None:
        return _pressed(update.callback_query, name, received.received_at)
    message = update.message or update.edited_message
    if message is None or not _is_for_us(message, bot):
        return None
    refused = _refused(message, is_edited=update.message is None)
    is_known = refused != "anonymous" and message.from_user is not None
    return Request(
        request_id=name,
        person=str(message.from_user.id) if is_known and message.from_user else "",
        chat_id=str(message.chat.id),
        is_private=message.chat.type == message.chat.PRIVATE,
        message_id=str(message.message_id),
        act=_act(message, bot),
        sent_at=message.edit_date or message.date,
        refused=refused,
    )


def _pressed(query: CallbackQuery, name: str, received_at: datetime) -> Request:
    """Return a press; Telegram does not say when a button was pressed, only that it was."""
    chat = None if query.message is None else query.message.chat
    return Request(
        request_id=name,
        person=str(query.from_user.id),
        chat_id="" if chat is None else str(chat.id),
        is_private=chat is not None and chat.type == chat.PRIVATE,
        message_id="" if query.message is None else str(query.message.message_id),
        act=parse_callback(query.data or ""),
        sent_at=received_at,
    )


def _is_for_us(message: Message, bot: Bot) -> bool:
    """Tell whether a person said something, and not to another bot."""
    if message.from_user is not None and message.from_user.id == bot.id:
        return False
    if message.text is None and message.effective_attachment is None:
        return False
    command = _command_word(message)
    if command is None:
        return True
    _, _, addressee = command.partition("@")
    return not addressee or addressee.lower() == bot.username.lower()


def _refused(message: Message, *, is_edited: bool) -> str:
    """Return why this message can never count, or an empty text."""
    sender = message.from_user
    if sender is None or sender.id in STAND_INS or message.sender_chat is not None:
        return "anonymous"
    if is_edited:
        return "edited"
    return "forwarded" if message.forward_origin is not None else ""


def _act(message: Message, bot: Bot) -> Command | Reply | None:
    word = _command_word(message)
    if word is not None:
        name, _, _ = word[1:].partition("@")
        arguments = (message.text or "")[len(word) :].split()
        return Command(name.lower(), tuple(arguments))
    answered = message.reply_to_message
    if message.text is None or answered is None or answered.from_user is None:
        return None
    if answered.from_user.id != bot.id:
        return None
    return Reply(message.text, str(answered.message_id))


def _command_word(message: Message) -> str | None:
    """Return the command a text begins with, slash and addressee included, or None."""
    for entity in message.entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            return (message.text or "")[: entity.length]
    return None
