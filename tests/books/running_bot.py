"""A running bot on simulated time, and a person who approves, rejects or ignores by a seed.

Everything is real but the market: jobs, stage, outbox, buttons, workflow, paper account, database.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from bot.app.running import Executions
from bot.app.wiring import UNHURRIED
from bot.chat.front import Front
from bot.chat.gate import People
from bot.chat.home import Handler
from bot.chat.requests import Button, Press, Request
from bot.chat.sender import OutboxSender
from bot.clocks import SimulatedClock, SystemClock
from bot.exchange.bar_sources import ReplayedBars
from bot.exchange.markets import BarMarket
from bot.exchange.paper import PaperExchange
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.feeds.assemble import VenueSnapshots
from bot.jobs import Rhythm, catch_up, drive, jobs_of
from bot.ports.mail import Outgoing
from bot.ports.messages import Card, Message, Mode, SecondCard
from bot.stage import Stage
from bot.store.sqlite import SqliteStore, open_store
from bot.workflow.desk import Audience, Desk
from bot.workflow.reconcile import recover
from bot.workflow.shortfall import SnapshotsWithPast
from core.domain.policy import BandRules, CadenceRules, Policy, Profile
from core.domain.stress import Family
from core.domain.units import Asset, Quantity, Weight
from core.domain.watching import StressRules
from core.simulation.bar_table import AssetBars, BarTable

USD, BTC, ETH, SOL = Asset("USD"), Asset("BTC"), Asset("ETH"), Asset("SOL")
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
CHAT, OWNER = "chat", "owner"
HALF = timedelta(hours=12)
HISTORY = 470
DAYS = 121
OPENING = {BTC: "0.22", ETH: "2.8", SOL: "60", USD: "12000"}

NARROW = Profile(*(Weight(Decimal(text)) for text in ("0.03", "0.10", "0.01")))
"""Bands that somebody who wants to be asked often would choose."""

POLICY = Policy(
    quote=USD,
    targets=tuple(
        (asset, Weight(Decimal(part)))
        for asset, part in ((BTC, "0.35"), (ETH, "0.25"), (SOL, "0.2"), (USD, "0.2"))
    ),
    bands=BandRules(custom=NARROW, confirm=1),
    cadence=CadenceRules(after_execution=timedelta(days=1), max_turnover=Weight(Decimal(1))),
    stress=StressRules(families=(Family.PRICE,)),
)


def market_bars(seed: int) -> BarTable:
    """Return half-daily bars of three coins that wander far apart, with one crash of all."""
    rng = np.random.Generator(np.random.PCG64(seed))
    count = (HISTORY + DAYS + 2) * 2
    first = BEGINS - timedelta(days=HISTORY)
    starts = int(first.timestamp()) + int(HALF.total_seconds()) * np.arange(count, dtype=np.int64)
    common = rng.normal(0.0, 0.011, count)
    crash = (HISTORY + 60) * 2
    common[crash : crash + 2] = (-0.14, -0.11)
    series = []
    for asset, price, own in ((BTC, 70_000.0, 0.008), (ETH, 3_500.0, 0.028), (SOL, 150.0, 0.042)):
        steps = common + rng.normal(0.0, own, count)
        closes = price * np.exp(np.cumsum(steps) - np.cumsum(steps)[HISTORY * 2])
        opens = np.concatenate(([closes[0]], closes[:-1]))
        series.append(
            AssetBars(
                asset,
                starts.copy(),
                opens,
                highs=np.maximum(opens, closes) * 1.002,
                lows=np.minimum(opens, closes) * 0.998,
                closes=closes,
                volumes=5e8 / closes,
            )
        )
    return BarTable("wander", HALF, tuple(series))


@dataclass
class SeededPerson:
    """A home whose person approves, rejects or ignores each card, hours later, by a seed."""

    clock: SimulatedClock
    rng: np.random.Generator
    waiting: list[tuple[datetime, Outgoing, str, Button]] = field(default_factory=list)
    read: list[Message] = field(default_factory=list)

    async def deliver(self, outgoing: Outgoing, *, edits: Sequence[str]) -> Sequence[str]:
        """Read the message, and make up one's mind about a card."""
        message = outgoing.message
        self.read.append(message)
        if outgoing.nonce and not edits and isinstance(message, Card | SecondCard):
            due, button = self.clock.now(), Button.CONFIRM
            if isinstance(message, Card):
                due += timedelta(hours=int(self.rng.integers(0, 4)))
                button = self.rng.choice([Button.APPROVE, Button.REJECT, Button.LATER], p=ODDS)
            self.waiting.append((due, outgoing, f"m{outgoing.outbox_id}", Button(button)))
        return list(edits) or [f"m{outgoing.outbox_id}"]

    async def run(self, handle: Handler) -> None:
        """Do nothing by oneself: the stage asks."""

    async def answer(self, handle: Handler) -> bool:
        """Press what is due by now; whoever ignores a card presses nothing."""
        due = [row for row in self.waiting if row[0] <= self.clock.now()]
        self.waiting = [row for row in self.waiting if row[0] > self.clock.now()]
        for _, outgoing, message_id, button in due:
            if button is not Button.LATER:
                await self._press(handle, outgoing, message_id, button)
        return any(row[3] is not Button.LATER for row in due)

    async def _press(
        self, handle: Handler, outgoing: Outgoing, message_id: str, button: Button
    ) -> None:
        message = outgoing.message
        assert isinstance(message, Card | SecondCard)
        if button is Button.CONFIRM:
            await self.clock.sleep(3)
        await handle(
            Request(
                request_id=f"tap:{outgoing.outbox_id}",
                person=OWNER,
                chat_id=CHAT,
                is_private=True,
                message_id=message_id,
                act=Press(button, message.proposal.proposal_id, outgoing.nonce),
                sent_at=self.clock.now(),
            )
        )


ODDS = (0.6, 0.2, 0.2)
"""How often the person approves, rejects, ignores."""

Happens = Callable[["RunningBot"], Awaitable[None]]


@dataclass
class RunningBot:
    """A bot and the world around it.

    Attributes:
        happens: what happens in the world at which instant, in order.
    """

    desk: Desk
    clock: SimulatedClock
    paper: PaperExchange
    store: SqliteStore
    stage: Stage
    person: SeededPerson
    happens: list[tuple[datetime, Happens]]
    rhythm: Rhythm = field(default_factory=lambda: Rhythm(720, 240))

    async def live(self, until: datetime) -> None:
        """Begin, or go on after a stop: run every job that is due until then.

        Reconciling each hour is left out: it is done at every start, and nothing is under way.
        """
        jobs = [job for job in jobs_of(self.desk, self.rhythm) if job.name != "reconcile"]
        await recover(self.desk)
        await catch_up(self.desk, jobs)
        await drive(self.desk, jobs, self.clock, until=until, between=self._between)

    async def _between(self, next_at: datetime) -> None:
        await self.stage.between(next_at)
        while self.happens and self.happens[0][0] <= next_at:
            at, happens = self.happens.pop(0)
            if at > self.clock.now():
                self.clock.advance_to(at)
            await happens(self)


@asynccontextmanager
async def running_bot(
    folder: Path, *, seed: int, happens: Sequence[tuple[datetime, Happens]] = ()
) -> AsyncIterator[RunningBot]:
    """Give a bot with an account, ready to live from ``BEGINS`` on."""
    clock = SimulatedClock(BEGINS)
    market = BarMarket(ReplayedBars(market_bars(seed)), clock)
    paper = PaperExchange(folder / "paper.db", market, clock, quote=USD)
    await paper.open_with({name: Quantity(Decimal(text)) for name, text in OPENING.items()})
    with open_store(folder / "evenkeel.db") as store:
        desk = Desk(
            store=store,
            clock=clock,
            market=market,
            account=paper,
            placer=paper,
            snapshots=SnapshotsWithPast(
                VenueSnapshots(market, paper, clock=clock, policy=POLICY), store
            ),
            narrator=TemplateNarrator(clock=clock, zone=UTC),
            questions=RulesReader(),
            policy=POLICY,
            mode=Mode.PAPER,
            audience=Audience((CHAT,)),
        )
        person = SeededPerson(clock, np.random.Generator(np.random.PCG64(seed)))
        sender = OutboxSender(store, person, SystemClock(), pace=UNHURRIED)
        executions = Executions(desk, sender.wake)
        front = Front(desk, People.of([OWNER]), start=executions.start, excuses=False)
        stage = Stage(
            desk,
            sender,
            front.handle,
            person,  # type: ignore[arg-type]  # answers as the automatic home does
            executions.finished,
            0.0,
        )
        sending = asyncio.create_task(sender.run())
        try:
            yield RunningBot(desk, clock, paper, store, stage, person, list(happens))
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
    paper.close()
