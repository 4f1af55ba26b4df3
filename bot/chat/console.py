"""The console home: messages are printed, and lines are commands, letters of a card, or replies."""

import asyncio
import os
import re
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Protocol
from uuid import uuid4

from rich.console import Console
from rich.text import Text

from bot.chat.home import Handler
from bot.chat.render.callbacks import label_of, parse_callback
from bot.chat.render.pages import Rendered
from bot.chat.render.renderer import Renderer
from bot.chat.requests import CONSOLE, Button, Command, Press, Reply, Request
from bot.ports.clock import Clock
from bot.ports.mail import Outgoing
from bot.ports.messages import Answer, SecondCard
from core.domain.errors import EvenkeelError

CHAT: Final = CONSOLE
OWNER: Final = "owner"
WIDTH: Final = 80
INDENT: Final = "  "

PLAIN, QUIET, BOLD, KEYS = "", "dim", "bold", "cyan"
"""How words look on a terminal; anywhere else they are plain."""

BUTTON_LETTERS: Final = {str(button): button for button in Button}

_CHUNK: Final = 4096
_LONG_AGO: Final = datetime(1970, 1, 2, tzinfo=UTC)
_GLUE: Final = "\N{NO-BREAK SPACE}"
_SIGN: Final = re.compile(r" (?=%)|(?<=\d) (?=[$€£])|(?<=\d\.) (?=[A-ZÄÖÜ])")


class Write(Protocol):
    """Prints a line in one of the styles above."""

    def __call__(self, words: str, style: str = PLAIN) -> None: ...  # noqa: D102


def to_terminal() -> Write:
    """Return what prints to standard output, with colour where that is a terminal."""
    console = Console(highlight=False, soft_wrap=True)

    def write(words: str, style: str = PLAIN) -> None:
        console.print(Text(words, style))

    return write


async def stdin_lines(descriptor: int | None = None) -> AsyncIterator[str]:
    """Yield the lines of standard input until it is closed.

    A thread of its own reads: files, pipes and terminals alike, and the loop never waits. It reads
    the bare descriptor, for a thread that sits in a buffered read would hold up the program's end.
    """
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    number = sys.stdin.fileno() if descriptor is None else descriptor

    def read() -> None:
        chunk = b"begin"
        while chunk:
            try:
                chunk = os.read(number, _CHUNK)
            except OSError:  # closed under our hands: the same as its end
                chunk = b""
            try:
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)
            except RuntimeError:  # the loop is closed; nobody listens any more
                return

    threading.Thread(target=read, name="console input", daemon=True).start()
    rest = b""
    while chunk := await chunks.get():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


class ConsoleHome:
    """Implements ``Home`` on one terminal with one person at it."""

    def __init__(
        self,
        renderer: Renderer,
        *,
        clock: Clock,
        write: Write | None = None,
        lines: AsyncIterator[str] | None = None,
        on_empty: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Sit down at the terminal.

        Args:
            renderer: puts a message into words; its language and time zone are the terminal's.
            clock: the bot's time; requests are stamped with it.
            write: prints; standard output unless given.
            lines: what the person types; standard input unless given.
            on_empty: awaited at an empty line, for instance to let simulated time pass.
        """
        self._renderer = renderer
        self._clock = clock
        self._write = write or to_terminal()
        self._lines = lines
        self._on_empty = on_empty
        self._words = renderer.words
        self._session = uuid4().hex
        self._count = 0
        self._buttons: dict[Button, tuple[Press, str]] = {}
        self._question = ""

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Print a message; of an edit only what is new. The outbox's number is its id."""
        words = self._renderer.render(outgoing)
        message_id = edits[0] if edits else str(outgoing.outbox_id)
        for button in [b for b, (_, shown) in self._buttons.items() if shown == message_id]:
            del self._buttons[button]
        if edits and isinstance(outgoing.message, SecondCard):
            return [message_id]  # the card tells the same outcome
        self._write("")
        self._write(f"── {self._stamp(outgoing.created_at)} ".ljust(WIDTH - 1, "─"), QUIET)
        self._print(words.news if edits and words.news else words.plain)
        if words.photos and isinstance(outgoing.message, Answer):
            self._write("")
            self._write(self._words.say("console.pictures"), QUIET)
        self._offer(words, message_id)
        if outgoing.force_reply:
            self._question = message_id
        return [message_id]

    async def run(self, handle: Handler) -> None:
        """Pass on what the person types until cancelled; without input, only print."""
        lines = stdin_lines() if self._lines is None else self._lines
        async with asyncio.TaskGroup() as group:
            async for line in lines:
                request = self._request(line.strip())
                if request is not None:
                    # Not awaited: a halt must not wait for an answer that takes its time.
                    group.create_task(self._pass_on(handle, request))
                elif not line.strip() and self._on_empty is not None:
                    await self._on_empty()
            await asyncio.Event().wait()

    async def _pass_on(self, handle: Handler, request: Request) -> None:
        try:
            toast = await handle(request)
        except EvenkeelError as error:
            toast = self._words.say("console.failed", why=str(error))
        if toast:
            self._write(f"→ {toast}", BOLD)

    def _request(self, line: str) -> Request | None:
        """Return what a line means; None for an empty one and for a letter without a button."""
        question, self._question = self._question, "" if line else self._question
        if not line:
            return None
        letter = BUTTON_LETTERS.get(line.lower())
        if letter is not None:
            press, message_id = self._buttons.get(letter, (None, ""))
            if press is None:
                self._write(f"→ {self._words.say('console.no_button')}", QUIET)
                return None
            return self._stamped(press, message_id)
        if question and not line.startswith("/"):
            return self._stamped(Reply(line, question))
        name, *arguments = line.removeprefix("/").split() or [""]
        is_bare = not line.startswith("/")
        return self._stamped(Command(name.lower(), tuple(arguments), is_bare=is_bare))

    def _stamped(self, act: Command | Press | Reply, message_id: str = "") -> Request:
        self._count += 1
        return Request(
            request_id=f"{CHAT}:{self._session}:{self._count}",
            person=OWNER,
            chat_id=CHAT,
            is_private=True,
            message_id=message_id,
            act=act,
            sent_at=self._clock.now(),
        )

    def _stamp(self, at: datetime) -> str:
        """Return an instant with its day and year: "Mon 2 Mar 2026 13:06"."""
        there = at.astimezone(self._renderer.zone)
        # Nameless, for the terminal's own zone goes without saying; and seen from a year long past,
        # for a screen is read for days.
        zone = timezone(there.utcoffset() or timedelta(), "here")
        return self._words.wording.instant(at, now=_LONG_AGO, zone=zone)

    def _print(self, words: str) -> None:
        for line in words.split("\n"):
            for part in wrapped(line):
                self._write(part)

    def _offer(self, words: Rendered, message_id: str) -> None:
        """Print the buttons as letters, and remember what they carry."""
        offered = []
        for _, data in (button for row in words.rows for button in row):
            press = parse_callback(data)
            if press is not None:
                self._buttons[press.button] = (press, message_id)
                offered.append(f"{press.button} {label_of(press.button, self._words)}")
        if offered:
            self._write("")
            self._write("   ".join(offered), KEYS)


def wrapped(line: str) -> list[str]:
    """Return a line in pieces that fit.

    A percent or currency sign stays with its number, and a month with a day such as "13.".
    """
    glued = _SIGN.sub(_GLUE, line)
    parts = textwrap.wrap(glued, WIDTH, subsequent_indent=_indent(line)) or [""]
    return [part.replace(_GLUE, " ") for part in parts]


def _indent(line: str) -> str:
    """Return what a wrapped line goes on with: prose at the margin, anything listed set in."""
    is_prose = line[:1].isalnum()
    return "" if is_prose else " " * (len(line) - len(line.lstrip())) + INDENT
