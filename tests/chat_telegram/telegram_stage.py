"""A Telegram home on an emulator, with patience for tests, and a handler that takes notes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.chat.requests import Press, Request
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import Patience, TelegramAccount
from bot.ports.clock import Clock
from bot.ports.records import Store
from tests.chat_telegram.running import running
from tests.chat_telegram.stage import ANN, plain_words
from tests.emulators.telegram import TelegramEmulator

QUICK = Patience(poll=2.0, answer=10.0, stop=0.1, longest_retry=0.05)
IMPATIENT = replace(QUICK, answer=0.3)
"""For tests in which an answer never comes; elsewhere a slow machine would look like one."""

MENUS = {str(ANN): (("status", "Where things stand"), ("approve", "Approve a plan"))}


def telegram_home(
    tg: TelegramEmulator,
    store: Store,
    clock: Clock,
    *,
    token: str = "",
    base_url: str = "",
    patience: Patience = QUICK,
) -> TelegramHome:
    """Return a home on the emulator, or on what a test gives instead."""
    account = TelegramAccount(token or tg.token, base_url or tg.base_url)
    return TelegramHome(
        account, store=store, clock=clock, render=plain_words, menus=MENUS, patience=patience
    )


@dataclass
class Notebook:
    """A handler that notes every request, and answers presses with a toast.

    Attributes:
        toast: what answers a press.
        aloud: what is said at once to anything else; mostly nothing.
        requests: what was handled, in order.
        act: what else to do with a request, such as waiting or failing.
    """

    toast: str = "noted"
    aloud: str = ""
    requests: list[Request] = field(default_factory=list)
    act: Callable[[Request], Awaitable[None]] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: Request) -> str:
        """Note the request; a failure comes after the note."""
        self.requests.append(request)
        self._changed.set()
        if self.act is not None:
            await self.act(request)
        return self.toast if isinstance(request.act, Press) else self.aloud

    async def wait_for(self, count: int) -> list[Request]:
        """Wait until so many requests were noted, and return them."""
        async with asyncio.timeout(30):
            while len(self.requests) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.requests


@asynccontextmanager
async def receiving(home: TelegramHome, handle: Notebook) -> AsyncIterator[None]:
    """Run a home for the length of a block, and close it."""
    async with home, running(home.run(handle)):
        yield
