"""An approved proposal -> orders, fills and a true report; recovery takes the same path."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from bot.ports.messages import MessageType, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.cards import close, end_card
from bot.workflow.controls import halt_in
from bot.workflow.desk import Desk, notify
from bot.workflow.flows import sync_flows
from bot.workflow.halts import cancel_open_orders, halt_on_costs, heed_halt_file
from bot.workflow.legs import Stopped, run_legs
from bot.workflow.odd_plans import give_up
from bot.workflow.recheck import begin
from bot.workflow.reporting import owe_report, tell_owed
from bot.workflow.shortfall import forget_rechecked_prices, measure_execution
from core.domain.decision import Plan
from core.domain.errors import AccountProblem, FeedUnavailable
from core.domain.market import Side
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.state import Turnover
from core.domain.units import ZERO, Money, Weight, share
from core.lifecycle import OrderEvent, ProposalEvent

MOST_LOOKS = 5


async def carry_out(desk: Desk, proposal_id: str) -> Proposal | None:
    """Take an approved proposal to its end, from wherever it stands; safe to call again.

    Returns:
        The proposal as it is then; None when there is no such proposal.
    """
    heed_halt_file(desk)
    async with desk.executing:
        ended = await _carry_out(desk, proposal_id)
    await cancel_open_orders(desk)
    await tell_owed(desk)
    return ended


async def _carry_out(desk: Desk, proposal_id: str) -> Proposal | None:
    proposal = _load(desk, proposal_id)
    for _ in range(MOST_LOOKS):
        if proposal is None or proposal.state not in _APPROVED:
            break
        proposal = await begin(desk, proposal)
    if proposal is None or proposal.state is not ProposalState.EXECUTING:
        return proposal
    try:
        stopped = await run_legs(desk, proposal)
    except (FeedUnavailable, AccountProblem):
        # Without balances nobody can tell whether the next leg may leave, so none does.
        stopped = Stopped.REFUSED
    if stopped is Stopped.UNKNOWN:
        _hold(desk, proposal)
        return proposal
    if stopped is Stopped.ODD:
        return give_up(desk, proposal)
    if stopped is Stopped.MISMATCH:
        with desk.store.transaction() as tx:
            halt_in(tx, desk, "executor", why="the balances are not what the fills make of them")
    return await _finish(desk, proposal)


_APPROVED = frozenset({ProposalState.APPROVED, ProposalState.RECHECKED})


def _load(desk: Desk, proposal_id: str) -> Proposal | None:
    with desk.store.reading() as tx:
        return tx.proposals.get(proposal_id)


def _hold(desk: Desk, proposal: Proposal) -> None:
    """Stop everything while an order's outcome is unknown, and tell the person."""
    with desk.store.transaction() as tx:
        orders = tx.orders.of(proposal.proposal_id)
        lost = [order for order in orders if order.state in (OrderState.UNKNOWN, OrderState.ACKED)]
        for order in lost:
            notify(
                tx,
                desk,
                NoticeCode.ORDER_UNKNOWN,
                key=f"unknown:{order.client_id}",
                subject=proposal.proposal_id,
                kind=MessageType.ALARM,
                asset=order.asset,
                side=order.side.value,
            )
        halt_in(tx, desk, "executor", why="the outcome of an order is unknown")


async def _finish(desk: Desk, proposal: Proposal) -> Proposal:
    """Close the proposal with what was really traded; outcome, memory and cost are one commit."""
    pid = proposal.proposal_id
    with suppress(FeedUnavailable, AccountProblem):
        await sync_flows(desk)
    with desk.store.reading() as tx:
        orders, fills = tuple(tx.orders.of(pid)), tuple(tx.orders.fills_of(pid))
    event = ending_of(orders, fills)
    legs = await measure_execution(desk, proposal, orders, fills)
    with desk.store.transaction() as tx:
        now = desk.clock.now()
        for order in orders:
            if order.state is OrderState.NEW:
                cancel = OrderEvent.CANCEL
                tx.orders.move(order.client_id, cancel, at=now, note="never sent")
        ended = tx.proposals.move(pid, event, at=now, actor="executor")
        tx.shortfalls.add(legs)
        forget_rechecked_prices(tx, pid)
        _remember(tx, desk, ended, fills)
        end_card(tx, desk, ended)
        owe_report(tx, pid)
        halt_on_costs(tx, desk, ended.plan.value)
    return ended


def ending_of(orders: Iterable[Order], fills: Sequence[Fill]) -> ProposalEvent:
    """Return how an execution ended: every leg filled, some of it, or nothing.

    A leg is complete when the last order that was really sent for it is FILLED.
    """
    if not fills:
        return ProposalEvent.FAIL
    last: dict[int, OrderState] = {}
    for order in sorted(orders, key=lambda row: (row.leg, row.attempt)):
        was_sent = order.deadline_at is not None
        if was_sent or order.leg not in last:
            last[order.leg] = order.state
    is_whole = all(state is OrderState.FILLED for state in last.values())
    return ProposalEvent.FINISH if is_whole else ProposalEvent.FINISH_PARTLY


def _of_tilts(plan: Plan, done: Weight) -> Weight:
    """Return the part of what was done that the person's own targets would not have asked for."""
    return Weight(min(plan.tilt_turnover, done))


def _remember(tx: Transaction, desk: Desk, ended: Proposal, fills: Sequence[Fill]) -> None:
    """Update the memory: turnover always, the waiting time after a whole execution only."""
    close(tx, ended)
    if not fills:
        return
    now = desk.clock.now()
    sums = {Side.BUY: ZERO, Side.SELL: ZERO}
    for fill in fills:
        sums[fill.side] += fill.notional
    # A first funding is exempt from the limit on turnover: it neither meets it nor uses it up.
    traded = Money(ZERO if ended.plan.first_funding else max(sums.values()))
    turned = Turnover(now, done := share(traded, ended.plan.value), _of_tilts(ended.plan, done))
    state = tx.memory.state()
    if ended.state is ProposalState.DONE:
        tx.memory.save(state.after_execution(turned))
        return
    spent = Money(max(sums[Side.BUY] - sums[Side.SELL], ZERO))
    tx.memory.save(state.after_partial_execution(turned, spent=spent))
