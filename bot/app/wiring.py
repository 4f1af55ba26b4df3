"""Settings -> adapters -> workflows -> handlers: a bot that is ready to run."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from zoneinfo import ZoneInfo

from bot.app.boot import check_boot
from bot.app.chat import home_of, people_of
from bot.app.desk import open_desk
from bot.app.health import open_health, witnessed
from bot.app.plan import RunPlan, folder_of
from bot.app.running import FINISHED_AT, Bot, Executions, Market
from bot.chat.front import Front
from bot.chat.home import Home
from bot.chat.pace import USUAL_PACE, Pace
from bot.chat.requests import Request
from bot.chat.sender import OutboxSender
from bot.clocks import SystemClock
from bot.jobs import Rhythm, next_daily
from bot.ports.clock import Clock
from bot.ports.messages import Mode
from bot.stage import AutomaticHome, Stage
from bot.store.sqlite import SqliteStore
from bot.workflow.desk import Desk, tell_left_out
from bot.workflow.start import tell_start
from bot.workflow.summary import Summary, close_run, summarise
from core.domain.errors import Invalid

AUTOMATIC_LOOKS = 1.0
UNHURRIED = Pace(chat_burst=1000, chat_per_second=1e6, per_second=1e6, poll_every=0.05)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: what it came to, where its records are, and whose account it was."""

    summary: Summary
    database: Path
    is_finished: bool
    is_real_account: bool = False


async def run_bot(plan: RunPlan, *, ready: Callable[[Sequence[str]], None]) -> Ended:
    """Run the bot to its end, or until it is told to stop.

    Args:
        plan: what kind of run is wanted.
        ready: called once everything that was given has turned out usable, with what a person
            should know.

    Raises:
        Invalid: something that was given cannot be used; nothing half-done stays behind.
    """
    async with AsyncExitStack() as stack:
        bot = await _build(plan, stack)
        ready(bot.market.notes)
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopping.set)
            stack.callback(loop.remove_signal_handler, number)
        await bot.live(stopping)
        with bot.desk.store.reading() as tx:
            is_finished = tx.memory.get(FINISHED_AT) is not None
        summary = await (close_run if is_finished else summarise)(bot.desk)
        store = bot.desk.store
        path = store.path if isinstance(store, SqliteStore) else Path()
        is_real = bot.desk.mode is not Mode.PAPER
        return Ended(summary, path, is_finished, is_real_account=is_real)


async def _build(plan: RunPlan, stack: AsyncExitStack) -> Bot:
    """Put everything together; a folder made for a run that cannot begin is taken away again."""
    folder = folder_of(plan)
    is_new = not folder.exists()
    try:
        return await _assemble(plan, folder, stack)
    except Invalid:
        if is_new:
            await stack.aclose()
            rmtree(folder, ignore_errors=True)
        raise


async def _assemble(plan: RunPlan, folder: Path, stack: AsyncExitStack) -> Bot:
    opened = await open_desk(plan, folder, stack)
    notes = await check_boot(plan, opened.account, opened.market)
    if opened.desk.mode is not Mode.PAPER:
        tell_start(opened.desk, notes)
    market = replace(opened.market, notes=(*opened.market.notes, *notes))
    return await _people(plan, opened.desk, market, stack=stack)


async def _people(plan: RunPlan, desk: Desk, market: Market, *, stack: AsyncExitStack) -> Bot:
    """Put the chat, the sender and the stage around a desk."""
    desk, looks = witnessed(desk)
    on_telegram = plan.is_on_telegram
    wall: Clock = SystemClock() if on_telegram else desk.clock
    goes_on = asyncio.Event()
    shown = await home_of(plan, desk, stack=stack, goes_on=goes_on)
    automatic = _automatic(plan, desk, shown)
    home = automatic or shown
    pace = USUAL_PACE if on_telegram else UNHURRIED
    left_out = partial(tell_left_out, desk)
    sender = OutboxSender(desk.store, home, SystemClock(), pace=pace, left_out=left_out)
    executions = Executions(desk, sender.wake)
    rhythm = _rhythm(plan, desk.audience.zone)
    section = plan.settings.file.health
    health = await open_health(section, desk, looks, home=shown, rhythm=rhythm, stack=stack)
    front = Front(
        desk,
        people_of(plan),
        start=executions.start,
        next_look=lambda: next_daily(desk.clock.now()),
        wall=wall,
        excuses=plan.answering is None,
    )

    async def handle(request: Request) -> str:
        toast = await front.handle(request)
        sender.wake()
        return toast

    seconds = float(plan.settings.file.simulation.seconds_per_hour)
    stage = Stage(desk, sender, handle, automatic, executions.finished, seconds, goes_on)
    return Bot(
        desk=desk,
        market=market,
        home=home,
        sender=sender,
        handle=handle,
        executions=executions,
        stage=stage if plan.is_staged else None,
        rhythm=rhythm,
        health=health,
    )


def _automatic(plan: RunPlan, desk: Desk, shown: Home) -> AutomaticHome | None:
    if plan.answering is None:
        return None
    looks = None if plan.is_staged else AUTOMATIC_LOOKS
    return AutomaticHome(shown, plan.answering, clock=desk.clock, looks_every=looks)


def _rhythm(plan: RunPlan, zone: ZoneInfo) -> Rhythm:
    """Return how often things happen; on a stage prices change by the hour, so looks do too."""
    messages = plan.settings.file.messages
    return Rhythm(
        intraday_minutes=60 if plan.is_staged else 15,
        expiry_minutes=60 if plan.is_staged else 1,
        digest_at=messages.digest_at,
        digest_days="sun" if messages.digest_days == "weekly" else "*",
        zone=zone,
    )
