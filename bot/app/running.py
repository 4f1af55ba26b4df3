"""A bot that is ready to run: it recovers, works until the end, and stops in good order."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.app.health import Health
from bot.chat.home import Handler, Home
from bot.chat.sender import OutboxSender
from bot.clocks import SimulatedClock
from bot.jobs import Job, Rhythm, catch_up, drive, jobs_of, schedule
from bot.ports.clock import Clock
from bot.ports.exchange import MarketReader
from bot.ports.messages import MessageType, NoticeCode
from bot.stage import Stage
from bot.workflow.check import safely_check
from bot.workflow.desk import Desk, notify
from bot.workflow.execute import carry_out
from bot.workflow.reconcile import recover
from core.domain.errors import Invalid
from core.domain.snapshot import Occasion

log = logging.getLogger(__name__)

FINISHED_AT = "run:finished_at"
LAST_WORDS = 10.0
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Executions:
    """Approved plans under way, each in a task of its own so that no handler waits for it."""

    desk: Desk
    wake: Callable[[], None]
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, proposal_id: str) -> None:
        """Begin to carry a proposal out."""
        task = asyncio.get_running_loop().create_task(self._carry_out(proposal_id))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def finished(self) -> None:
        """Wait until no plan is being carried out."""
        while self.tasks:
            await asyncio.wait(self.tasks)

    async def _carry_out(self, proposal_id: str) -> None:
        try:
            await carry_out(self.desk, proposal_id)
        except Exception as error:
            # The outermost loop of an execution: whatever it is, the person hears of it, and
            # recovery settles the rest by asking.
            log.exception("execution of %s failed", proposal_id)
            now = self.desk.clock.now()
            with self.desk.store.transaction() as tx:
                why = f"{type(error).__name__}: {error}"
                payload = {"proposal_id": proposal_id, "why": why}
                tx.journal.append("execution.failed", "executor", payload, at=now)
                key, kind = f"internal:{proposal_id}:{now.isoformat()}", MessageType.ALARM
                notify(
                    tx, self.desk, NoticeCode.INTERNAL, key=key, kind=kind, job="execution", why=why
                )
        self.wake()


@dataclass(frozen=True, slots=True)
class Market:
    """The market a run lives on, with its time.

    Attributes:
        reader: prices, books, rules and bars.
        clock: its time; the stage moves it unless it is the machine's own.
        ends_at: when the run ends; None = for as long as somebody is there.
        notes: what a person should know at the start.
    """

    reader: MarketReader
    clock: Clock
    ends_at: datetime | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is ready to run."""

    desk: Desk
    market: Market
    home: Home
    sender: OutboxSender
    handle: Handler
    executions: Executions
    stage: Stage | None
    rhythm: Rhythm
    health: Health

    async def live(self, stopping: asyncio.Event) -> None:
        """Recover, then work until the market ends or ``stopping`` is set.

        Raises:
            Invalid: something that was given turned out unusable, e.g. a token.
        """
        try:
            async with asyncio.TaskGroup() as group:
                await self._live_in(group, stopping)
        except* Invalid as several:
            # One clear sentence for the person, not a group of tracebacks.
            raise _first(several) from None

    async def _live_in(self, group: asyncio.TaskGroup, stopping: asyncio.Event) -> None:
        recovered = asyncio.Event()
        service = [
            group.create_task(self.sender.run()),
            group.create_task(self._receive(recovered)),
            group.create_task(self.health.beat()),
        ]
        work = group.create_task(self._work(recovered))
        stop = group.create_task(stopping.wait())
        await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in (work, stop):
            task.cancel()
        await self.executions.finished()
        await self.sender.drain(LAST_WORDS)
        for task in service:
            task.cancel()

    async def _receive(self, recovered: asyncio.Event) -> None:
        """Listen to people once what was left under way has come to rest."""
        await recovered.wait()
        await self.home.run(self.handle)

    async def _work(self, recovered: asyncio.Event) -> None:
        await recover(self.desk)
        recovered.set()
        self.health.recovered()
        jobs = [self._waking(job) for job in jobs_of(self.desk, self.rhythm)]
        await catch_up(self.desk, jobs)
        if self.stage is None:
            # Whoever asks whether the bot is ready need not wait for its next look.
            await safely_check(self.desk, Occasion.INTRADAY)
            await self._keep_schedule(jobs)
        elif isinstance(self.market.clock, SimulatedClock):
            clock, until = self.market.clock, self.market.ends_at or FAR
            await drive(self.desk, jobs, clock, until=until, between=self.stage.between)
            with self.desk.store.transaction() as tx:
                tx.memory.put(FINISHED_AT, clock.now().isoformat())

    async def _keep_schedule(self, jobs: Sequence[Job]) -> None:
        scheduler = schedule(self.desk, jobs)
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    def _waking(self, job: Job) -> Job:
        """Return ``job`` so that what it has to say leaves at once, not at the sender's next look.

        What is written about its failure is sent as well: nothing is awaited in between.
        """

        async def run() -> None:
            try:
                await job.run()
            finally:
                self.sender.wake()

        return replace(job, run=run)


def _first(group: BaseExceptionGroup[Invalid]) -> Invalid:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
