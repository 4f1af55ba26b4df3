"""A whole bot behind an emulated Telegram: real database, real chat, paper money, steered market.

    async with Phone.open(tmp_path, tg) as phone:
        card = await phone.propose()                    # the card in Ann's chat
        assert await phone.tap(ANN, card, "Approve")    # the toast
        await phone.quiet()                             # until nothing moves any more

Market time stands still unless a test moves it; messages leave fifty times as fast as they would.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path
from typing import ClassVar

from bot.chat.commands.registry import STANDARD
from bot.chat.front import Front
from bot.chat.gate import People
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Request
from bot.chat.sender import OutboxSender
from bot.chat.telegram import TelegramHome
from bot.chat.telegram_account import Patience, TelegramAccount
from bot.clocks import SystemClock
from bot.ports.exchange import OrderPlacer
from bot.workflow.check import check
from bot.workflow.desk import Audience, Desk
from bot.workflow.execute import carry_out
from bot.workflow.expire import expire_due, remind_due
from core.domain.proposal import Order, OrderReport, Proposal
from core.domain.snapshot import Occasion
from tests.chat_telegram.running import running
from tests.chat_telegram.stage import HurriedClock
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_records import Message
from tests.workflow.office import Office

ANN, BEN, VERA, EVE = 7, 8, 9, 666
"""Two approvers, a viewer and a stranger."""

PEOPLE = People.of([str(ANN), str(BEN)], [str(VERA)])
PATIENCE = Patience(poll=2.0, answer=20.0, stop=0.2, longest_retry=0.1)
SOON = 30.0


class HeldPlacer:
    """Implements ``OrderPlacer``: lets each order through when the test says so.

    Attributes:
        arrived: set when an order waits.
        release: while it is set, orders pass.
    """

    def __init__(self, placer: OrderPlacer) -> None:
        """Stand in front of ``placer`` and let everything pass."""
        self._placer = placer
        self.arrived = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()

    async def place(self, order: Order) -> OrderReport:
        """Place the order once it may pass."""
        self.arrived.set()
        await self.release.wait()
        return await self._placer.place(order)

    async def find(self, client_id: str) -> OrderReport | None:
        """Look an order up."""
        return await self._placer.find(client_id)

    async def cancel(self, client_id: str) -> None:
        """Cancel an order."""
        await self._placer.cancel(client_id)


@dataclass
class Phone:
    """A running bot and the phones of the people around it."""

    tg: TelegramEmulator
    office: Office
    desk: Desk
    placer: HeldPlacer
    home: TelegramHome
    sender: OutboxSender
    front: Front
    executions: set[asyncio.Task[Proposal | None]] = field(default_factory=set)
    thawed: asyncio.Event = field(default_factory=asyncio.Event)
    audience: ClassVar[Audience] = Audience((str(ANN), str(BEN)), (str(VERA),))

    @classmethod
    @asynccontextmanager
    async def open(
        cls, folder: Path, tg: TelegramEmulator, patience: Patience = PATIENCE
    ) -> AsyncIterator["Phone"]:
        """Start a bot on a new account whose coins have drifted, and stop it in the end."""
        office = await Office.open(folder, audience=cls.audience)
        try:
            async with cls.on(office, tg, patience) as phone:
                yield phone
                phone.placer.release.set()
                await phone.quiet()
            assert await office.problems() == []
        finally:
            office.close()

    @classmethod
    @asynccontextmanager
    async def on(
        cls, office: Office, tg: TelegramEmulator, patience: Patience = PATIENCE
    ) -> AsyncIterator["Phone"]:
        """Start a bot on the books of ``office``; what is at work at the end is cut off."""
        placer = HeldPlacer(office.desk.placer)
        desk = replace(office.desk, placer=placer)
        wall = SystemClock()
        renderer = Renderer(clock=desk.clock, zone=UTC, quote=desk.policy.quote)
        menus = {
            person: [
                (line.name, line.summary(ENGLISH))
                for line in STANDARD.menu(PEOPLE.role_of(person))  # type: ignore[arg-type]
            ]
            for person in (*PEOPLE.approvers, *PEOPLE.viewers)
        }
        home = TelegramHome(
            TelegramAccount(tg.token, tg.base_url),
            store=desk.store,
            clock=wall,
            render=renderer.render,
            menus=menus,
            patience=patience,
        )
        sender = OutboxSender(desk.store, home, HurriedClock(50.0))
        phone = cls(tg, office, desk, placer, home, sender, front=None)  # type: ignore[arg-type]
        phone.front = Front(desk, PEOPLE, start=phone.start, wall=wall)
        phone.thawed.set()
        async with home, running(sender.run()), running(home.run(phone.handle)):
            yield phone
            for task in phone.executions:
                task.cancel()

    # -------------------------------------------------------------------------------- the program

    async def handle(self, request: Request) -> str:
        """Handle a request, and send at once what it brings."""
        await self.thawed.wait()
        try:
            return await self.front.handle(request)
        finally:
            self.sender.wake()

    def start(self, proposal_id: str) -> None:
        """Begin to carry a proposal out."""
        task = asyncio.create_task(carry_out(self.desk, proposal_id))
        self.executions.add(task)
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[Proposal | None]) -> None:
        self.executions.discard(task)
        self.sender.wake()

    def freeze(self) -> None:
        """Let no request be handled any more, as just before a kill."""
        self.thawed.clear()

    def remind(self) -> None:
        """Run what runs each minute: expiry and reminders."""
        expire_due(self.desk)
        remind_due(self.desk)
        self.sender.wake()

    async def quiet(self) -> None:
        """Wait until nothing moves: no update, no request, no execution, no message."""
        async with asyncio.timeout(SOON):
            while not self._is_quiet():
                await self.sender.drain(1.0)
                await asyncio.sleep(0.005)

    def _is_quiet(self) -> bool:
        with self.desk.store.reading() as tx:
            is_idle = not (tx.inbox.unhandled() or tx.outbox.chats())
        return is_idle and not self.executions and not self.tg.world.updates.pending

    # ---------------------------------------------------------------------------------- the people

    async def look(self) -> None:
        """Let the bot look at the market, as it does each day."""
        await check(self.desk, Occasion.DAILY)
        self.sender.wake()

    async def propose(self) -> Message:
        """Let the bot see the drift; return the card in Ann's chat."""
        await self.look()
        return await self.tg.wait_for(_is_card, SOON, chat_id=ANN)

    async def tap(self, person: int, message: Message, button: str, **how: bool) -> str:
        """Let a person press a button; return the short text that answers it."""
        press = self.tg.person(person).tap(message, button, chat_id=message.chat.chat_id, **how)
        return (await self.tg.wait_answered(press, SOON)).text

    async def say(self, person: int, words: str, expect: str = "") -> Message:
        """Let a person send a command in private; return what the bot then says in that chat."""
        mark = self.tg.mark()
        self.tg.person(person).send(None, words)
        return await self.tg.wait_for(expect, SOON, chat_id=person, after=mark)

    async def approve(self, person: int, card: Message, *, wait: bool = True) -> tuple[str, str]:
        """Approve a card in two steps; return the data of the two buttons."""
        first = self.data(card, "Approve")
        toast = await self.tap(person, card, "Approve")
        assert toast.startswith("One more step"), toast
        second = await self.second_card(person)
        last = self.data(second, "Confirm")
        self.office.clock.step(seconds=3)
        toast = await self.tap(person, second, "Confirm")
        assert toast.startswith("Approved."), toast
        if wait:
            await self.quiet()
        return first, last

    def data(self, message: Message, button: str) -> str:
        """Return what travels in a button."""
        buttons = (found for row in message.keyboard for found in row)
        return next(found.callback_data or "" for found in buttons if found.text == button)

    async def second_card(self, person: int) -> Message:
        """Return the second card of a person."""
        return await self.tg.wait_for(lambda m: "Confirm" in m.buttons, SOON, chat_id=person)

    def traded(self) -> list[str]:
        """Return what was ordered at the venue, in order."""
        return [f"{row.side} {row.asset}" for row in self.office.sent()]

    def read(self, person: int) -> list[str]:
        """Return everything the bot said in a person's chat, oldest first."""
        return [message.text for message in self.tg.chat(person).visible]

    def proposal(self) -> Proposal:
        """Return the newest proposal as stored."""
        return self.office.proposal()


def _is_card(message: Message) -> bool:
    return "Approve" in message.buttons
