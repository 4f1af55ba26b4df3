"""A whole bot by hand: real database, paper account, steered market, and a person with a phone.

office = await Office.open(tmp_path)
await office.check()                  # the golden portfolio: SELL 0.03195 BTC, BUY 0.6200 ETH
proposal = await office.approve_all() # tap, three seconds, confirm, carry out
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from bot.exchange.paper import PaperExchange
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.feeds.assemble import VenueSnapshots
from bot.ports.mail import Outgoing
from bot.ports.messages import Card, Mode, Notice, NoticeCode, Report, SecondCard
from bot.store.sqlite import SqliteStore, open_store
from bot.workflow.approve import Tap, TapResult, approve, confirm
from bot.workflow.check import check
from bot.workflow.desk import Audience, Desk
from bot.workflow.execute import carry_out
from bot.workflow.halts import HALT_FILE
from bot.workflow.reconcile import recover
from bot.workflow.shortfall import SnapshotsWithPast
from core.domain.decision import Decision
from core.domain.policy import BandRules, Policy
from core.domain.proposal import Proposal
from core.domain.snapshot import Occasion
from core.domain.units import Asset, Quantity, Weight
from tests.dsl import UNWATCHED
from tests.emulators.flaky_venue import FlakyVenue
from tests.workflow.records import Records
from tests.workflow.steered_market import HISTORY, LooseClock, SteeredBars, SteeredMarket
from tests.workflow.watched_venue import WatchedVenue

M = TypeVar("M")

USD, BTC, ETH = Asset("USD"), Asset("BTC"), Asset("ETH")
MORNING = datetime(2026, 3, 2, 0, 6, tzinfo=UTC)
PRICES = {"BTC": "110000", "ETH": "4200"}
DRIFTED = {"BTC": "0.28182", "ETH": "2.619", "USD": "8000"}
"""METHODS' golden case 1: BTC stands 12 points above its target."""
OWNER, CHAT, OTHER = "owner", "chat", "other"


def policy(**changes: Any) -> Policy:  # noqa: ANN401  # handed to the policy
    """Return targets of 50/30/20 that act on the first evaluation that sees a breach."""
    targets = ((BTC, "0.5"), (ETH, "0.3"), (USD, "0.2"))
    rules: dict[str, Any] = {"bands": BandRules(confirm=1), **UNWATCHED, **changes}
    return Policy(
        quote=USD, targets=tuple((name, Weight(Decimal(part))) for name, part in targets), **rules
    )


POLICY = policy()
AUDIENCE = Audience((CHAT,))


@dataclass(frozen=True)
class Letter:
    """A message as the person sees it: what was sent, with its buttons' secret, and its id."""

    outgoing: Outgoing
    message_id: str


@dataclass
class Office(Records):
    """Everything a test holds in its hands."""

    folder: Path
    policy: Policy
    audience: Audience
    clock: LooseClock
    market: SteeredMarket
    paper: PaperExchange
    venue: FlakyVenue
    watched: WatchedVenue
    store: SqliteStore
    desk: Desk
    letters: list[Letter] = field(default_factory=list)
    arrives: Callable[[Letter], None] | None = None
    """Called when a message reaches the phone, before the bot can know that it did."""

    @classmethod
    async def open(
        cls,
        folder: Path,
        *,
        holdings: Mapping[str, str] = DRIFTED,
        policy: Policy = POLICY,
        audience: Audience = AUDIENCE,
        at: datetime = MORNING,
        history: int = HISTORY,
    ) -> "Office":
        """Found an account and a database in ``folder`` and recover, as at a first start."""
        clock = LooseClock(at)
        market = SteeredMarket(SteeredBars(at, PRICES, history=history), clock)
        office = cls._on(folder, policy, audience, clock, market)
        await office.paper.open_with(
            {Asset(name): Quantity(Decimal(amount)) for name, amount in holdings.items()}
        )
        await recover(office.desk)
        return office

    @classmethod
    def _on(
        cls,
        folder: Path,
        policy: Policy,
        audience: Audience,
        clock: LooseClock,
        market: SteeredMarket,
    ) -> "Office":
        paper = PaperExchange(folder / "paper.db", market, clock, quote=USD)
        venue = FlakyVenue(paper, clock)
        watched = WatchedVenue(venue)
        store = open_store(folder / "evenkeel.db")
        desk = Desk(
            store=store,
            clock=clock,
            market=market,
            account=watched,
            placer=watched,
            snapshots=SnapshotsWithPast(
                VenueSnapshots(market, watched, clock=clock, policy=policy), store
            ),
            narrator=TemplateNarrator(clock=clock, zone=UTC),
            questions=RulesReader(),
            policy=policy,
            mode=Mode.PAPER,
            audience=audience,
            halt_files=(folder / HALT_FILE,),
        )
        return cls(folder, policy, audience, clock, market, paper, venue, watched, store, desk)

    @classmethod
    def on_files(cls, folder: Path, *, at: datetime) -> "Office":
        """Open the files another process left behind; nothing is recovered yet."""
        clock = LooseClock(at)
        market = SteeredMarket(SteeredBars(MORNING, PRICES), clock)
        return cls._on(folder, POLICY, AUDIENCE, clock, market)

    @classmethod
    async def reopen(cls, folder: Path, *, at: datetime) -> "Office":
        """Start on files another process left behind, and recover."""
        office = cls.on_files(folder, at=at)
        await recover(office.desk)
        return office

    def close(self) -> None:
        """Close the files."""
        self.store.close()
        self.paper.close()

    async def restart(self, policy: Policy | None = None) -> None:
        """Close everything and start anew on the same files, as after a reboot."""
        self.close()
        fresh = self._on(self.folder, policy or self.policy, self.audience, self.clock, self.market)
        self.policy, self.paper, self.venue = fresh.policy, fresh.paper, fresh.venue
        self.watched, self.store, self.desk = fresh.watched, fresh.store, fresh.desk
        await recover(self.desk)

    # ------------------------------------------------------------------------------- the person

    async def gather_experience(self) -> None:
        """Carry out a first plan, so that every coin is known, and let the waiting time pass."""
        await self.check()
        await self.approve_all()
        self.clock.step(days=4)

    async def check(self, occasion: Occasion = Occasion.DAILY) -> Decision:
        """Make one decision and deliver what it has to say."""
        decision = await check(self.desk, occasion)
        self.deliver()
        return decision

    def deliver(self) -> list[Letter]:
        """Bring every waiting message to its chat; return the new ones."""
        arrived = []
        with self.store.reading() as tx:
            chats = tx.outbox.chats()
        for chat in chats:
            while (letter := self._deliver_next(chat)) is not None:
                arrived.append(letter)
        self.letters += arrived
        return arrived

    def _deliver_next(self, chat: str) -> Letter | None:
        with self.store.transaction() as tx:
            outgoing = tx.outbox.next(chat)
            if outgoing is None:
                return None
            edited = tx.outbox.message_ids(chat, outgoing.edits) if outgoing.edits else ()
            ids = list(edited) or [f"{chat}-{outgoing.outbox_id}"]
            letter = Letter(outgoing, ids[-1])
            if self.arrives is not None:
                self.arrives(letter)
            tx.outbox.sent(outgoing.outbox_id, ids, at=self.clock.now())
        return letter

    def letter(self, kind: type[Card] | type[SecondCard], chat: str = CHAT) -> Letter:
        """Return the newest message with buttons of this kind."""
        self.deliver()
        return next(
            row
            for row in reversed(self.letters)
            if isinstance(row.outgoing.message, kind)
            and row.outgoing.nonce
            and row.outgoing.chat_id == chat
        )

    def said(self, kind: type[M]) -> list[M]:
        """Return every message of this kind that arrived anywhere, oldest first."""
        self.deliver()
        messages = (row.outgoing.message for row in self.letters)
        return [message for message in messages if isinstance(message, kind)]

    def notices(self, code: NoticeCode) -> list[Notice]:
        """Return every notice with this code."""
        return [notice for notice in self.said(Notice) if notice.code is code]

    def tap(self, letter: Letter | None = None, **changes: str) -> Tap:
        """Return a press of a button of ``letter``, by default of the newest card."""
        letter = letter or self.letter(Card)
        message = letter.outgoing.message
        assert isinstance(message, Card | SecondCard)
        press = Tap(
            proposal_id=message.proposal.proposal_id,
            nonce=letter.outgoing.nonce,
            person=OWNER,
            chat_id=letter.outgoing.chat_id,
            message_id=letter.message_id,
        )
        return replace(press, **changes)

    def approve(self, letter: Letter | None = None, **changes: str) -> TapResult:
        """Press Approve."""
        return approve(self.desk, self.tap(letter or self.letter(Card), **changes))

    def confirm(self, letter: Letter | None = None, **changes: str) -> TapResult:
        """Press the button of the second card."""
        return confirm(self.desk, self.tap(letter or self.letter(SecondCard), **changes))

    def agree(self) -> Proposal:
        """Approve the newest card in as many steps as it takes; return the approved proposal."""
        tap = self.tap()
        result = self.approve()
        if result is TapResult.SECOND_STEP:
            self.clock.step(seconds=3)
            result = self.confirm()
        assert result is TapResult.APPROVED, result
        return self.proposal(tap.proposal_id)

    async def approve_all(self) -> Proposal:
        """Approve the newest card and carry it out; return the proposal as it ended."""
        return await self.carry_out(self.agree().proposal_id)

    async def carry_out(self, proposal_id: str) -> Proposal:
        """Carry an approved proposal out."""
        proposal = await carry_out(self.desk, proposal_id)
        self.deliver()
        assert proposal is not None
        return proposal

    def reports(self) -> list[Report]:
        """Return every report that arrived."""
        return self.said(Report)
