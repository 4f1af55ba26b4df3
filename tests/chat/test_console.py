"""The console: what is printed, and what a line means."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.chat.console import (
    CHAT,
    OWNER,
    ConsoleHome,
    stdin_lines,
    to_terminal,
    wrapped,
)
from bot.chat.gate import People
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button, Command, Request
from bot.workflow.approve import TapResult
from core.domain.errors import StoreConflict
from core.domain.proposal import ProposalState
from tests.chat.world import BERLIN, World, said, world
from tests.store import damage


@dataclass
class Terminal:
    """A person at a console in a world: lines in, printed lines out."""

    made: World
    printed: list[str] = field(default_factory=list)
    typed: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    passed: int = 0

    def __post_init__(self) -> None:
        """Sit down."""
        renderer = Renderer(
            clock=self.made.clock,
            zone=BERLIN,
            quote=self.made.desk.policy.quote,
            owners={CHAT: OWNER},
        )
        self.home = ConsoleHome(
            renderer,
            clock=self.made.clock,
            write=lambda words, style="": self.printed.append(words),
            lines=self._lines(),
            on_empty=self._pass_time,
        )

    async def _lines(self) -> AsyncIterator[str]:
        while (line := await self.typed.get()) is not None:
            yield line

    async def _pass_time(self) -> None:
        self.passed += 1

    async def settle(self) -> None:
        """Let the handlers work and bring every message to the terminal."""
        for _ in range(5):
            await asyncio.sleep(0)
        store, now = self.made.desk.store, self.made.clock.now()
        while True:
            with store.reading() as tx:
                outgoing = tx.outbox.next(CHAT)
                if outgoing is None:
                    return
                edits = tx.outbox.message_ids(CHAT, outgoing.edits)
            ids = await self.home.deliver(outgoing, edits=edits)
            with store.transaction() as tx:
                tx.outbox.sent(outgoing.outbox_id, ids, at=now)

    async def type(self, *lines: str) -> str:
        """Type lines; return what is printed from then on."""
        before = len(self.printed)
        for line in lines:
            self.typed.put_nowait(line)
            await self.settle()
        return "\n".join(self.printed[before:])


@asynccontextmanager
async def terminal(folder: Path) -> AsyncIterator[Terminal]:
    """Open a world whose one approver sits at the console, with a proposal on the screen."""
    async with world(folder, people=People.of([OWNER])) as made:
        audience = replace(made.desk.audience, approvers=(CHAT,))
        made.desk = replace(made.desk, audience=audience)
        made.__post_init__()
        await made.look_daily(2)
        screen = Terminal(made)
        running = asyncio.create_task(screen.home.run(made.front.handle))
        await screen.settle()
        try:
            yield screen
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Terminal]:
    """A terminal with an open card."""
    async with terminal(tmp_path) as opened:
        yield opened


async def test_a_card_is_printed_with_its_letters(screen: Terminal) -> None:
    """The card stands on the screen, and below it which letter does what."""
    words = "\n".join(screen.printed)
    assert "Trim BTC, add ETH" in words
    assert "a Approve   r Reject   d Details   l Later" in words


async def test_damaged_records_are_told_on_the_screen(screen: Terminal, tmp_path: Path) -> None:
    """Books or the inbox itself: every line typed is answered, and the console goes on."""
    damage.run(tmp_path / "evenkeel.db", "UPDATE memory SET value = '{'")
    assert "A stored record is damaged" in await screen.type("status")
    damage.run(tmp_path / "evenkeel.db", "DROP TABLE inbox")
    for line in ("review", "chart books", "halt"):
        assert "A stored record is damaged" in await screen.type(line)
    damage.run(tmp_path / "evenkeel.db", "DROP TABLE journal")
    assert "A stored record is damaged" in await screen.type("help")


async def test_nothing_printed_is_wider_than_the_terminal(screen: Terminal) -> None:
    """Every line fits 80 columns."""
    await screen.type("why", "settings", "help", "d", "digest", "plan")
    assert max(map(len, screen.printed)) <= 80


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("3 assets are " + "x" * 75 + " out", ["3 assets are", "x" * 75 + " out"]),
        ("y" * 72 + " is 25.0 % now", ["y" * 72 + " is", "25.0 % now"]),
        ("  at " + "z" * 74 + " more", ["  at " + "z" * 74, "    more"]),
    ],
)
def test_a_long_line_goes_on_where_a_reader_expects_it(line: str, parts: list[str]) -> None:
    """Prose goes on at the margin, also after a number; a percent sign stays with its number."""
    assert wrapped(line) == parts


def test_a_day_stays_with_its_month() -> None:
    """A German date is never torn at its dot."""
    assert wrapped("y" * 72 + " am 13. Dez. 2025") == ["y" * 72 + " am", "13. Dez. 2025"]


async def test_a_terminal_hears_every_time_that_it_was_not_understood(screen: Terminal) -> None:
    """The clock stands still while a card is open, and the hint comes all the same."""
    hint = "Only commands and buttons are understood here. Put /ask before a question;"
    for line in ("hello there", "why not?", "what now", "hello"):
        assert (hint in await screen.type(line)) is not line.startswith("why")
    assert "/hello is no command. /help lists them." in await screen.type("/hello")


async def test_a_plan_is_approved_by_two_letters(screen: Terminal) -> None:
    """A brings the second step, c confirms it after three seconds; the outcome is printed alone."""
    assert said(TapResult.SECOND_STEP) in await screen.type("a")
    assert "a Approve" not in "\n".join(screen.printed[-6:])
    screen.made.later(seconds=3)
    words = await screen.type("c")
    assert said(TapResult.APPROVED) in words
    assert "was approved by you" in words
    assert "now goal" not in words
    assert len(screen.made.started) == 1


async def test_letters_of_an_ended_card_do_nothing(screen: Terminal) -> None:
    """After a decision no letter reaches the old card."""
    await screen.type("r")
    assert screen.made.live is None
    words = await screen.type("a")
    assert ENGLISH.say("console.no_button") in words
    assert screen.made.started == []


async def test_a_reason_is_what_comes_after_the_question(screen: Terminal) -> None:
    """After a reject the next line is the reason, and the one after it a command again."""
    proposal = screen.made.live
    assert proposal is not None
    await screen.type("r", "status quo suits me")
    assert screen.made.stored(proposal).note == "status quo suits me"
    assert "PAPER · value" in await screen.type("status")


async def test_a_command_leaves_the_question_unanswered(screen: Terminal) -> None:
    """A line with a slash is a command even when a question is open, and closes it."""
    proposal = screen.made.live
    assert proposal is not None
    await screen.type("r")
    assert "PAPER · value" in await screen.type("/status")
    await screen.type("history")
    assert screen.made.stored(proposal).note == ""
    assert screen.made.stored(proposal).state is ProposalState.REJECTED


@pytest.mark.parametrize("line", ["/status", "status", "  Status  ", "/STATUS"])
async def test_commands_need_no_slash(screen: Terminal, line: str) -> None:
    """A command is understood with or without slash, in any case."""
    assert "PAPER · value $49,720" in await screen.type(line)


async def test_an_empty_line_lets_time_pass(screen: Terminal) -> None:
    """An empty line calls the hook and nothing else."""
    assert await screen.type("", "   ") == ""
    assert screen.passed == 2


async def test_an_empty_line_keeps_the_question_open(screen: Terminal) -> None:
    """Who presses return while thinking can still give the reason."""
    proposal = screen.made.live
    assert proposal is not None
    await screen.type("r", "", "too late in the year")
    assert screen.made.stored(proposal).note == "too late in the year"


async def test_the_buttons_are_those_of_the_newest_card(screen: Terminal) -> None:
    """After /approve the letters belong to the card that was shown again."""
    await screen.type("approve")
    assert said(TapResult.SECOND_STEP) in await screen.type("a")


async def test_without_input_the_console_only_prints(tmp_path: Path) -> None:
    """A closed standard input does not end the home."""
    async with terminal(tmp_path) as screen:
        screen.typed.put_nowait(None)
        await screen.settle()
        await screen.made.front.handle(screen.made.request(OWNER, Command("status"), chat_id=CHAT))
        before = len(screen.printed)
        await screen.settle()
        assert "PAPER · value" in "\n".join(screen.printed[before:])


async def test_a_refused_line_is_told_and_the_next_one_works(tmp_path: Path) -> None:
    """An error meant for people is printed, and the home goes on."""
    async with world(tmp_path) as made:
        screen = Terminal(made)

        async def handle(request: Request) -> str:
            if request.act == Command("halt"):
                return "ok"
            raise StoreConflict("somebody was faster")

        running = asyncio.create_task(screen.home.run(handle))
        assert "→ That did not work: somebody was faster" in await screen.type("pause")
        assert await screen.type("halt") == "→ ok"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_lines_become(tmp_path: Path) -> None:
    """Lines are stamped as the owner's, in private, each with an id of its own."""
    async with world(tmp_path) as made:
        screen, seen = Terminal(made), list[Request]()

        async def handle(request: Request) -> str:
            seen.append(request)
            return ""

        running = asyncio.create_task(screen.home.run(handle))
        assert ENGLISH.say("console.no_button") in await screen.type(
            "why ETH", "a", "reject 7f3k9q2m too late"
        )
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert [request.act for request in seen] == [
            Command("why", ("ETH",)),
            Command("reject", ("7f3k9q2m", "too", "late")),
        ]
        assert all(r.person == OWNER and r.is_private and r.chat_id == CHAT for r in seen)
        assert len({r.request_id for r in seen}) == len(seen)


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    """Open a pipe and close what is left of it."""
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            try:
                os.close(end)
            except OSError:
                continue


async def test_standard_input_is_read_line_by_line() -> None:
    """Lines arrive as they are typed, the last one without its end too, until input is closed."""
    with pipe() as (reader, writer):
        os.write(writer, "status\nwhy ÄTH\n\nhalt".encode())
        os.close(writer)
        assert [line async for line in stdin_lines(reader)] == ["status", "why ÄTH", "", "halt"]


async def test_a_line_that_comes_in_pieces_is_one_line() -> None:
    """Half a line waits for its other half."""
    with pipe() as (reader, writer):
        lines: list[str] = []

        async def read() -> None:
            lines.extend([line async for line in stdin_lines(reader)])

        reading = asyncio.create_task(read())
        os.write(writer, b"sta")
        await asyncio.sleep(0.05)
        assert lines == []
        os.write(writer, b"tus\n")
        os.close(writer)
        await reading
        assert lines == ["status"]


def test_a_pipe_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Where standard output is no terminal, no colour codes are written and nothing is wrapped."""
    write = to_terminal()
    write("[bold] is not markup " + "x" * 100, "bold")
    assert capsys.readouterr().out == "[bold] is not markup " + "x" * 100 + "\n"


def test_letters_are_the_buttons_own() -> None:
    """The letters a person types are those that travel in the buttons."""
    assert {str(button) for button in Button} == set("ardlcu")
