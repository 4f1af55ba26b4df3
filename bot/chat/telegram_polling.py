"""Asking Telegram for updates: what goes wrong there, told once and clearly, and never given up."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from telegram.error import Conflict, TelegramError

from bot.chat.telegram_outcomes import Transport, UnusualStatus
from bot.ports.clock import Clock
from bot.ports.records import Store
from core.domain.errors import EvenkeelError

log = logging.getLogger(__name__)

CONFLICT: Final = (
    "Another program receives this bot's messages with the same token. Stop that program, "
    "or give one of the two a bot of its own; until then some messages do not arrive here."
)
REFUSED: Final = (
    "Telegram no longer accepts the bot's token. Set EVENKEEL_TELEGRAM_TOKEN to a token that "
    "@BotFather shows for your bot and start again; until then nothing arrives or leaves."
)
TELL_AGAIN_AFTER: Final = timedelta(minutes=10)

_JOURNAL_EVERY_SECONDS: Final = 3600
_REFUSALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})


class PollTransport(Transport):
    """Requests for updates; a refused token is one more trouble to wait out, not the end."""

    def __init__(self, on_answer: Callable[[], None], **kwargs: Any) -> None:  # noqa: ANN401  # PTB's
        """Tell ``on_answer`` of each good answer; the rest is PTB's."""
        super().__init__(**kwargs)
        self._on_answer = on_answer

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401  # PTB's
        """Make a request; return status and body.

        Raises:
            UnusualStatus: also for a refused token, at which PTB would stop asking.
        """
        status, body = await super().do_request(*args, **kwargs)
        if status in _REFUSALS:
            raise UnusualStatus(status)
        if status == HTTPStatus.OK:
            self._on_answer()
        return status, body


class PollTroubles:
    """Tells the log, and for what a person must mend the journal, without repeating itself."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Write to the journal of ``store``."""
        self._store = store
        self._clock = clock
        self._told: dict[str, datetime] = {}
        self._since: datetime | None = None

    @property
    def silence(self) -> timedelta:
        """For how long Telegram has not answered; nothing while it does."""
        return timedelta() if self._since is None else self._clock.now() - self._since

    def tell(self, error: TelegramError) -> None:
        """Tell of a failed request for updates; PTB asks again by itself. Never raises."""
        self._since = self._since or self._clock.now()
        if isinstance(error, Conflict):
            self._tell_person("telegram.conflict", CONFLICT)
        elif isinstance(error, UnusualStatus) and error.status in _REFUSALS:
            self._tell_person("telegram.token_refused", REFUSED)
        elif self._is_news(str(error)):
            log.warning("Telegram cannot be reached: %s. Trying again.", error)

    def is_over(self) -> None:
        """Telegram answers."""
        if self._since is not None:
            self._since = None
            log.info("Telegram answers again.")

    def _tell_person(self, kind: str, words: str) -> None:
        if self._is_news(words):
            log.error("%s", words)
        now = self._clock.now()
        try:
            with self._store.transaction() as tx:
                if tx.inbox.allow_once(kind, at=now, every_seconds=_JOURNAL_EVERY_SECONDS):
                    tx.journal.append(kind, "telegram", {"what": words}, at=now)
        except EvenkeelError as error:
            log.error("the journal could not be told: %s", error)  # noqa: TRY400  # no trace needed

    def _is_news(self, words: str) -> bool:
        now = self._clock.now()
        told_at = self._told.get(words)
        if told_at is not None and timedelta() <= now - told_at < TELL_AGAIN_AFTER:
            return False
        self._told[words] = now
        return True
