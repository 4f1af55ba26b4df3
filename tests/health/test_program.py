"""``evenkeel run`` with a health port as its own process, and ``evenkeel health`` beside it."""

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.program import POLICY, Program, ended, stop
from tests.emulators.telegram import TelegramEmulator
from tests.health.test_heartbeat import SECRET, Watchdog
from tests.health.ward import said

PATIENCE = 90.0


@pytest.fixture
async def tg() -> AsyncIterator[TelegramEmulator]:
    """Serve a Telegram."""
    async with TelegramEmulator() as emulator:
        yield emulator


@pytest.fixture
def port() -> int:
    """Give a port that nobody uses now."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        return int(other.getsockname()[1])


def prepared(folder: Path, tg: TelegramEmulator, health: str) -> Program:
    """Write a policy with this section on health."""
    policy = POLICY.format(base_url=tg.base_url) + f"\n[health]\n{health}\n"
    (folder / "evenkeel.toml").write_text(policy, encoding="utf-8")
    return Program(folder, tg.token)


async def evenkeel(program: Program, *arguments: str) -> tuple[int, str, str]:
    """Run a command in the program's folder to its end."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli.main", *arguments),
        *("--policy", str(program.folder / "evenkeel.toml")),
        *("--data", str(program.folder / "data")),
        cwd=program.folder,
        env={**os.environ, "EVENKEEL_TELEGRAM_TOKEN": program.token},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    return await ended(process)


async def until_ready(port: int) -> None:
    """Wait until the bot answers that it is ready."""
    async with asyncio.timeout(PATIENCE):
        while not await is_ready(port):  # noqa: ASYNC110  # another process sets no event here
            await asyncio.sleep(0.05)


async def is_ready(port: int) -> bool:
    """Tell whether the bot answers that it is ready."""
    try:
        answer = await said(port, "GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n")
    except (ConnectionError, IndexError):
        return False
    return answer.status == 200


async def test_a_running_bot_can_be_asked(tmp_path: Path, tg: TelegramEmulator, port: int) -> None:
    """Alive and ready while it runs, by HTTP and by command; no sign of life when it has ended."""
    async with Watchdog.open() as dog:
        health = f'port = {port}\nheartbeat_url = "{dog.url}"'
        program = prepared(tmp_path, tg, health)
        async with program.running() as process:
            await until_ready(port)
            assert await evenkeel(program, "health") == (0, "The bot is alive.\n", "")
            code, out, _ = await evenkeel(program, "health", "--ready", "--json")
            assert (code, json.loads(out)) == (0, {"ready": True, "reasons": []})
            assert dog.heard == [f"/{SECRET}"]
            _, _, log = await stop(process)
            assert SECRET not in log
    code, out, _ = await evenkeel(program, "health")
    assert (code, out) == (1, "The bot gives no sign of life.\n")
    code, out, _ = await evenkeel(program, "health", "--ready")
    assert (code, out) == (1, "The bot is not ready: no_answer.\n")


async def test_a_port_in_use_is_told_before_anything_begins(
    tmp_path: Path, tg: TelegramEmulator
) -> None:
    """The bot does not start, says which setting is wrong, and leaves no folder behind."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        program = prepared(tmp_path, tg, f"port = {taken}")
        code, _, err = await evenkeel(program, "run")
    assert code == 2
    assert err.startswith(f"evenkeel: [health] port is {taken}")
    assert list((tmp_path / "data").glob("*")) == []


async def test_without_a_port_nobody_can_be_asked(tmp_path: Path, tg: TelegramEmulator) -> None:
    """The command says what to set."""
    code, _, err = await evenkeel(prepared(tmp_path, tg, "port = 0"), "health")
    assert code == 2
    assert "[health] port is 0" in err
