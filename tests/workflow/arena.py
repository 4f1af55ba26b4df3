"""Malformed plans thrown straight at the executor, past the planner; the venue's books judge.

``python -m tests.workflow.arena 10000`` throws so many and prints what became of them.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.exchange.paper import PaperExchange
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.feeds.assemble import VenueSnapshots
from bot.ports.records import Transaction
from bot.store.sqlite import SqliteStore, open_store
from bot.workflow.desk import Audience, Desk
from bot.workflow.execute import carry_out
from core.codec import GENESIS
from core.domain.errors import EvenkeelError
from core.domain.market import Side
from core.domain.portfolio import Balance
from core.domain.proposal import (
    Fill,
    Order,
    OrderReport,
    Proposal,
    ProposalState,
)
from core.domain.state import Halt
from core.domain.units import ZERO, Asset, Money, Price, Quantity, exact
from core.lifecycle import OrderEvent, ProposalEvent
from tests.store.arranging import add_decision
from tests.store.samples import decision
from tests.workflow.flat_market import MIDS, USD, FlatMarket
from tests.workflow.malformed_plans import Spoilt
from tests.workflow.spoiling import spoilt
from tests.workflow.steered_market import LooseClock

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
_MOST_ENTRIES = 10_000_000
APART = timedelta(days=3)
SEED = 20260301
PATH_TO = {
    ProposalState.PROPOSED: (ProposalEvent.SHOW,),
    ProposalState.APPROVED: (ProposalEvent.SHOW, ProposalEvent.APPROVE),
    ProposalState.EXECUTING: (
        ProposalEvent.SHOW,
        ProposalEvent.APPROVE,
        ProposalEvent.RECHECK,
        ProposalEvent.EXECUTE,
    ),
}


@dataclass
class Books:
    """What the venue was asked and what it did, beside its own account."""

    paper: PaperExchange
    placed: list[Order] = field(default_factory=list)

    async def place(self, order: Order) -> OrderReport:
        """Write the order down and pass it on."""
        self.placed.append(order)
        return await self.paper.place(order)

    async def find(self, client_id: str) -> OrderReport | None:
        """Pass the question on."""
        return await self.paper.find(client_id)

    async def cancel(self, client_id: str) -> None:
        """Pass the request on."""
        await self.paper.cancel(client_id)


@dataclass
class Arena:
    """One database, a new account and a new market for every plan."""

    store: SqliteStore
    clock: LooseClock
    tally: Counter[str] = field(default_factory=Counter)

    async def throw(self, plan: Spoilt) -> list[str]:
        """Throw one plan at the executor; return what the venue's books say against it."""
        paper = PaperExchange(":memory:", FlatMarket(self.clock), self.clock, quote=USD)
        try:
            await paper.open_with({name: Quantity(part) for name, part in plan.holdings.items()})
            return await self._throw(plan, Books(paper))
        finally:
            paper.close()

    async def _throw(self, plan: Spoilt, books: Books) -> list[str]:
        desk = self._desk(plan, books)
        proposal = replace(plan.proposed(), decision_id=decision().decision_id)
        self._write(plan, proposal)
        before = await books.paper.balances()
        try:
            await carry_out(desk, plan.name)
        except (EvenkeelError, ArithmeticError) as error:
            self.tally[f"raised {type(error).__name__}"] += 1
        self._clear(plan)
        self.tally["orders sent"] += len(books.placed)
        self.tally["plans that sent something"] += bool(books.placed)
        return judge(plan, proposal, books.placed, before, await books.paper.balances())

    def _desk(self, plan: Spoilt, books: Books) -> Desk:
        market = FlatMarket(self.clock, **plan.market)
        policy = plan.policy
        return Desk(
            store=self.store,
            clock=self.clock,
            market=market,
            account=books.paper,
            placer=books,
            snapshots=VenueSnapshots(market, books.paper, clock=self.clock, policy=policy),
            narrator=TemplateNarrator(clock=self.clock, zone=UTC),
            questions=RulesReader(),
            policy=policy,
            mode=plan.mode,
            audience=Audience(("chat",)),
        )

    def _write(self, plan: Spoilt, proposal: Proposal) -> None:
        """Write plan and orders down as far as the store lets anybody do that."""
        now, pid = plan.at, plan.name
        with self.store.transaction() as tx:
            halt = Halt(now, "stop") if plan.is_halted else None
            tx.memory.save(replace(tx.memory.state(), halt=halt))
            tx.proposals.add(proposal, nonce_hash=pid, actor="engine")
            for event in PATH_TO[plan.reaches]:
                tx.proposals.move(pid, event, at=now, actor=plan.approver)
        if plan.reaches is not ProposalState.EXECUTING:
            return
        for order in plan.orders:
            try:
                with self.store.transaction() as tx:
                    tx.orders.add([order], at=now)
                    if order.client_id in plan.tried:
                        self._try(tx, order, plan.tried[order.client_id])
                self.tally["orders written down"] += 1
            except (EvenkeelError, ArithmeticError, TypeError):
                plan.tried.pop(order.client_id, None)
                self.tally["orders the store refused"] += 1

    def _try(self, tx: Transaction, order: Order, brought: Decimal) -> None:
        now = order.intent_at
        tx.orders.move(order.client_id, OrderEvent.SEND, at=now, deadline_at=now)
        tx.orders.move(order.client_id, OrderEvent.ACKNOWLEDGE, at=now)
        if brought:
            fill = Fill(
                f"before {order.client_id}",
                order.client_id,
                order.asset,
                order.side,
                Quantity(brought),
                Price(MIDS.get(order.asset, Decimal(1))),
                Money(ZERO),
                USD,
                now,
            )
            tx.orders.add_fills([fill], at=now)
        event = OrderEvent.FILL_PARTLY if brought else OrderEvent.CANCEL
        tx.orders.move(order.client_id, event, at=now)

    def _clear(self, plan: Spoilt) -> None:
        """Bring the proposal to an end, so that the next one may be written."""
        with self.store.transaction() as tx:
            found = tx.proposals.get(plan.name)
            assert found is not None
            self.tally[f"ended {found.state}"] += 1
            if (live := tx.proposals.live()) is not None:
                is_begun = live.state is ProposalState.EXECUTING
                event = ProposalEvent.FAIL if is_begun else ProposalEvent.WITHDRAW
                tx.proposals.move(live.proposal_id, event, at=plan.at, actor="test")


@exact
def judge(
    plan: Spoilt,
    proposal: Proposal,
    placed: list[Order],
    before: tuple[Balance, ...],
    after: tuple[Balance, ...],
) -> list[str]:
    """Return every line that the account crossed, from its balances alone, and every bad price."""
    old, new = (_free_in(rows) for rows in (before, after))
    moved = {name: new.get(name, ZERO) - amount for name, amount in old.items()}
    found = []
    if plan.is_forbidden and (placed or any(moved.values())):
        found.append("something was ordered that must not be")
    found += [line for asset in MIDS for line in _beyond_approval(asset, moved, plan, proposal)]
    found += _below_floors(plan, old, new)
    found += _beyond_capital(plan, moved)
    found += [line for order in placed for line in _bad_price(order, proposal)]
    ids = [order.client_id for order in placed]
    if len(set(ids)) < len(ids):
        found.append("one order was sent twice")
    return found


def _free_in(rows: tuple[Balance, ...]) -> dict[Asset, Decimal]:
    return {row.asset: row.free for row in rows}


def _beyond_approval(
    asset: Asset, moved: dict[Asset, Decimal], plan: Spoilt, proposal: Proposal
) -> Iterator[str]:
    change = moved.get(asset, ZERO)
    side = Side.BUY if change > 0 else Side.SELL
    legs = [row for row in proposal.plan.trades if (row.asset, row.side) == (asset, side)]
    done = sum(
        (
            plan.tried[order.client_id]
            for order in plan.orders
            if order.client_id in plan.tried and (order.asset, order.side) == (asset, side)
        ),
        ZERO,
    )
    approved = max((leg.quantity for leg in legs if leg.quantity.is_finite()), default=ZERO)
    if change and abs(change) + done > approved:
        yield f"{side} {abs(change)} {asset} after {done}, approved {approved}"


def _below_floors(
    plan: Spoilt, old: dict[Asset, Decimal], new: dict[Asset, Decimal]
) -> Iterator[str]:
    floors = dict(plan.policy.excluded)
    floors[USD] = Quantity(floors.get(USD, ZERO) + plan.policy.reserve)
    for asset, floor in floors.items():
        if new.get(asset, ZERO) < min(floor, old.get(asset, ZERO)):
            yield f"{new.get(asset, ZERO)} {asset} left, below {floor}"


def _beyond_capital(plan: Spoilt, moved: dict[Asset, Decimal]) -> Iterator[str]:
    capital = plan.policy.trading_capital
    sold = sum(
        (-change * MIDS[name] for name, change in moved.items() if name != USD and change < 0), ZERO
    )
    spent = max(-moved.get(USD, ZERO), ZERO)
    # The account's own worth falls by costs, so its share may grow by as little.
    if capital is not None and sold + spent > capital * Decimal("1.01"):
        yield f"{sold + spent} moved, with a trading capital of {capital}"


def _bad_price(order: Order, proposal: Proposal) -> Iterator[str]:
    mid = MIDS.get(order.asset)
    if mid is None:
        yield f"{order.asset} was ordered"
        return
    legs = [row for row in proposal.plan.trades if row.asset == order.asset]
    if not any((order.limit_price - leg.worst_price) * order.side.sign <= 0 for leg in legs):
        yield f"{order.asset} was ordered at {order.limit_price}, beyond the printed price"
    if abs(order.limit_price - mid) > mid / 10:
        yield f"{order.asset} was ordered at {order.limit_price}, and stands at {mid}"


@contextmanager
def arena(folder: Path) -> Iterator[Arena]:
    """Open a database of its own."""
    with open_store(folder / "evenkeel.db") as store:
        with store.transaction() as tx:
            add_decision(tx)
        yield Arena(store, LooseClock(START))


async def run(folder: Path, count: int, *, seed: int = SEED) -> Counter[str]:
    """Throw so many malformed plans; fail on the first line crossed."""
    with arena(folder) as ring:
        for number in range(count):
            ring.clock.advance_to(ring.clock.now() + APART)
            plan = spoilt(Random(f"{seed}:{number}"), number, ring.clock.now())
            wrong = await ring.throw(plan)
            assert wrong == [], (number, plan.ways, wrong)
        with ring.store.reading() as tx:
            # The chain alone: plans under another plan's digest are what was thrown.
            followed, head = tx.journal.follow(0, GENESIS, limit=_MOST_ENTRIES), tx.journal.head()
        assert (followed.problem, followed.seq) == ("", head[0])
        return ring.tally


def summary_of(tally: Counter[str]) -> str:
    """Return what became of the plans, one line each."""
    return "\n".join(f"{name}: {number:,}" for name, number in sorted(tally.items()))


def main(count: int) -> None:
    """Throw so many plans into a database of their own."""
    with TemporaryDirectory() as folder:
        tally = asyncio.run(run(Path(folder), count))
    sys.stdout.write(f"{count:,} malformed plans, none crossed a line\n{summary_of(tally)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
