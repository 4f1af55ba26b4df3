"""The program itself, with every secret it knows, on the worst of days; all it leaves is searched.

Logging is at its most talkative, which no option of the program offers: whoever starts Python can.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

import pytest
from aiohttp import web

from tests.e2e.live_account import Account, open_account
from tests.e2e.phone import ANN
from tests.e2e.program import stop
from tests.emulators.kraken.keys import READING
from tests.emulators.telegram import TelegramEmulator
from tests.secrets.mirror import SAYINGS, Mirror
from tests.secrets.scan import Scan

DRAW = Random(7)
TALKATIVE = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
"""
COMMANDS = ("/status", "/plan", "/why", "/settings", "/history", "/digest")
BUSY_FOR = 6.0
SOON = 90.0


def made_up(length: int = 40) -> str:
    """Return a secret of letters and digits."""
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(DRAW.choices(letters, k=length))


@dataclass
class Day:
    """A bad day: the program's world, a venue that says back what it hears, and what is secret."""

    account: Account
    mirror: Mirror
    scan: Scan
    said: list[str] = field(default_factory=list)

    def say_everything(self) -> None:
        """Let the venue answer each question in another wrong way."""
        sayings = cycle(SAYINGS.values())

        def say_the_next(sent: str) -> web.Response:
            return next(sayings)(sent)

        self.mirror.saying = say_the_next

    async def evenkeel(self, *arguments: str) -> str:
        """Run a command to its end and keep what it printed."""
        ran = await self.account.world.evenkeel(*arguments)
        self.said.append(f"{' '.join(arguments)}:\n{ran.out}\n{ran.err}")
        return ran.out + ran.err

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the bot for the length of a block, and keep what it printed."""
        process = await self.account.world.start("run", *self.account.world.places)
        try:
            yield
        finally:
            _, out, err = await stop(process)
            self.said.append(f"{out}\n{err}")

    def leaks(self, tg: TelegramEmulator) -> list[str]:
        """Return every place where a secret was seen: prints, files and messages."""
        texts = [message.text for message in tg.chat(ANN).messages]
        found = [line for said in self.said for line in self.scan.leaks("what it printed", said)]
        found += [line for text in texts for line in self.scan.leaks("a message", text)]
        return found + self.scan.leaks_below(self.account.world.data)


@asynccontextmanager
async def bad_day(folder: Path, tg: TelegramEmulator, mode: str = "live") -> AsyncIterator[Day]:
    """Serve everything, and give the program all the secrets there are."""
    async with open_account(folder, tg, mode=mode) as account, Mirror(account.kraken) as mirror:
        reading = account.kraken.issue_key(READING)
        mirror.secret = f"{account.key.secret} {reading.secret}"
        world, beat = account.world, f"http://127.0.0.1:9/ping/{made_up()}"
        world.elsewhere["kraken"] = mirror.base_url
        world.more += f'\n[health]\nheartbeat_url = "{beat}"\n'
        secrets = dict(world.secrets) | {
            "EVENKEEL_EXCHANGE_READ_KEY": reading.public,
            "EVENKEEL_EXCHANGE_READ_SECRET": reading.secret,
            "EVENKEEL_GLASSNODE_KEY": made_up(),
            "EVENKEEL_SANTIMENT_KEY": made_up(),
        }
        (folder / "python").mkdir()
        (folder / "python" / "sitecustomize.py").write_text(TALKATIVE)
        world.secrets = secrets | {"PYTHONPATH": f"{folder / 'python'}:{Path.cwd()}"}
        yield Day(account, mirror, Scan(secrets | {"the heartbeat": beat}))


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_running_bot_tells_no_secret(tmp_path: Path, tg: TelegramEmulator) -> None:
    """Neither prints nor logs, journal, database or messages hold one, whatever the venue says."""
    async with bad_day(tmp_path, tg) as day:
        async with day.running():
            await tg.wait_call("sendMessage", timeout=SOON)
            day.say_everything()
            for command in COMMANDS:
                tg.person(ANN).send(None, command)
            await asyncio.sleep(BUSY_FOR)
            tg.fail("sendMessage", 404, times=2)
            tg.fail("getUpdates", 401, times=2)
            tg.garble("getUpdates")
            for command in COMMANDS:
                tg.person(ANN).send(None, command)
            await asyncio.sleep(BUSY_FOR)
        data = ("--data", str(day.account.world.data))
        journal = await day.evenkeel("journal", "export", *data)
        await day.evenkeel("journal", "verify", "--json", *data)
        assert "DEBUG:" in day.said[0], "the program was not talkative"
        assert '"kind"' in journal
        assert day.leaks(tg) == []


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_the_other_commands_tell_no_secret(tmp_path: Path, tg: TelegramEmulator) -> None:
    """Doctor, check and settings, as text and as JSON, on good answers and on all bad ones."""
    async with bad_day(tmp_path, tg) as day:
        for _ in range(2):
            for command in ("settings", "doctor", "check"):
                for form in ((), ("--json",)):
                    await day.evenkeel(command, *day.account.world.places, *form)
            day.say_everything()
        assert "EVENKEEL_EXCHANGE_KEY" in day.said[0]
        assert day.leaks(tg) == []


@pytest.mark.slow
@pytest.mark.timeout(200)
async def test_a_start_that_fails_tells_no_secret(tmp_path: Path, tg: TelegramEmulator) -> None:
    """A refused token, a key that may withdraw, and a heartbeat with a mistake in it."""
    async with bad_day(tmp_path, tg) as day:
        run = ("run", *day.account.world.places)
        day.mirror.saying = SAYINGS["invalid key"]
        assert "evenkeel: " in await day.evenkeel(*run)
        day.mirror.saying = None
        tg.fail("getMe", 401, times=50)
        assert "evenkeel: " in await day.evenkeel(*run)
        world = day.account.world
        world.more = world.more.replace("http://127.0.0.1:9/ping", "htp://127.0.0.1:9/ping")
        assert "heartbeat_url" in await day.evenkeel("run", *world.places)
        assert day.leaks(tg) == []
