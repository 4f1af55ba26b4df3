"""Where people are: Telegram or the console. A home delivers messages and hands requests in."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

from bot.chat.requests import Request
from bot.ports.mail import Outgoing

Handler = Callable[[Request], Awaitable[str]]
"""Takes a request, returns what is to be said at once: the answer to a press, else mostly nothing.

An answer to anything else comes through the outbox, unless that cannot be used.
"""


class NotDelivered(Exception):
    """The message certainly did not arrive; try again after ``wait``."""

    def __init__(self, why: str, wait: timedelta) -> None:
        """Keep the reason and how long to wait."""
        super().__init__(why)
        self.wait = wait


class MaybeDelivered(Exception):
    """Nobody knows whether the message arrived."""


class Undeliverable(Exception):
    """The message can never arrive there: the bot is blocked, or the chat is gone."""


class Home(Protocol):
    """One chat system."""

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Send a message, or replace the text of the messages ``edits``; return the message ids.

        Raises:
            NotDelivered: not sent; try again later.
            MaybeDelivered: the outcome is unknown.
            Undeliverable: it never will be.
        """
        ...

    async def run(self, handle: Handler) -> None:
        """Receive requests and pass each to ``handle`` until cancelled."""
        ...
