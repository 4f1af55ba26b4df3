"""A whole bot on disk behind an emulated Telegram: ten coins, paper money, days that are moved.

The emulator runs in the same process and on the same loop, so its work counts as the bot's.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.chat.commands.registry import STANDARD
from bot.chat.front import Front
from bot.chat.gate import People
from bot.chat.pace import Pace
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Request, Role
from bot.chat.sender import OutboxSender
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import TelegramAccount
from bot.clocks import SimulatedClock, SystemClock
from bot.exchange.markets import BarMarket
from bot.exchange.paper import PaperExchange
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.feeds.assemble import VenueSnapshots
from bot.jobs import next_daily
from bot.ports.journal import JournalEntry
from bot.ports.messages import Mode
from bot.store.sqlite import SqliteStore, open_store
from bot.workflow.check import check
from bot.workflow.desk import Audience, Desk
from bot.workflow.execute import carry_out
from bot.workflow.reconcile import recover
from core.domain.decision import Propose
from core.domain.snapshot import Occasion
from tests.bench.market import MORNING, POLICY, TAKER_FEE, USD, bars, opening
from tests.chat_telegram.running import running
from tests.emulators.telegram import TelegramEmulator

ANN = 7
SOON = 20.0
UNPACED = Pace(chat_burst=10**6, chat_per_second=1e6, per_second=1e6)
"""Holds nothing back, so that the work is measured and not the waiting."""


@dataclass
class Office:
    """The running bot, its clock, and Ann's phone."""

    tg: TelegramEmulator
    clock: SimulatedClock
    store: SqliteStore
    desk: Desk
    sender: OutboxSender
    executions: set[asyncio.Task[object]] = field(default_factory=set)

    async def tick(self) -> float:
        """Make the daily check; return the seconds until the card had reached Telegram."""
        sent = len(self.tg.calls_of("sendMessage"))
        began = time.monotonic()
        decision = await check(self.desk, Occasion.DAILY)
        self.sender.wake()
        call = await self.tg.wait_call("sendMessage", sent + 1, SOON)
        assert isinstance(decision.outcome, Propose), decision.reasons
        return call.at - began

    async def ask(self, words: str) -> float:
        """Let Ann write; return the seconds until the answer had reached Telegram."""
        sent = len(self.tg.calls_of("sendMessage"))
        began = time.monotonic()
        self.tg.person(ANN).send(None, words)
        call = await self.tg.wait_call("sendMessage", sent + 1, SOON)
        return call.at - began

    async def tap(self, button: str) -> None:
        """Press a button on the newest message that has it, and let everything come to rest."""
        shown = [row for row in self.tg.chat(ANN).visible if button in row.buttons]
        press = self.tg.person(ANN).tap(shown[-1], button)
        await self.tg.wait_answered(press, SOON)
        await self.quiet()

    async def next_morning(self) -> None:
        """Let the proposal be rejected, and a day pass: one question a day is the limit."""
        await self.tap("Reject")
        self.next_day()

    def next_day(self) -> None:
        """Move the clock to the next morning."""
        later = self.clock.now() + timedelta(days=1)
        self.clock.advance_to(later.replace(hour=MORNING.hour, minute=MORNING.minute, second=0))

    async def execute(self) -> None:
        """Approve the open proposal in two steps and carry it out."""
        await self.tap("Approve")
        self.clock.advance_to(self.clock.now() + timedelta(seconds=4))
        await self.tap("Confirm")

    async def quiet(self) -> None:
        """Wait until no plan is being carried out and every message has left."""
        await self.sender.drain(SOON)
        while self.executions:
            await asyncio.wait(self.executions)
        await self.sender.drain(SOON)

    def journal(self) -> Sequence[JournalEntry]:
        """Return the whole journal."""
        with self.store.reading() as tx:
            return tx.journal.entries()

    def start(self, proposal_id: str) -> None:
        """Begin to carry a proposal out."""
        task: asyncio.Task[object] = asyncio.create_task(carry_out(self.desk, proposal_id))
        self.executions.add(task)
        task.add_done_callback(self.executions.discard)


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    """Found an account in ``folder``, start the bot on it, and stop it in the end."""
    async with TelegramEmulator() as tg:
        tg.person(ANN, first_name="Ann")
        with open_store(folder / "evenkeel.db") as store:
            desk, paper = _desk(folder, store)
            try:
                await paper.open_with(opening())
                await recover(desk)
                async with _running(tg, desk) as office:
                    yield office
            finally:
                paper.close()


def _desk(folder: Path, store: SqliteStore) -> tuple[Desk, PaperExchange]:
    clock = SimulatedClock(MORNING)
    market = BarMarket(bars(), clock, taker_fee=TAKER_FEE)
    paper = PaperExchange(folder / "paper.db", market, clock, quote=USD)
    zone = ZoneInfo("UTC")
    desk = Desk(
        store=store,
        clock=clock,
        market=market,
        account=paper,
        placer=paper,
        snapshots=VenueSnapshots(market, paper, clock=clock, policy=POLICY),
        narrator=TemplateNarrator(clock=clock, zone=zone),
        questions=RulesReader(),
        policy=POLICY,
        mode=Mode.PAPER,
        audience=Audience((str(ANN),), zone=zone),
    )
    return desk, paper


@asynccontextmanager
async def _running(tg: TelegramEmulator, desk: Desk) -> AsyncIterator[Office]:
    """Put chat and sender around a desk; messages leave as fast as they can."""
    wall, clock, store = SystemClock(), desk.clock, desk.store
    assert isinstance(clock, SimulatedClock)
    assert isinstance(store, SqliteStore)
    renderer = Renderer(clock=clock, zone=desk.audience.zone, quote=USD)
    menu = [(line.name, line.summary(ENGLISH)) for line in STANDARD.menu(Role.APPROVER)]
    home = TelegramHome(
        TelegramAccount(tg.token, tg.base_url),
        store=store,
        clock=wall,
        render=renderer.render,
        menus={str(ANN): menu},
    )
    sender = OutboxSender(store, home, wall, pace=UNPACED)
    office = Office(tg, clock, store, desk, sender)
    front = Front(
        desk,
        People.of([str(ANN)]),
        start=office.start,
        next_look=lambda: next_daily(clock.now()),
        wall=wall,
    )

    async def handle(request: Request) -> str:
        toast = await front.handle(request)
        sender.wake()
        return toast

    async with home, running(sender.run()), running(home.run(handle)):
        await tg.wait_call("getUpdates", timeout=SOON)
        await tg.wait_call("setMyCommands", 2, SOON)
        await office.quiet()
        # A breach counts from its second day on.
        await check(desk, Occasion.DAILY)
        office.next_day()
        yield office
