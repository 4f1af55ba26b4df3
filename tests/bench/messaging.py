"""From a tick to its card, and from /status to its answer, over HTTP and through the database."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median

from telegram import Bot

from tests.bench.figures import MS, Figure, Limit, p95
from tests.bench.office import ANN, SOON, Office
from tests.emulators.telegram import TelegramEmulator

PROPOSALS, QUESTIONS, WARM_UP = 40, 60, 3


async def measure_cards(office: Office) -> list[Figure]:
    """Measure proposals, one a day, each rejected before the next; the last stays open."""
    first = await office.tick()
    took, trips = [], []
    async with _bare_bot() as (bot, _):
        for _ in range(PROPOSALS):
            await office.next_morning()
            took.append(await office.tick())
            trips.append(await _round_trip(bot))
            await office.quiet()
    limit = Limit("a bare sendMessage and back, p95", p95(trips) * 1000)
    note = f"median {median(took) * 1000:.0f} ms, the first {first * 1000:.0f} ms"
    name = f"tick to card on loopback, p95 of {PROPOSALS}"
    return [Figure(name, p95(took) * 1000, MS, 250, limit, note)]


async def measure_answers(office: Office) -> list[Figure]:
    """Measure questions, one after the other, while a proposal is open."""
    for _ in range(WARM_UP):
        await office.ask("/status")
        await office.quiet()
    took, echoes, offset = [], [], 0
    async with _bare_bot() as (bot, tg):
        for _ in range(QUESTIONS):
            took.append(await office.ask("/status"))
            await office.quiet()
            echo, offset = await _echo(bot, tg, offset)
            echoes.append(echo)
    limit = Limit("an echo without a database", median(echoes) * 1000)
    name = f"/status to its answer, unpaced, median of {QUESTIONS}"
    note = f"p95 {p95(took) * 1000:.0f} ms"
    return [Figure(name, median(took) * 1000, MS, 50, limit, note)]


@asynccontextmanager
async def _bare_bot() -> AsyncIterator[tuple[Bot, TelegramEmulator]]:
    """Give the vendor's bot and nothing else, on an emulator of its own."""
    async with TelegramEmulator() as tg:
        tg.person(ANN, first_name="Ann")
        async with Bot(tg.token, tg.base_url) as bot:
            yield bot, tg


async def _round_trip(bot: Bot) -> float:
    began = time.monotonic()
    await bot.send_message(ANN, "tick")
    return time.monotonic() - began


async def _echo(bot: Bot, tg: TelegramEmulator, offset: int) -> tuple[float, int]:
    """Return how long question and answer take when nothing happens in between, and the offset."""
    polls = len(tg.calls_of("getUpdates"))
    fetching = asyncio.create_task(bot.get_updates(offset=offset, timeout=20))
    await tg.wait_call("getUpdates", polls + 1, SOON)
    began = time.monotonic()
    tg.person(ANN).send(None, "/status")
    updates = await fetching
    await bot.send_message(ANN, "answer")
    return tg.calls_of("sendMessage")[-1].at - began, updates[-1].update_id + 1
