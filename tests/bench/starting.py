"""From a fresh interpreter to the first request for updates, its memory, and what it imports."""

import asyncio
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from bot.store.sqlite import open_store
from tests.bench.figures import MB, MS, Figure, Limit, S
from tests.bench.office import ANN
from tests.emulators.telegram import TelegramEmulator

FIRST_STARTS, RESTARTS = 3, 5
HEAVY = ("pandas", "pyarrow", "matplotlib", "ccxt", "openai")
"""What only studies, pictures, exchanges and language models need."""

_PROGRAM = Path(sys.executable).with_name("evenkeel")
_VENDORS = "import telegram.ext, sqlmodel, numpy, pydantic, typer, apscheduler.schedulers.asyncio"
LOG = "output.log"
_LONGEST_START, _LONGEST_STOP = 60.0, 10.0
_IMPORTED = re.compile(rf"\| +({'|'.join(HEAVY)})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Start:
    """How long a start took, its memory then, and the seconds its first card was on its way."""

    seconds: float
    megabytes: float
    card: float = 0.0


async def measure(folder: Path) -> list[Figure]:
    """Measure starts on new databases and on one that is there already, and what they take."""
    first = [await _start(folder / f"new{n}", waits_for_card=True) for n in range(FIRST_STARTS)]
    restarts, vendors = [], []
    for _ in range(RESTARTS):
        restarts.append(await _start(folder / "new0"))
        vendors.append(await _import_vendors())
    given = "what it is given, imported"
    time_limit = Limit(given, median([row.seconds for row in vendors]))
    memory_limit = Limit(given, median([row.megabytes for row in vendors]))
    seconds = median([row.seconds for row in restarts])
    on_new = median([row.seconds for row in first])
    memory = max(row.megabytes for row in first)
    card = median([row.card for row in first]) * 1000
    name = f"start to first poll, median of {RESTARTS}"
    return [
        Figure(name, seconds, S, 2, time_limit),
        Figure(f"  on a new database, median of {FIRST_STARTS}", on_new, S, 2, time_limit),
        Figure("  resident memory then, the most", memory, MB, 200, memory_limit),
        Figure(f"  the first card, stored to arrived, median of {FIRST_STARTS}", card, MS, 250),
    ]


async def heavy_imports(folder: Path) -> list[str]:
    """Return which heavy libraries the program has imported when it first asks for updates."""
    await _start(folder / "imports", {"PYTHONPROFILEIMPORTTIME": "1"})
    lines = (folder / "imports" / LOG).read_text()
    assert "bot.chat.telegram" in lines, lines[-2000:]
    return sorted(set(_IMPORTED.findall(lines)))


async def _start(
    folder: Path, environment: Mapping[str, str] | None = None, *, waits_for_card: bool = False
) -> Start:
    """Run the program until it first asks for updates, or until its first card has arrived too."""
    async with TelegramEmulator() as tg:
        tg.person(ANN, first_name="Ann")
        folder.mkdir(exist_ok=True)  # noqa: ASYNC240  # nothing else is at work yet
        began = time.monotonic()
        async with _program(tg, folder, environment or {}) as process:
            poll = await tg.wait_call("getUpdates", timeout=_LONGEST_START)
            memory = _resident(process.pid)
            card = await _card_delay(tg, folder) if waits_for_card else 0.0
            return Start(poll.at - began, memory, card)


async def _card_delay(tg: TelegramEmulator, folder: Path) -> float:
    """Return the seconds between the first card's entry in the journal and its arrival."""
    call = await tg.wait_call("sendMessage", timeout=_LONGEST_START)
    arrived_at = datetime.now(UTC) - timedelta(seconds=time.monotonic() - call.at)
    (database,) = folder.glob("*/evenkeel.db")  # noqa: ASYNC240  # it has been measured
    with open_store(database, read_only=True) as store, store.reading() as tx:
        (shown,) = tx.journal.entries(kinds=["proposal.shown"])
    return (arrived_at - shown.at).total_seconds()


@asynccontextmanager
async def _program(
    tg: TelegramEmulator, folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``evenkeel run`` on an emulated Telegram, and stop it."""
    policy = folder / "evenkeel.toml"
    policy.write_text(_policy_file(tg.base_url))
    extra = {"EVENKEEL_TELEGRAM_TOKEN": tg.token, "NO_PROXY": "127.0.0.1", **environment}
    with (folder / LOG).open("w") as output:
        process = await asyncio.create_subprocess_exec(
            _PROGRAM,
            *("run", "--policy", policy, "--data", folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **extra},
        )
        try:
            yield process
        finally:
            await _stop(process)


async def _stop(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(_LONGEST_STOP):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _policy_file(base_url: str) -> str:
    return f"""\
quote = "USD"
approvers = [{ANN}]

[targets]
BTC = 45
ETH = 25
SOL = 10
USD = 20

[simulation]
pace = "real"

[telegram]
base_url = "{base_url}"
"""


async def _import_vendors() -> Start:
    """Import what the program is given in a fresh interpreter."""
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", f"{_VENDORS}; print(flush=True); input()"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    start = Start(time.monotonic() - began, _resident(process.pid))
    await process.communicate(b"\n")
    return start


def _resident(pid: int) -> float:
    """Return the resident memory of a process in megabytes."""
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text())
        assert found is not None
        return int(found[1]) * 1024 / 1e6
    shown = subprocess.run(
        ["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(shown.stdout) * 1024 / 1e6
