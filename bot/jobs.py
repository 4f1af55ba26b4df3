"""When things happen: names, triggers and what becomes of a missed run. Workflows do the rest."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from bot.clocks import SimulatedClock
from bot.ports.clock import Clock
from bot.ports.messages import MessageType, NoticeCode
from bot.workflow.books import are_books_behind, safely_keep_books
from bot.workflow.check import DAILY_AT, safely_check
from bot.workflow.desk import Desk, notify
from bot.workflow.digest import post_digest
from bot.workflow.expire import expire_due, remind_due
from bot.workflow.halts import cancel_open_orders, heed_halt_file
from bot.workflow.reconcile import recover
from bot.workflow.withheld import mark_withheld
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.snapshot import Occasion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One recurring piece of work.

    Attributes:
        name: its name in the store and the log.
        trigger: when it is due.
        run: the workflow.
        is_caught_up: a run missed while the bot was off happens once at the next start.
    """

    name: str
    trigger: BaseTrigger
    run: Callable[[], Awaitable[object]]
    is_caught_up: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often things happen.

    Attributes:
        intraday_minutes: how often hard breaches are looked for.
        expiry_minutes: how often expiry and reminders are looked after.
        digest_at: local time of the digest.
        digest_days: days of the week in cron's words, ``*`` for every day.
        zone: the local time zone; the digest keeps its local time over daylight-saving changes.
    """

    intraday_minutes: int = 15
    expiry_minutes: int = 1
    digest_at: time = time(8, 0)
    digest_days: str = "*"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def jobs_of(desk: Desk, rhythm: Rhythm) -> tuple[Job, ...]:
    """Return every job of a running bot; those due at the same instant run in this order."""
    at, zone = rhythm.digest_at, rhythm.zone
    digest = CronTrigger(
        day_of_week=rhythm.digest_days, hour=at.hour, minute=at.minute, timezone=zone
    )
    daily = CronTrigger(hour=DAILY_AT.hour, minute=DAILY_AT.minute, timezone=UTC)

    async def expiry() -> None:
        heed_halt_file(desk)
        expire_due(desk)
        remind_due(desk)
        await cancel_open_orders(desk)

    return (
        Job("expiry", _every(rhythm.expiry_minutes), expiry),
        Job("daily", daily, lambda: _daily(desk), is_caught_up=True),
        Job(
            "intraday",
            _every(rhythm.intraday_minutes),
            lambda: _intraday(desk),
        ),
        Job("reconcile", CronTrigger(minute=3, timezone=UTC), lambda: recover(desk)),
        Job("digest", digest, lambda: post_digest(desk), is_caught_up=True),
    )


async def _daily(desk: Desk) -> None:
    """Evaluate the day, see what became of the plans that a pause held back, and keep the books.

    The books come last: if they cannot be kept, all else has been done.
    """
    await safely_check(desk, Occasion.DAILY)
    with suppress(FeedUnavailable, AccountProblem):  # a mark is tried again the next day
        await mark_withheld(desk)
    safely_keep_books(desk)


async def _intraday(desk: Desk) -> None:
    """Look between the evaluations; the books follow one that was made up for."""
    await safely_check(desk, Occasion.INTRADAY)
    if are_books_behind(desk):
        safely_keep_books(desk)


def next_daily(now: datetime) -> datetime:
    """Return when the next daily evaluation is due."""
    due = now.replace(hour=DAILY_AT.hour, minute=DAILY_AT.minute, second=0, microsecond=0)
    return due if due > now else due + timedelta(days=1)


def _every(minutes: int) -> CronTrigger:
    if minutes >= 60:  # noqa: PLR2004  # an hour
        return CronTrigger(hour=f"*/{minutes // 60}", minute=0, timezone=UTC)
    return CronTrigger(minute=f"*/{minutes}", timezone=UTC)


async def run_job(desk: Desk, job: Job, *, due_at: datetime) -> None:
    """Run one job; a failure is recorded and told, and never ends the bot."""
    if job.is_caught_up and _has_run(desk, job, due_at):
        return
    try:
        await job.run()
    except Exception as error:
        # The outermost loop: whatever it is, the person hears of it and the other jobs go on.
        log.exception("job %s failed", job.name)
        why = f"{type(error).__name__}: {error}"
        now = desk.clock.now()
        with desk.store.transaction() as tx:
            tx.journal.append("job.failed", "engine", {"job": job.name, "why": why}, at=now)
            key = f"internal:{job.name}:{now.date()}"
            kind = MessageType.ALARM
            notify(tx, desk, NoticeCode.INTERNAL, key=key, kind=kind, job=job.name, why=why)
    if job.is_caught_up:
        with desk.store.transaction() as tx:
            tx.memory.put(_last(job), due_at.isoformat())


def _last(job: Job) -> str:
    return f"job:{job.name}:last_at"


def _ran_at(desk: Desk, job: Job) -> datetime | None:
    with desk.store.reading() as tx:
        last = tx.memory.get(_last(job))
    return None if last is None else datetime.fromisoformat(last)


def _has_run(desk: Desk, job: Job, due_at: datetime) -> bool:
    """Tell whether a job ran at this local minute already.

    A restart at the very instant would double it, and so would the hour that autumn repeats.
    """
    last = _ran_at(desk, job)
    return last is not None and _local_minute(job, last) == _local_minute(job, due_at)


def _local_minute(job: Job, at: datetime) -> datetime:
    zone = getattr(job.trigger, "timezone", UTC)
    return at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)


async def catch_up(desk: Desk, jobs: Sequence[Job]) -> None:
    """Run once what was missed while the bot was off, however often it was missed.

    A job that never ran begins with the bot: at its first start nothing was missed but the daily
    evaluation of today.
    """
    now = desk.clock.now()
    for job in jobs:
        if not job.is_caught_up:
            continue
        last = _ran_at(desk, job)
        since = now - timedelta(days=1) if last is None else last
        due = job.trigger.get_next_fire_time(None, since + timedelta(microseconds=1))
        if due is None or due > now:
            continue
        if last is None and job.name != "daily":
            with desk.store.transaction() as tx:
                tx.memory.put(_last(job), now.isoformat())
            continue
        await run_job(desk, job, due_at=now)


def schedule(desk: Desk, jobs: Sequence[Job]) -> AsyncIOScheduler:
    """Return a scheduler, not yet started, that runs ``jobs`` on the machine's clock.

    A late run is run, several missed ones are one, and no job runs beside itself.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)

    def action(job: Job) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await run_job(desk, job, due_at=desk.clock.now())

        return run

    for job in jobs:
        scheduler.add_job(
            action(job),
            job.trigger,
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    return scheduler


async def drive(
    desk: Desk,
    jobs: Sequence[Job],
    clock: SimulatedClock,
    *,
    until: datetime,
    between: Callable[[datetime], Awaitable[None]],
) -> None:
    """Run ``jobs`` on simulated time, each at its due instant, until ``until``.

    Args:
        desk: the bot.
        jobs: due at the same instant, they run in their order.
        clock: is moved from due instant to due instant.
        until: no job after this instant runs.
        between: awaited before each step with the instant to come: the pace, waiting for people.
    """
    due = {job.name: _next(job, clock) for job in jobs}
    by_name = {job.name: job for job in jobs}
    while True:
        name = min(due, key=lambda key: due[key])
        if due[name] > until:
            break
        await between(due[name])
        clock.advance_to(due[name])
        at, due[name] = due[name], _next(by_name[name], clock, after=due[name])
        await run_job(desk, by_name[name], due_at=at)
    await between(until)
    clock.advance_to(until)


def _next(job: Job, clock: Clock, after: datetime | None = None) -> datetime:
    moment = clock.now() if after is None else after + timedelta(microseconds=1)
    due: datetime = job.trigger.get_next_fire_time(after, moment)
    return due.astimezone(UTC)
