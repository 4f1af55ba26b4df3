"""A small world around the chat: a real store, a paper account, a market to move, and people."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.chat.front import Front
from bot.chat.gate import People
from bot.chat.render.callbacks import parse_callback
from bot.chat.render.pages import Rendered
from bot.chat.render.renderer import Renderer
from bot.chat.render.words import ENGLISH
from bot.chat.requests import Button, Command, Press, Reply, Request
from bot.clocks import SimulatedClock
from bot.exchange.paper import PaperExchange
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.explain.wording import wording_of
from bot.feeds.assemble import VenueSnapshots
from bot.ports.feeds import Gathered
from bot.ports.mail import Outgoing
from bot.ports.messages import Mode
from bot.store.sqlite import open_store
from bot.workflow.approve import TapResult
from bot.workflow.check import check
from bot.workflow.desk import Audience, Desk
from bot.workflow.execute import carry_out
from core.domain.decision import Decision
from core.domain.proposal import Proposal
from core.domain.snapshot import Occasion
from core.domain.state import EngineState
from tests.chat.small_market import SmallMarket
from tests.dsl import MORNING, portfolio

ANN, BEN, VERA, EVE = "7", "8", "9", "666"
"""Two approvers, a viewer and a stranger."""

PEOPLE = People.of([ANN, BEN], [VERA])

Act = Command | Press | Reply

BERLIN = ZoneInfo("Europe/Berlin")
NEXT_LOOK = MORNING + timedelta(days=1)

NOT_VALID = ENGLISH.say("tap.NOT_VALID")

DRIFTED = ("BTC 0.28 @ 110000 -> 50", "ETH 2.6 @ 4200 -> 30")
CALM = ("BTC 0.23 @ 110000 -> 50", "ETH 3.5 @ 4200 -> 30")


def said(result: TapResult) -> str:
    """Return what a person hears of a tap."""
    return ENGLISH.say(f"tap.{result.name}")


@dataclass
class SaidReadings:
    """Implements ``ReadingGatherer`` with what a test put in."""

    gathered: Gathered = field(default_factory=Gathered)

    async def gather(self) -> Gathered:
        """Return it."""
        return self.gathered


@dataclass
class Shown:
    """A message as it arrived in a chat."""

    chat_id: str
    message_id: str
    outgoing: Outgoing
    words: Rendered

    @property
    def buttons(self) -> dict[str, Press]:
        """The buttons by label."""
        pairs = ((label, parse_callback(data)) for row in self.words.rows for label, data in row)
        return {label: press for label, press in pairs if press is not None}

    @property
    def presses(self) -> dict[Button, Press]:
        """What the buttons carry, in whatever language their labels are."""
        return {press.button: press for press in self.buttons.values()}


@dataclass
class World:
    """Everything a test of the chat needs, and the acts of people in it."""

    desk: Desk
    clock: SimulatedClock
    market: SmallMarket
    paper: PaperExchange
    people: People
    said: SaidReadings
    shown: list[Shown] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def __post_init__(self) -> None:
        """Open the door and take a pen."""
        self.front = self._door()
        self.renderer = Renderer(
            clock=self.clock,
            zone=BERLIN,
            quote=self.desk.policy.quote,
            wording=wording_of(self.desk.audience.language),
        )

    # ------------------------------------------------------------------------------- time, engine

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.clock.advance_to(self.clock.now() + timedelta(**span))

    async def look_daily(self, days: int = 1) -> Decision:
        """Evaluate on ``days`` days in a row; time ends on the last one."""
        for day in range(days):
            if day:
                self.later(days=1)
            decision = await check(self.desk, Occasion.DAILY)
        return decision

    async def propose(self) -> Proposal:
        """Look until the drift is confirmed and a proposal is open; deliver its card."""
        await self.look_daily(2)
        live = self.live
        assert live is not None
        self.deliver()
        return live

    async def trade_first(self) -> Proposal:
        """Let Ann approve the account's first plan in two steps, and carry it out."""
        proposal = await self.propose()
        await self.press(ANN, "Approve")
        self.deliver()
        self.later(seconds=4)
        await self.press(ANN, "Confirm")
        await self.carry_out()
        return proposal

    async def carry_out(self) -> None:
        """Carry out what was started."""
        while self.started:
            await carry_out(self.desk, self.started.pop(0))

    @property
    def live(self) -> Proposal | None:
        """The open proposal."""
        with self.desk.store.reading() as tx:
            return tx.proposals.live()

    def stored(self, proposal: Proposal) -> Proposal:
        """Return a proposal as it stands now."""
        with self.desk.store.reading() as tx:
            found = tx.proposals.get(proposal.proposal_id)
        assert found is not None
        return found

    def rule(self, **changes: Any) -> None:  # noqa: ANN401  # any part of a policy
        """Change the policy; snapshots are taken as before."""
        self.desk = replace(self.desk, policy=replace(self.desk.policy, **changes))
        self.front = self._door()

    def _door(self) -> Front:
        return Front(self.desk, self.people, start=self.started.append, next_look=lambda: NEXT_LOOK)

    def remember(self, **changes: Any) -> EngineState:  # noqa: ANN401  # any part of a memory
        """Change the engine's memory; return it."""
        with self.desk.store.transaction() as tx:
            state: EngineState = replace(tx.memory.state(), **changes)
            tx.memory.save(state)
        return state

    # -------------------------------------------------------------------------------------- people

    def request(self, person: str, act: Act | None, **changes: object) -> Request:
        """Return a person's act in their private chat, now."""
        plain = Request(
            request_id=f"u{next(self.numbers)}",
            person=person,
            chat_id=person,
            is_private=True,
            message_id="",
            act=act,
            sent_at=self.clock.now(),
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    async def send(self, person: str, words: str, **changes: object) -> list[str]:
        """Let a person send a command; return what this brings into their chat, as plain text."""
        name, *arguments = words.removeprefix("/").split()
        request = self.request(person, Command(name, tuple(arguments)), **changes)
        await self.front.handle(request)
        return [new.words.plain for new in self.deliver() if new.chat_id == request.chat_id]

    async def press(self, person: str, label: str, **changes: object) -> str:
        """Let a person press a button of the newest message in their chat that has it."""
        shown = next(
            row for row in reversed(self.shown) if row.chat_id == person and label in row.buttons
        )
        act = shown.buttons[label]
        request = self.request(person, act, message_id=shown.message_id)
        return await self.front.handle(replace(request, **changes))  # type: ignore[arg-type]

    async def tap(self, person: str, button: Button) -> str:
        """Let a person press that button of the newest message in their chat that has it."""
        shown = next(
            row for row in reversed(self.shown) if row.chat_id == person and button in row.presses
        )
        act = shown.presses[button]
        return await self.front.handle(self.request(person, act, message_id=shown.message_id))

    async def reply(self, person: str, words: str, to: Shown) -> list[str]:
        """Let a person answer a message."""
        await self.front.handle(self.request(person, Reply(words, to.message_id)))
        return [new.words.plain for new in self.deliver() if new.chat_id == person]

    # ------------------------------------------------------------------------------------ messages

    def deliver(self) -> list[Shown]:
        """Take everything in the outbox to its chat; return what arrived."""
        new = []
        with self.desk.store.transaction() as tx:
            for chat_id in tx.outbox.chats():
                while (outgoing := tx.outbox.next(chat_id)) is not None:
                    words = self.renderer.render(outgoing)
                    edited = tx.outbox.message_ids(chat_id, outgoing.edits)
                    ids = edited or [f"m{outgoing.outbox_id}"]
                    tx.outbox.sent(outgoing.outbox_id, ids, at=self.clock.now())
                    new.append(Shown(chat_id, ids[-1], outgoing, words))
        self.shown += new
        return new

    def newest(self, chat_id: str) -> Shown:
        """Return what arrived last in a chat."""
        return next(row for row in reversed(self.shown) if row.chat_id == chat_id)

    def journal(self, kind: str) -> Sequence[str]:
        """Return who caused the journal entries of a kind."""
        with self.desk.store.reading() as tx:
            return [entry.actor for entry in tx.journal.entries(kinds=[kind])]


@asynccontextmanager
async def world(
    folder: Path,
    *lines: str,
    cash: str = "8000 -> 20",
    people: People = PEOPLE,
    groups: Sequence[str] = (),
    language: str = "en",
    **rules: Any,  # noqa: ANN401  # any part of a policy
) -> AsyncIterator[World]:
    """Open a world for a portfolio in the words of ``tests.dsl``; drifted unless told otherwise.

    Args:
        folder: where the database is.
        lines: the coins.
        cash: the quote currency.
        people: who is known.
        groups: chats that get messages besides the people's own.
        language: what everybody reads.
        rules: of the policy.
    """
    situation = portfolio(*(lines or DRIFTED), cash=cash, **rules)
    policy, clock = situation.policy, SimulatedClock(MORNING)
    market = SmallMarket(situation.snapshot, clock)
    said = SaidReadings()
    paper = PaperExchange(":memory:", market, clock, quote=policy.quote)
    await paper.open_with({row.asset: row.free for row in situation.snapshot.balances})
    with open_store(folder / "evenkeel.db") as store:
        desk = Desk(
            store=store,
            clock=clock,
            market=market,
            account=paper,
            placer=paper,
            snapshots=VenueSnapshots(market, paper, clock=clock, policy=policy, readings=said),
            narrator=TemplateNarrator(clock=clock, zone=BERLIN, wording=wording_of(language)),
            questions=RulesReader(),
            policy=policy,
            mode=Mode.PAPER,
            audience=Audience(
                approvers=tuple(sorted(people.approvers)),
                viewers=(*sorted(people.viewers), *groups),
                zone=BERLIN,
                language=language,
            ),
        )
        yield World(desk, clock, market, paper, people, said)
    paper.close()
