"""What a bot left on record: its database, the venue's own books, and whether they agree."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.exchange.paper import PaperExchange
from bot.ports.journal import JournalEntry
from bot.store.sqlite import SqliteStore
from bot.store.verify import verify_journal
from bot.workflow.flows import reconcile
from core.domain.proposal import Fill, Order, Proposal
from core.domain.state import EngineState
from core.domain.units import Asset


@dataclass(frozen=True)
class SentRow:
    """One order in the venue's own books."""

    client_id: str
    asset: str
    side: str
    quantity: Decimal
    filled: Decimal


class Records:
    """Reads what is on file; ``Office`` adds everything that moves."""

    folder: Path
    paper: PaperExchange
    store: SqliteStore

    def proposal(self, proposal_id: str = "") -> Proposal:
        """Return a proposal as stored, by default the newest."""
        with self.store.reading() as tx:
            found = tx.proposals.get(proposal_id) if proposal_id else tx.proposals.latest(1)[0]
        assert found is not None
        return found

    def proposals(self) -> Sequence[Proposal]:
        """Return all proposals, oldest first."""
        with self.store.reading() as tx:
            return list(reversed(tx.proposals.latest(1000)))

    def outbox_keys(self) -> list[str]:
        """Return the key of every message that was ever written down."""
        connection = sqlite3.connect(f"file:{self.folder / 'evenkeel.db'}?mode=ro", uri=True)
        try:
            return [row[0] for row in connection.execute("SELECT key FROM outbox")]
        finally:
            connection.close()

    def live(self) -> Proposal | None:
        """Return the live proposal, or None."""
        with self.store.reading() as tx:
            return tx.proposals.live()

    def orders(self, proposal_id: str = "") -> Sequence[Order]:
        """Return the orders of a proposal, by default of the newest."""
        with self.store.reading() as tx:
            return tx.orders.of(proposal_id or self._newest(tx.proposals.latest(1)))

    def fills(self, proposal_id: str = "") -> Sequence[Fill]:
        """Return the fills of a proposal, or all of them."""
        with self.store.reading() as tx:
            return tx.orders.fills_of(proposal_id) if proposal_id else tx.orders.fills()

    def filled(self, asset: Asset, proposal_id: str = "") -> Decimal:
        """Return how many coins of ``asset`` were filled."""
        rows = self.fills(proposal_id)
        return sum((row.quantity for row in rows if row.asset == asset), Decimal(0))

    def state(self) -> EngineState:
        """Return the memory."""
        with self.store.reading() as tx:
            return tx.memory.state()

    def remember(self, **changes: Any) -> None:  # noqa: ANN401  # handed to the memory
        """Change the memory behind everybody's back."""
        with self.store.transaction() as tx:
            tx.memory.save(replace(tx.memory.state(), **changes))

    def falsify(self, asset: Asset, free: str) -> None:
        """Change a balance behind the venue's own back: no flow explains it."""
        connection = sqlite3.connect(self.folder / "paper.db")
        with connection:
            connection.execute("UPDATE balance SET free = ? WHERE asset = ?", (free, asset))
        connection.close()

    def journal(self, *kinds: str) -> Sequence[JournalEntry]:
        """Return the journal's entries of these kinds."""
        with self.store.reading() as tx:
            return tx.journal.entries(kinds=kinds)

    async def held(self, asset: Asset) -> Decimal:
        """Return all there is of ``asset`` on the account."""
        rows = await self.paper.balances()
        return sum((r.free + r.locked + r.staked for r in rows if r.asset == asset), Decimal(0))

    def sent(self) -> list[SentRow]:
        """Return every order the venue ever took, from the venue's own file."""
        return sent_at(self.folder / "paper.db")

    async def problems(self) -> list[str]:
        """Return everything that is wrong with the books; none is what every story ends with."""
        found = []
        verdict = verify_journal(self.store)
        if not verdict.ok:
            found.append(f"journal: {verdict.problem}")
        ids = [row.client_id for row in self.sent()]
        found += [f"{name} was sent twice" for name in set(ids) if ids.count(name) > 1]
        found += await self._book_problems()
        found += [line for row in self.proposals() for line in self.order_problems(row)]
        return found

    async def _book_problems(self) -> list[str]:
        with self.store.reading() as tx:
            flows, fills = tx.flows.all(), {fill.fill_id for fill in tx.orders.fills()}
            known = {
                order.client_id
                for p in tx.proposals.latest(1000)
                for order in tx.orders.of(p.proposal_id)
            }
        rows = reconcile(await self.paper.flows(None), await self.paper.balances())
        found = [f"the venue's own books: {row}" for row in rows if row.unexplained]
        rows = reconcile(flows, await self.paper.balances())
        found += [f"unexplained: {row}" for row in rows if row.unexplained]
        for order in self.sent():
            if order.client_id not in known:
                found.append(f"{order.client_id} was never written down")
            for report in self.paper.orders_of(order.client_id):
                missing = [fill for fill in report.fills if fill.fill_id not in fills]
                found += [f"{fill.fill_id} was never booked" for fill in missing]
        return found

    def order_problems(self, proposal: Proposal) -> list[str]:
        """Return where a proposal's orders and fills go beyond what was approved."""
        found = []
        orders, fills = self.orders(proposal.proposal_id), self.fills(proposal.proposal_id)
        if orders and not proposal.decided_by:
            found.append(f"orders of {proposal.proposal_id} without an approval")
        for trade in proposal.plan.trades:
            filled = sum((f.quantity for f in fills if f.asset == trade.asset), Decimal(0))
            if filled > trade.quantity:
                found.append(f"{filled} {trade.asset} filled, {trade.quantity} approved")
        for fill in fills:
            legs = [row for row in proposal.plan.trades if row.asset == fill.asset]
            if not legs or legs[0].side is not fill.side:
                found.append(f"{fill.side} {fill.asset} was never approved")
            elif (fill.price - legs[0].worst_price) * fill.side.sign > 0:
                found.append(f"{fill.asset} at {fill.price}, printed {legs[0].worst_price}")
        return found

    @staticmethod
    def _newest(rows: Sequence[Proposal]) -> str:
        return rows[0].proposal_id


def sent_at(file: Path) -> list[SentRow]:
    """Return every order in the books of a paper account's file."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT seq, client_id, asset, side, quantity FROM sent ORDER BY seq"
        ).fetchall()
        fills = connection.execute("SELECT sent, quantity FROM fill").fetchall()
    finally:
        connection.close()
    filled: dict[int, Decimal] = {}
    for number, quantity in fills:
        filled[number] = filled.get(number, Decimal(0)) + Decimal(quantity)
    return [
        SentRow(client, asset, side, Decimal(quantity), filled.get(seq, Decimal(0)))
        for seq, client, asset, side, quantity in rows
    ]
