"""The heartbeat, against a watchdog on 127.0.0.1 that behaves and misbehaves."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web

import bot.health
from bot.clocks import SystemClock
from bot.health import heartbeat
from bot.settings import load_settings, values_in_force
from tests.chat_telegram.running import running
from tests.health.test_pages import Volunteer

SECRET = "5e8f1b6c-a-secret-path"


class Steps:
    """A clock whose sleeper wakes when a test says so."""

    def __init__(self) -> None:
        """Nobody sleeps yet."""
        self.asleep = asyncio.Event()
        self.seconds = 0.0
        self._woken = asyncio.Event()

    def now(self) -> datetime:
        """Return the present instant."""
        return SystemClock().now()

    async def sleep(self, seconds: float) -> None:
        """Sleep until woken."""
        self.seconds = seconds
        self.asleep.set()
        await self._woken.wait()
        self._woken.clear()

    async def pass_on(self) -> None:
        """Wake the sleeper, and wait until it sleeps again."""
        self.asleep.clear()
        self._woken.set()
        await self.asleeps()

    async def asleeps(self) -> None:
        """Wait until somebody sleeps."""
        async with asyncio.timeout(30):
            await self.asleep.wait()


@dataclass
class Watchdog:
    """Counts who asks for its secret address."""

    url: str = ""
    status: int = 200
    heard: list[str] = field(default_factory=list)
    hangs: bool = False
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Watchdog"]:
        """Listen at a free port."""
        dog = cls()
        app = web.Application()
        app.router.add_get("/{path:.*}", dog.hear)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        dog.url = f"http://127.0.0.1:{runner.addresses[0][1]}/{SECRET}"
        try:
            yield dog
        finally:
            dog.closing.set()
            await runner.cleanup()

    async def hear(self, request: web.Request) -> web.Response:
        """Note the path and answer as told."""
        self.heard.append(request.path)
        if self.hangs:
            await self.closing.wait()
        return web.Response(status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
async def dog() -> AsyncIterator[Watchdog]:
    """Give a watchdog that listens."""
    async with Watchdog.open() as dog:
        yield dog


@asynccontextmanager
async def beating(volunteer: Volunteer, url: str) -> AsyncIterator[Steps]:
    """Let a heart beat for the length of a block, after its first beat."""
    clock = Steps()
    async with running(heartbeat(volunteer, url, every=300.0, clock=clock)):
        await clock.asleeps()
        yield clock


async def test_it_beats_at_once_and_again_and_again(dog: Watchdog) -> None:
    """The watchdog hears the exact address once per interval."""
    async with beating(Volunteer(), dog.url) as clock:
        assert dog.heard == [f"/{SECRET}"]
        assert clock.seconds == 300
        await clock.pass_on()
        await clock.pass_on()
    assert dog.heard == [f"/{SECRET}"] * 3


async def test_it_is_silent_while_nobody_could_be_told(dog: Watchdog) -> None:
    """The beats stop when the bot cannot speak for itself, and begin again when it can."""
    volunteer = Volunteer()
    async with beating(volunteer, dog.url) as clock:
        volunteer.alive = False
        await clock.pass_on()
        assert len(dog.heard) == 1
        volunteer.alive = True
        await clock.pass_on()
        assert len(dog.heard) == 2


async def test_what_the_chat_tells_does_not_stop_it(dog: Watchdog) -> None:
    """A bot that is halted and can say so goes on beating."""
    async with beating(Volunteer(troubles=["halted"]), dog.url):
        assert len(dog.heard) == 1


@pytest.mark.parametrize("status", [204, 301, 404, 500])
async def test_a_bad_answer_is_logged_without_the_address(
    dog: Watchdog, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """No answer stops the heart or sends it elsewhere, and the log never holds the secret."""
    dog.status = status
    with caplog.at_level(logging.DEBUG):
        async with beating(Volunteer(), dog.url) as clock:
            await clock.pass_on()
    assert dog.heard == [f"/{SECRET}"] * 2
    assert any(str(status) in line for line in caplog.messages) == (status != 204)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:9/{SECRET}",
        f"https://127.0.0.1:9/{SECRET}",
        f"http://127.0.0.1:99999/{SECRET}",
        f"no address {SECRET}",
    ],
)
async def test_a_watchdog_that_is_not_there_is_no_trouble(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing raised reaches the bot, and the log says that it failed without saying where."""
    with caplog.at_level(logging.DEBUG):
        async with beating(Volunteer(), url) as clock:
            await clock.pass_on()
    assert "did not get through" in caplog.text
    assert SECRET not in caplog.text


async def test_a_watchdog_that_never_answers_is_left(
    dog: Watchdog, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After its patience the heart goes on to the next beat."""
    monkeypatch.setattr(bot.health, "HEARTBEAT_PATIENCE", 0.3)
    dog.hangs = True
    async with beating(Volunteer(), dog.url) as clock:
        await clock.pass_on()
    assert [line for line in caplog.messages if "did not get through" in line] == [
        "the heartbeat did not get through: TimeoutError"
    ] * 2


def test_the_list_of_settings_keeps_the_address(tmp_path: Path) -> None:
    """``evenkeel settings`` says that there is an address, and not which."""
    policy = tmp_path / "evenkeel.toml"
    policy.write_text(
        f'[targets]\nBTC = 100\n[health]\nheartbeat_url = "https://dog.example/{SECRET}"\n',
        encoding="utf-8",
    )
    settings = load_settings(policy, data_dir=tmp_path, environment={})
    shown = {row.key: row.value for row in values_in_force(settings)}
    assert shown["health.heartbeat_url"] == "set"
    assert SECRET not in str(list(values_in_force(settings)))
