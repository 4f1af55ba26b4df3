"""The Telegram home: messages go out, and what people do comes in as requests, each once."""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import Any, Final, Self

from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot, TypeHandler, Updater

from bot.chat.drawing import Draw, no_pictures
from bot.chat.home import Handler
from bot.chat.render.words import Words
from bot.chat.telegram_account import REFUSED, USUAL_PATIENCE, Patience, TelegramAccount
from bot.chat.telegram_menus import Menu, Menus
from bot.chat.telegram_outcomes import Transport
from bot.chat.telegram_polling import PollTransport, PollTroubles
from bot.chat.telegram_reception import Reception
from bot.chat.telegram_send import Delivery, Render
from bot.chat.telegram_updates import UPDATE_KINDS, InboxQueue, Received
from bot.explain.wording import Wording, en
from bot.ports.clock import Clock
from bot.ports.mail import Outgoing
from bot.ports.records import Store
from bot.settings.redaction import hide
from core.domain.errors import InputInvalid

# PTB's own future: without it every answer "too many requests" is a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")


CONNECTIONS: Final = 32
"""How many requests are under way at once; more than that wait for their turn."""

TURN: Final = 60.0
"""Seconds to wait for that turn; who waited in vain has sent nothing."""


class TelegramHome:
    """Implements ``Home`` on one bot of Telegram.

    ``check`` first, then ``run`` and ``deliver`` at will, ``close`` last (or ``async with``).
    """

    def __init__(  # noqa: PLR0913  # a bot, its records, and how it speaks
        self,
        account: TelegramAccount,
        *,
        store: Store,
        clock: Clock,
        render: Render,
        menus: Mapping[str, Menu],
        patience: Patience = USUAL_PATIENCE,
        wording: Wording = en,
        draw: Draw = no_pictures,
    ) -> None:
        """Prepare; nothing is sent yet.

        Args:
            account: the bot.
            store: where updates are kept until they are handled.
            clock: real time.
            render: puts outgoing messages into words.
            menus: the commands each known person sees, by their numeric id.
            patience: how long to wait for others.
            wording: the language of what is not a message.
            draw: makes the pictures.

        Raises:
            InputInvalid: the token has not even the form of one.
        """
        bot_id = account.bot_id
        hide(account.token)
        _quieten()
        self._store = store
        self._clock = clock
        self._patience = patience
        self._troubles = PollTroubles(store, clock)
        self._transports = _transports(self._troubles, patience)
        self._bot = _bot(account, self._transports)
        self._queue = InboxQueue(store, clock, bot_id)
        words = Words(wording)
        self._menus = Menus(self._bot, menus, words)
        self._reception = Reception(
            self._bot, store, clock, afterwards=self._menus.mend, words=words
        )
        self._delivery = Delivery(self._bot, render, note=self._note, draw=draw)
        self._app = self._application()

    def __repr__(self) -> str:
        return "<TelegramHome>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def silence(self) -> timedelta:
        """For how long nothing could be fetched from Telegram; nothing while it answers."""
        return self._troubles.silence

    async def check(self) -> str:
        """Ask Telegram who the bot is; return its username, or "" when nobody answers now.

        Raises:
            InputInvalid: Telegram refuses the token.
        """
        try:
            await self._app.initialize()
        except InvalidToken:
            # Not chained: PTB's text holds the token.
            raise InputInvalid(REFUSED, code="TELEGRAM_TOKEN") from None
        except TelegramError as error:
            self._troubles.tell(error)
            return ""
        self._troubles.is_over()
        return self._bot.username

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Send a message, or replace the text of the messages ``edits``; return the message ids.

        Raises:
            NotDelivered: not sent; try again later.
            MaybeDelivered: the outcome is unknown.
            Undeliverable: it never will be.
        """
        return await self._delivery.deliver(outgoing, edits=edits)

    async def run(self, handle: Handler) -> None:
        """Pass what people do to ``handle`` until cancelled; first what was left over.

        Raises:
            InputInvalid: Telegram refuses the token.
        """
        self._reception.open(handle)
        await self._reach_telegram()
        try:
            left_over = self._reception.left_over()
            await asyncio.gather(*(self._app.process_update(received) for received in left_over))
            await self._app.start()
            await self._updater.start_polling(
                timeout=timedelta(seconds=self._patience.poll),
                bootstrap_retries=-1,
                allowed_updates=UPDATE_KINDS,
                drop_pending_updates=False,
                error_callback=self._troubles.tell,
            )
            await self._menus.set_all()
            await asyncio.Event().wait()
        except InvalidToken:
            raise InputInvalid(REFUSED, code="TELEGRAM_TOKEN") from None
        finally:
            await self._stop_receiving()

    async def close(self) -> None:
        """Give the connections back; nothing can be sent after this."""
        await self._app.shutdown()
        for transport in self._transports:
            await transport.shutdown()

    def _application(self) -> Application[Any, Any, Any, Any, Any, Any]:
        builder = ApplicationBuilder().bot(self._bot).update_queue(self._queue)
        app = builder.concurrent_updates(True).job_queue(None).build()  # noqa: FBT003  # PTB's
        app.add_handler(TypeHandler(Received, self._reception.take))
        app.add_error_handler(self._reception.recover)
        return app

    @property
    def _updater(self) -> Updater:
        assert self._app.updater is not None  # noqa: S101  # the builder makes one
        return self._app.updater

    async def _reach_telegram(self) -> None:
        wait = 1.0
        while not await self.check():
            await asyncio.sleep(wait)
            wait = min(2 * wait, self._patience.longest_retry)

    async def _stop_receiving(self) -> None:
        """Fetch nothing more, and let what is at work end; what does not is handled next time."""
        if self._updater.running:
            await self._updater.stop()
        await self._reception.finish(self._patience.stop)
        if self._app.running:
            await self._app.stop()

    def _note(self, outgoing: Outgoing, why: str) -> None:
        payload = {"chat_id": outgoing.chat_id, "key": outgoing.key, "why": why}
        with self._store.transaction() as tx:
            tx.journal.append("message.gone", "telegram", payload, at=self._clock.now())


def _quieten() -> None:
    """Keep PTB from writing whole messages, with the secrets of their buttons, into the log."""
    logging.getLogger("telegram").setLevel(logging.INFO)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)


def _transports(troubles: PollTroubles, patience: Patience) -> tuple[PollTransport, Transport]:
    """Return the way in, for updates, and the way out, for everything else."""
    way_in = PollTransport(troubles.is_over, read_timeout=5.0, connection_pool_size=1)
    way_out = Transport(
        read_timeout=patience.answer, connection_pool_size=CONNECTIONS, pool_timeout=TURN
    )
    return way_in, way_out


def _bot(account: TelegramAccount, ways: tuple[PollTransport, Transport]) -> ExtBot[None]:
    way_in, way_out = ways
    return ExtBot(account.token, account.base_url, get_updates_request=way_in, request=way_out)
