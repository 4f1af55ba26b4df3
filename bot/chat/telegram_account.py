"""Which bot of Telegram, where its server is, and how long to wait for it."""

import re
from dataclasses import dataclass, field
from typing import Final

from core.domain.errors import InputInvalid

MALFORMED: Final = (
    "EVENKEEL_TELEGRAM_TOKEN does not look like a bot token: a number, a colon and letters were "
    "expected. Copy it once more from @BotFather."
)
REFUSED: Final = (
    "Telegram does not accept the bot token. Look for a typing mistake in "
    "EVENKEEL_TELEGRAM_TOKEN, or ask @BotFather for a new token with /token."
)

_TOKEN: Final = re.compile(r"(\d+):[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class TelegramAccount:
    """Which bot, and where its server is.

    Attributes:
        token: the bot's token; never shown.
        base_url: the server's address up to ``/bot``.
    """

    token: str = field(repr=False)
    base_url: str = "https://api.telegram.org/bot"

    @property
    def bot_id(self) -> int:
        """The number before the colon.

        Raises:
            InputInvalid: the token has not even the form of one.
        """
        found = _TOKEN.fullmatch(self.token)
        if found is None:
            raise InputInvalid(MALFORMED, code="TELEGRAM_TOKEN")
        return int(found[1])


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for others, in real seconds.

    Attributes:
        poll: how long Telegram may hold a request for updates back.
        answer: for the answer to anything else.
        stop: for handlers that are still at work at the end.
        longest_retry: between attempts to reach Telegram at the start.
    """

    poll: float = 25.0
    answer: float = 20.0
    stop: float = 10.0
    longest_retry: float = 30.0


USUAL_PATIENCE: Final = Patience()
