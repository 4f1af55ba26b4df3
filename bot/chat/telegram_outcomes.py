"""What an answer of Telegram, or its absence, says about the message that was to be sent."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.chat.home import MaybeDelivered, NotDelivered, Undeliverable

SENDER_CHOOSES: Final = timedelta()
"""How long to wait when Telegram did not say."""

TOKEN_REFUSED_WAIT: Final = timedelta(seconds=60)

# PTB keeps the HTTP library's own error as the cause; these come before the first byte has left.
_NEVER_LEFT: Final = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "InvalidURL",
        "PoolTimeout",
        "ProxyError",
        "RuntimeError",  # the connections are closed, or not open yet
        "UnsupportedProtocol",
    }
)
_TELLS_MORE: Final = frozenset({400, 401, 403, 404, 409})
"""Statuses in which PTB finds what happened by itself."""


class UnusualStatus(NetworkError):
    """An HTTP status without a finer meaning, mostly from something between us and Telegram."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP status {status}")
        self.status = status


class Transport(HTTPXRequest):
    """PTB's requests, with the status of an unusual answer kept; PTB folds them into one error."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:  # noqa: ANN401  # PTB's
        """Make a request; return status and body.

        Raises:
            UnusualStatus: the body of such an answer says nothing more.
        """
        status, body = await super().do_request(*args, **kwargs)
        is_flood = status == HTTPStatus.TOO_MANY_REQUESTS and b"retry_after" in body
        is_fine = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        if is_fine or is_flood or status in _TELLS_MORE:
            return status, body
        raise UnusualStatus(status)


def outcome_of(error: TelegramError) -> Exception:
    """Return what an error says about the message: not, perhaps, or never delivered.

    BadRequest and TimedOut are kinds of NetworkError in PTB and mean something else each.
    Source: reference/telegram.md section 3.
    """
    match error:
        case RetryAfter():
            return NotDelivered(str(error), _duration(error))
        case InvalidToken():
            return NotDelivered("Telegram refuses the bot's token", TOKEN_REFUSED_WAIT)
        case ChatMigrated():
            return Undeliverable(f"the group became a supergroup, its id is {error.new_chat_id}")
        case Forbidden() | BadRequest() | UnusualStatus(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE):
            return Undeliverable(str(error))
        case _ if is_definite_no(error):
            return NotDelivered(str(error), SENDER_CHOOSES)
        case _:
            return MaybeDelivered(str(error))


def is_definite_no(error: TelegramError) -> bool:
    """Tell whether the request certainly did nothing, so that it may be repeated."""
    if isinstance(error, UnusualStatus):
        # A gateway that lost patience does not know what became of the request behind it.
        return error.status != HTTPStatus.GATEWAY_TIMEOUT
    return isinstance(error, Conflict | RetryAfter) or (
        type(error.__cause__).__name__ in _NEVER_LEFT
    )


def says(error: TelegramError, *phrases: str) -> bool:
    """Tell whether one of the phrases stands in the error; PTB changes the case of its letters."""
    words = str(error).lower()
    return any(phrase in words for phrase in phrases)


def _duration(error: RetryAfter) -> timedelta:
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
