"""What came in and went out: classified from the first day, and reconciled with the balances."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.ports.messages import NoticeCode, Reconciliation
from bot.ports.records import Transaction
from bot.workflow.desk import Desk, notify
from bot.workflow.late_orders import halt_for_late_orders
from bot.workflow.opening import LOOK_BACK, open_books, opened_at, seen_at_opening
from bot.workflow.same_account import check_same_account
from core.domain.portfolio import Balance, Flow, FlowKind
from core.domain.units import ZERO, Asset, Money, Quantity, text_of

TOLD = frozenset({FlowKind.DEPOSIT, FlowKind.WITHDRAWAL, FlowKind.REWARD})
LAST_SEEN = "flows:last_at"
# A venue may book late, and a clock may be set back; what is known already counts once.
OVERLAP = timedelta(days=1)


async def sync_flows(desk: Desk) -> Sequence[Flow]:
    """Fetch and store what changed the balances since the last time; return what was new.

    Deposits and withdrawals of quote currency become new money; people are told of them.
    """
    await open_books(desk)
    flows = await _since_last_time(desk)
    if not flows:
        return ()
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        new = tx.flows.add(flows, at=now)
        if new:
            tx.memory.put(LAST_SEEN, max(flow.occurred_at for flow in flows).isoformat())
            _remember_new_money(tx, desk, new)
            for flow in new:
                _tell(tx, desk, flow)
            halt_for_late_orders(tx, desk, new)
    return new


async def _since_last_time(desk: Desk) -> Sequence[Flow]:
    """Return what changed lately, with an overlap; nothing from before the books were opened."""
    opened = opened_at(desk)
    with desk.store.reading() as tx:
        seen = tx.memory.get(LAST_SEEN)
    since = None if seen is None else datetime.fromisoformat(seen) - OVERLAP
    if opened is None:
        return await desk.account.flows(since)
    first = opened - LOOK_BACK
    since = first if since is None else max(since, first)
    told = await desk.account.flows(since)
    check_same_account(desk, told, since)
    with desk.store.reading() as tx:
        counted = seen_at_opening(tx)
    return tuple(flow for flow in told if flow.flow_id not in counted)


def _remember_new_money(tx: Transaction, desk: Desk, flows: Iterable[Flow]) -> None:
    moved = sum(
        (
            flow.amount
            for flow in flows
            if flow.asset == desk.policy.quote
            and flow.kind in (FlowKind.DEPOSIT, FlowKind.WITHDRAWAL)
        ),
        ZERO,
    )
    if moved:
        state = tx.memory.state()
        total = max(ZERO, (state.new_money or ZERO) + moved)
        tx.memory.save(replace(state, new_money=Money(total) if total else None))


def _tell(tx: Transaction, desk: Desk, flow: Flow) -> None:
    """Tell of what came or went, and of a trade that somebody else made."""
    kind: str = flow.kind.value
    if flow.kind is FlowKind.TRADE:
        if flow.asset == desk.policy.quote or tx.orders.get(flow.reference) is not None:
            return
        kind = "bought" if flow.amount > ZERO else "sold"
    elif flow.kind not in TOLD:
        return
    notify(
        tx,
        desk,
        NoticeCode.FLOW,
        key=f"flow:{flow.flow_id}",
        kind_of_flow=kind,
        asset=flow.asset,
        amount=text_of(abs(flow.amount)),
    )


def reconcile(flows: Iterable[Flow], balances: Iterable[Balance]) -> tuple[Reconciliation, ...]:
    """Return for every asset what the flows say it should be and what it is.

    Args:
        flows: every change since the opening balance.
        balances: what the venue reports now.

    Source: start + flows + trades - fees = end, DESIGN section 4.
    """
    expected: dict[Asset, Decimal] = {}
    for flow in flows:
        expected[flow.asset] = expected.get(flow.asset, ZERO) + flow.amount
    actual = {row.asset: row.free + row.locked + row.staked for row in balances}
    return tuple(
        Reconciliation(
            asset, Quantity(expected.get(asset, ZERO)), Quantity(actual.get(asset, ZERO))
        )
        for asset in sorted(expected.keys() | actual.keys())
    )


async def unexplained(desk: Desk) -> tuple[Reconciliation, ...]:
    """Return the assets whose balance the recorded flows do not explain."""
    await sync_flows(desk)
    balances = await desk.account.balances()
    with desk.store.reading() as tx:
        rows = reconcile(tx.flows.all(), balances)
    return tuple(row for row in rows if row.unexplained)
