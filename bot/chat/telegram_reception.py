"""One update after the other -> the handler, the answer to the button, and the inbox's tick."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, cast

from telegram import Bot, CallbackQuery
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.chat.home import Handler
from bot.chat.render.words import Words
from bot.chat.telegram_outcomes import is_definite_no
from bot.chat.telegram_updates import Received, request_id, request_of
from bot.ports.clock import Clock
from bot.ports.records import Store
from core.domain.errors import EvenkeelError, StoreCorrupt

log = logging.getLogger(__name__)

_LONGEST_TOAST: Final = 200
_LONGEST_TEXT: Final = 4096
_ANSWER_AGAIN_AFTER: Final = (0.5, 1.0, 2.0, 4.0)


class Reception:
    """Handles updates side by side, so that a slow one never keeps a halt waiting."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        clock: Clock,
        *,
        afterwards: Callable[[str], Coroutine[Any, Any, None]],
        words: Words,
    ) -> None:
        """Receive for one bot.

        Args:
            bot: PTB's bot.
            store: where the inbox is.
            clock: real time.
            afterwards: called with the numeric id of each person who did something.
            words: what is answered after a bug.
        """
        self._bot = bot
        self._store = store
        self._clock = clock
        self._afterwards = afterwards
        self._words = words
        self._handle: Handler | None = None
        self._at_work: set[asyncio.Task[Any]] = set()

    def open(self, handle: Handler) -> None:
        """Pass requests to ``handle`` from now on."""
        self._handle = handle

    def left_over(self) -> list[Received]:
        """Return what was fetched and not handled before the process ended, oldest first."""
        mine = f"{self._bot.id}:"
        try:
            with self._store.reading() as tx:
                rows = [row for row in tx.inbox.unhandled() if row[0].startswith(mine)]
        except StoreCorrupt:  # who sends it again is told
            log.exception("what was left over can no longer be read and is left out")
            return []
        found: list[Received] = []
        for key, document in rows:
            try:
                found.append(Received.read(document, self._bot))
            except (KeyError, TypeError, ValueError):
                log.exception("update %s can no longer be read and is left out", key)
                self._mark_handled(key)
        return found

    async def take(self, received: Received, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Handle one update, answer the button if it was one, and remember that it is done."""
        assert self._handle is not None  # noqa: S101  # nothing comes in before it is open
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._at_work.add(task)
        try:
            request = request_of(received, self._bot)
            said = "" if request is None else await self._handle(request)
            self._mark_handled(request_id(self._bot.id, received.update))
            if received.update.callback_query is not None:
                await self._answer(received.update.callback_query, said)
            elif request is not None and said:
                await self._say(request.chat_id, said)
            if request is not None:
                await self._afterwards(request.person)
        finally:
            self._at_work.discard(task)

    async def recover(self, received: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """After a bug in the handler: log it, answer the button, and do not try again."""
        log.error("an update could not be handled", exc_info=context.error)
        if not isinstance(received, Received):
            return
        self._mark_handled(request_id(self._bot.id, received.update))
        if received.update.callback_query is not None:
            await self._answer(received.update.callback_query, self._words.say("tap.failed"))

    async def finish(self, seconds: float) -> None:
        """Let what is at work end; what does not end in time is handled after the next start."""
        if not self._at_work:
            return
        _, late = await asyncio.wait(self._at_work, timeout=seconds)
        for task in late:
            task.cancel()

    def _mark_handled(self, key: str) -> None:
        """Remember that an update is done; a damaged inbox keeps nobody from being answered."""
        try:
            with self._store.transaction() as tx:
                tx.inbox.handled(key, at=self._clock.now())
        except EvenkeelError:
            log.exception("update %s could not be marked as handled", key)

    async def _answer(self, query: CallbackQuery, toast: str) -> None:
        words = toast[:_LONGEST_TOAST] or None
        await self._once(lambda: self._bot.answer_callback_query(query.id, text=words))

    async def _say(self, chat_id: str, words: str) -> None:
        """Say what the outbox cannot take."""
        await self._once(lambda: self._bot.send_message(chat_id, words[:_LONGEST_TEXT]))

    async def _once(self, answer: Callable[[], Awaitable[object]]) -> None:
        """Answer; again only after a definite no, so that it is answered once."""
        for wait in (*_ANSWER_AGAIN_AFTER, None):
            try:
                await answer()
                return
            except TelegramError as error:
                if wait is None or not is_definite_no(error):
                    log.info("a person could not be answered: %s", error)
                    return
            await self._clock.sleep(wait)
