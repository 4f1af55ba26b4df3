"""Accounts at Kraken with an approved plan of two sales and two buys, ready to be carried out."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.workflow.approve import Tap, TapResult, approve, confirm
from bot.workflow.check import check
from bot.workflow.desk import Desk
from bot.workflow.execute import carry_out
from bot.workflow.reconcile import recover
from core.domain.market import Side
from core.domain.policy import BandRules, CostRules, Policy
from core.domain.proposal import Proposal, ProposalState
from core.domain.snapshot import Occasion
from core.domain.units import ZERO, Asset, Money, Quantity, Weight
from tests.dsl import UNWATCHED
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock
from tests.storm.office import CHAT, USD, open_office

MORNING = datetime(2026, 3, 2, 0, 6, tzinfo=UTC)
OWNER = "owner"
FAR = Weight(Decimal(100_000))


@dataclass(frozen=True)
class Situation:
    """What a run begins with.

    Attributes:
        name: for the reader.
        funds: the account, by Kraken's ids.
        policy: the person's rules.
    """

    name: str
    funds: Mapping[str, str]
    policy: Policy


@dataclass(frozen=True)
class Prepared:
    """A situation with its plan approved.

    Attributes:
        situation: what it came from.
        proposal: as approved.
        database: the bot's file.
        at: the instant after the approval.
    """

    situation: Situation
    proposal: Proposal
    database: bytes
    at: datetime

    @property
    def floor(self) -> Decimal:
        """The cash that must never be touched: reserve and excluded amount."""
        policy = self.situation.policy
        return policy.reserve + dict(policy.excluded).get(USD, ZERO)


def _policy(targets: str, *, excluded: Mapping[str, str], **rules: Any) -> Policy:  # noqa: ANN401
    """Return rules that act on the first evaluation, in markets that are deep enough."""
    pairs = (line.split() for line in targets.split(","))
    return Policy(
        quote=USD,
        targets=tuple((Asset(name), Weight(Decimal(part) / 100)) for name, part in pairs),
        excluded=tuple((Asset(name), Quantity(Decimal(text))) for name, text in excluded.items()),
        bands=BandRules(confirm=1),
        # The emulator's candles tell of a tiny volume; its books are deep.
        costs=CostRules(max_adv=FAR, impact=ZERO),
        **{**UNWATCHED, **rules},
    )


SITUATIONS = (
    Situation(
        "every dollar above the reserve is spent",
        {"ZUSD": "3700", "XXBT": "0.42", "XETH": "7.0", "SOL": "50", "LINK": "300"},
        _policy(
            "BTC 25, ETH 25, LINK 25, SOL 25, USD 0",
            excluded={"USD": "500", "BTC": "0.05"},
            reserve=Money(Decimal(3000)),
        ),
    ),
    Situation(
        "cash stays beside the reserve",
        {"ZUSD": "9000", "XXBT": "0.40", "XETH": "7.6", "SOL": "40", "LINK": "250"},
        _policy(
            "BTC 25, ETH 25, LINK 20, SOL 20, USD 10",
            excluded={"USD": "1500", "ETH": "0.4"},
            reserve=Money(Decimal(1000)),
        ),
    ),
    Situation(
        "only a part may move",
        {"ZUSD": "4000", "XXBT": "0.42", "XETH": "7.2", "SOL": "40", "LINK": "300"},
        _policy(
            "BTC 25, ETH 25, LINK 25, SOL 25, USD 0",
            excluded={"USD": "100"},
            reserve=Money(Decimal(2000)),
            trading_capital=Money(Decimal(30_000)),
        ),
    ),
    Situation(
        "a small buy comes last",
        {"ZUSD": "2100", "XXBT": "0.395", "XETH": "5.7", "SOL": "80", "LINK": "290"},
        _policy(
            "BTC 25, ETH 25, LINK 25, SOL 25, USD 0",
            excluded={"BTC": "0.02"},
            reserve=Money(Decimal(2000)),
        ),
    ),
)


async def prepare_all() -> tuple[Prepared, ...]:
    """Let a bot propose each situation's plan in a calm market, and a person approve it.

    Raises:
        ValueError: a situation does not lead to two sales and two buys.
    """
    return tuple(await asyncio.gather(*map(_prepare, SITUATIONS)))


async def _prepare(situation: Situation) -> Prepared:
    with tempfile.TemporaryDirectory(prefix="evenkeel-storm-") as folder:
        file = Path(folder) / "evenkeel.db"
        clock = ManualClock(MORNING)
        proposal = await _approved(situation, file, clock)
        return Prepared(situation, proposal, file.read_bytes(), clock.now())


def open_kraken(situation: Situation, clock: Any) -> Kraken:  # noqa: ANN401  # any clock
    """Return the exchange of a situation; its ids and its key are the same every time."""
    kraken = Kraken(clock, situation.funds, tier=None)
    kraken.issue_key(TRADING)
    return kraken


async def _approved(situation: Situation, file: Path, clock: ManualClock) -> Proposal:
    async with _office(situation, file, clock) as desk:
        await check(desk, Occasion.DAILY)
        return _agree(desk, clock)


async def rehearse(prepared: Prepared) -> ProposalState:
    """Carry a plan out in a calm market; return how it ended."""
    with tempfile.TemporaryDirectory(prefix="evenkeel-storm-") as folder:
        file = Path(folder) / "evenkeel.db"
        file.write_bytes(prepared.database)
        clock = ManualClock(MORNING)
        async with _office(prepared.situation, file, clock) as desk:
            clock.at = prepared.at
            ended = await carry_out(desk, prepared.proposal.proposal_id)
            await recover(desk)
    if ended is None:
        raise ValueError("the plan is gone")
    return ended.state


@asynccontextmanager
async def _office(situation: Situation, file: Path, clock: ManualClock) -> AsyncIterator[Desk]:
    async with KrakenServer(open_kraken(situation, clock)) as server:
        key = next(iter(server.kraken.key_ring.keys.values()))
        pair = (key.public, key.secret)
        async with open_office(
            file, situation.policy, clock, base_url=server.base_url, key=pair
        ) as desk:
            yield desk


def _agree(desk: Desk, clock: ManualClock) -> Proposal:
    with desk.store.reading() as tx:
        live = tx.proposals.live()
    if live is None:
        raise ValueError("the situation leads to no plan")
    sides = [trade.side for trade in live.plan.trades]
    if sides != [Side.SELL, Side.SELL, Side.BUY, Side.BUY]:
        raise ValueError(f"the situation leads to {sides}, not to two sales and two buys")
    clock.at += timedelta(minutes=1)
    result = approve(desk, _tap(desk, live))
    if result is TapResult.SECOND_STEP:
        clock.at += timedelta(seconds=4)
        result = confirm(desk, _tap(desk, live))
    with desk.store.reading() as tx:
        approved = tx.proposals.get(live.proposal_id)
    if approved is None or approved.state is not ProposalState.APPROVED:
        raise ValueError(f"the approval came to {result}")
    return approved


def _tap(desk: Desk, proposal: Proposal) -> Tap:
    """Bring everything that waits to the phone; return a press of the newest button."""
    nonce, message_id = "", ""
    with desk.store.transaction() as tx:
        while (row := tx.outbox.next(CHAT)) is not None:
            message_id = str(row.outbox_id)
            nonce = row.nonce or nonce
            tx.outbox.sent(row.outbox_id, [message_id], at=desk.clock.now())
    return Tap(proposal.proposal_id, nonce, OWNER, CHAT, message_id)
