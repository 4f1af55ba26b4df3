"""``make bench``: measures and prints; however slow the machine, it ends with success.

The targets hold on a quiet machine. A measure that others disturbed is worth another run.
"""

import asyncio
import logging
import os
import platform
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from tests.bench import deciding, explaining, labelling, messaging, starting, verifying
from tests.bench.figures import HEADING, Figure
from tests.bench.office import open_office

PACE = (
    "Unpaced: in a chat the bot sends 3 messages at once and then 1 a second, as Telegram asks; "
    "here it sends\nat once. The emulated Telegram runs in the measured process."
)


def main() -> None:
    """Run every measure and print its line as soon as it is there."""
    logging.disable(logging.WARNING)
    # A program that is stopped may cut the connection to the emulator in the middle of a request.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="evenkeel-bench-") as name:
        folder = Path(name)
        print(_machine(folder), HEADING, sep="\n\n")
        _print(deciding.measure())
        _print(labelling.measure())
        _print(explaining.measure())
        asyncio.run(_measure(folder))
    print(f"\n{PACE}\n{time.monotonic() - began:.0f} s in all. {_load()}")


async def _measure(folder: Path) -> None:
    async with open_office(folder) as office:
        _print(await messaging.measure_cards(office))
        _print(await messaging.measure_answers(office))
        await office.execute()
        sample = office.journal()
    _print(await starting.measure(folder))
    heavy = await starting.heavy_imports(folder)
    print(
        f"  of {', '.join(starting.HEAVY)} it imports: {', '.join(heavy) or 'none'} (target: none)"
    )
    _print(verifying.measure(folder, sample))


def _print(figures: Iterable[Figure]) -> None:
    for figure in figures:
        print(figure.line(), flush=True)


def _machine(folder: Path) -> str:
    """Return what the numbers depend on: cores, Python, disk, and who else is at work."""
    disk = _synced_write(folder / "disk")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{cores} cores ({platform.machine()}), Python {platform.python_version()}, "
        f"one write to the disk {disk * 1000:.1f} ms. {_load()}"
    )


def _synced_write(file: Path) -> float:
    """Return the median seconds of making one page durable; the store does it at each commit."""
    took = []
    with file.open("wb") as page:
        for _ in range(20):
            began = time.perf_counter()
            page.write(bytes(4096))
            page.flush()
            os.fsync(page.fileno())
            took.append(time.perf_counter() - began)
    return median(took)


def _load() -> str:
    return f"Load {os.getloadavg()[0]:.1f}."


if __name__ == "__main__":
    main()
