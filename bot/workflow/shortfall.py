"""What executions cost: measured when they end, and what later snapshots learn from it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.ports.records import Store, Transaction
from bot.ports.snapshots import SnapshotTaker
from bot.workflow.desk import Desk
from bot.workflow.world import is_old
from core.domain.decision import PlannedTrade
from core.domain.errors import FeedUnavailable
from core.domain.market import Quote
from core.domain.proposal import Fill, Order, Proposal
from core.domain.shortfall import Shortfall
from core.domain.snapshot import Occasion, Snapshot
from core.domain.units import ONE, ZERO, Asset, Price, exact, text_of
from core.planning.shortfall import LEGS_LOOKED_AT, Prices, measure, walk_ratio


def note_rechecked_prices(
    tx: Transaction, proposal_id: str, trades: Sequence[PlannedTrade]
) -> None:
    """Keep the middle prices at which an approved plan was checked again, until it has ended.

    A leg that never leaves is measured against them.
    """
    prices = {trade.asset: text_of(trade.mid) for trade in trades}
    tx.memory.put(_name(proposal_id), json.dumps(prices))


def note_leaving_price(desk: Desk, order: Order, quote: Quote) -> None:
    """Keep the middle price at which the first order of a leg leaves, in place of the re-check's.

    A leg may wait for the ones before it; what the market does meanwhile is no cost of trading.
    """
    with desk.store.transaction() as tx:
        rows = tx.orders.of(order.proposal_id)
        if any(row.leg == order.leg and row.deadline_at is not None for row in rows):
            return
        prices = json.loads(tx.memory.get(_name(order.proposal_id)) or "{}")
        prices[order.asset] = text_of(_middle(quote))
        tx.memory.put(_name(order.proposal_id), json.dumps(prices))


def forget_rechecked_prices(tx: Transaction, proposal_id: str) -> None:
    """Let go of them."""
    tx.memory.put(_name(proposal_id), "")


def _name(proposal_id: str) -> str:
    return f"rechecked:{proposal_id}"


async def measure_execution(
    desk: Desk, proposal: Proposal, orders: Sequence[Order], fills: Sequence[Fill]
) -> tuple[Shortfall, ...]:
    """Return what each leg of an execution cost; nothing is stored.

    The last price is read afresh; where that fails, the re-check's stands for it and the record
    says so.
    """
    with desk.store.reading() as tx:
        rechecked = json.loads(tx.memory.get(_name(proposal.proposal_id)) or "{}")
    fresh = await _fresh_prices(desk, [trade.asset for trade in proposal.plan.trades])
    prices = {}
    for trade in proposal.plan.trades:
        # An execution that an older version began has no note of its re-check.
        approved = Price(Decimal(rechecked.get(trade.asset, trade.mid)))
        ended = fresh.get(trade.asset)
        prices[trade.asset] = Prices(approved, ended or approved, is_end_fresh=ended is not None)
    now = desk.clock.now()
    return measure(proposal, orders, fills, prices=prices, quote=desk.policy.quote, ended_at=now)


async def _fresh_prices(desk: Desk, assets: Collection[Asset]) -> Mapping[Asset, Price]:
    try:
        quotes = await desk.market.quotes(assets)
    except FeedUnavailable:
        return {}
    return {
        quote.asset: _middle(quote)
        for quote in quotes
        if not is_old(desk, quote) and _is_price(quote.bid) and _is_price(quote.ask)
    }


@exact
def _middle(quote: Quote) -> Price:
    return quote.mid


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and price > ZERO


def walk_ratios(tx: Transaction, assets: Collection[Asset]) -> tuple[tuple[Asset, Decimal], ...]:
    """Return the markets whose walk estimate experience raises, and by what factor.

    Source: METHODS 5.2.
    """
    found = (
        (asset, walk_ratio(tx.shortfalls.latest(LEGS_LOOKED_AT, asset=asset)))
        for asset in sorted(assets)
    )
    return tuple((asset, factor) for asset, factor in found if factor != ONE)


@dataclass(frozen=True, slots=True)
class SnapshotsWithPast:
    """Takes another one's snapshots, and adds what earlier executions taught.

    Attributes:
        taker: who puts market and account together.
        store: where the measured legs are.
    """

    taker: SnapshotTaker
    store: Store

    async def take(self, occasion: Occasion) -> Snapshot:
        """Return everything a decision needs."""
        snapshot = await self.taker.take(occasion)
        with self.store.reading() as tx:
            ratios = walk_ratios(tx, {row.asset for row in snapshot.quotes})
        return replace(snapshot, walk_ratios=ratios)

    async def glance(self) -> Snapshot:
        """Return balances, quotes and rules only; no cost is estimated on a glance."""
        return await self.taker.glance()
