"""The program itself in a process of its own, as a person starts it, on an emulated Telegram."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.emulators.telegram import TelegramEmulator

POLICY = """
quote = "USD"
approvers = [7]
viewers = [9]

[targets]
BTC = 50
ETH = 30
USD = 20

[telegram]
base_url = "{base_url}"

[simulation]
seed = 7
seconds_per_hour = 0
"""


@dataclass(frozen=True)
class Program:
    """How to start ``evenkeel run`` in one folder.

    Attributes:
        folder: where the policy and the data are.
        token: the bot's token in the environment.
    """

    folder: Path
    token: str

    @classmethod
    def prepared(cls, folder: Path, tg: TelegramEmulator, token: str = "") -> "Program":
        """Write a policy that points to the emulator."""
        policy = POLICY.format(base_url=tg.base_url)
        (folder / "evenkeel.toml").write_text(policy, encoding="utf-8")
        return cls(folder, token or tg.token)

    async def start(self) -> Process:
        """Start the bot without a terminal."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.cli.main", "run"),
            *("--policy", str(self.folder / "evenkeel.toml"), "--data", str(self.folder / "data")),
            cwd=self.folder,
            env={**os.environ, "EVENKEEL_TELEGRAM_TOKEN": self.token, "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """Run the bot for the length of a block; kill it if it has not ended by then."""
        process = await self.start()
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def stop(process: Process) -> tuple[int, str, str]:
    """Ask a process to stop in order; return its exit code and what it printed."""
    process.send_signal(signal.SIGTERM)
    return await ended(process)


async def ended(process: Process) -> tuple[int, str, str]:
    """Wait for a process to end; return its exit code and what it printed."""
    async with asyncio.timeout(90):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()
