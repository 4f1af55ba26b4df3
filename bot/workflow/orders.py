"""One order: sent once, and settled by asking, never by sending again."""

from datetime import datetime, timedelta

from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from core.domain.errors import (
    AccountProblem,
    FeedUnavailable,
    OrderOutcomeUnknown,
    OrderRejected,
)
from core.domain.proposal import Order, OrderReport, OrderState
from core.domain.units import ZERO
from core.lifecycle import OrderEvent

# Long enough for the pace that a venue asks for, short enough that an order nobody heard of is soon
# known to be dead.
VALID_FOR = timedelta(seconds=20)
# Source: METHODS 8.5: how far apart two queries must lie.
QUERY_GAP = timedelta(seconds=30)
QUERIES = 3
# A clock may have been set back since; a client id never means another order.
LEDGER_MARGIN = timedelta(days=1)


async def send(desk: Desk, order: Order) -> Order:
    """Send one order once and record what came of it.

    The intent is committed as SENDING before the call; whatever happens after that, the order is
    never sent again.

    Returns:
        The order in FILLED, PARTLY_FILLED, CANCELLED, REJECTED, ABSENT or, unsettled, UNKNOWN.
    """
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        sending = tx.orders.move(
            order.client_id, OrderEvent.SEND, at=now, deadline_at=now + VALID_FOR
        )
    try:
        report = await desk.placer.place(sending)
    except OrderRejected as error:
        with desk.store.transaction() as tx:
            at = desk.clock.now()
            return tx.orders.move(order.client_id, OrderEvent.REJECT, at=at, note=str(error))
    except (OrderOutcomeUnknown, AccountProblem) as error:
        # A key that was refused says nothing about the order either: ask before anything else.
        return await settle(desk, _lose_sight(desk, sending, str(error)))
    return _record(desk, sending, report)


async def settle(desk: Desk, order: Order) -> Order:
    """Find out what became of an order by asking; leave it UNKNOWN when nobody can tell.

    It counts as absent only when its validity has passed, two queries at least 30 s apart found
    nothing, and no flow of the account belongs to it. Source: METHODS 8.5.
    """
    if order.state is OrderState.SENDING:
        order = _lose_sight(desk, order, "the program stopped while it was being sent")
    first_miss: datetime | None = None
    for query in range(QUERIES):
        if query:
            await desk.clock.sleep(QUERY_GAP.total_seconds())
        try:
            report = await desk.placer.find(order.client_id)
        except (FeedUnavailable, AccountProblem):
            continue
        if report is not None:
            return _record(desk, order, report)
        now = desk.clock.now()
        if order.deadline_at is not None and now <= order.deadline_at:
            continue
        if first_miss is not None and now - first_miss >= QUERY_GAP:
            is_booked = await _is_in_the_books(desk, order)
            return order if is_booked else _find_absent(desk, order, now)
        first_miss = first_miss or now
    return order


async def _is_in_the_books(desk: Desk, order: Order) -> bool:
    """Tell whether the account's flows speak of an order that nobody finds, or cannot be read."""
    try:
        flows = await desk.account.flows(order.intent_at - LEDGER_MARGIN)
    except (FeedUnavailable, AccountProblem):
        return True
    return any(flow.reference == order.client_id for flow in flows)


def _lose_sight(desk: Desk, order: Order, why: str) -> Order:
    with desk.store.transaction() as tx:
        at = desk.clock.now()
        return tx.orders.move(order.client_id, OrderEvent.LOSE_SIGHT, at=at, note=why)


def _find_absent(desk: Desk, order: Order, now: datetime) -> Order:
    if order.state is OrderState.ACKED:
        event, note = OrderEvent.CANCEL, "the venue no longer knows it"
    else:
        event, note = OrderEvent.FIND_ABSENT, "not among open orders, closed orders or trades"
    with desk.store.transaction() as tx:
        return tx.orders.move(order.client_id, event, at=now, note=note)


def _record(desk: Desk, order: Order, report: OrderReport) -> Order:
    """Store what the venue reports: fills first, then the state they lead to."""
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        tx.orders.add_fills(report.fills, at=now)
        if order.state is not OrderState.ACKED:
            event = OrderEvent.ACKNOWLEDGE
            order = tx.orders.move(order.client_id, event, at=now, venue_id=report.venue_id)
        if report.is_open:
            return order
        return tx.orders.move(order.client_id, _ending(tx, order), at=now)


def _ending(tx: Transaction, order: Order) -> OrderEvent:
    filled = sum(
        (
            fill.quantity
            for fill in tx.orders.fills_of(order.proposal_id)
            if fill.client_id == order.client_id
        ),
        ZERO,
    )
    if not filled:
        return OrderEvent.CANCEL
    return OrderEvent.FILL if filled >= order.quantity else OrderEvent.FILL_PARTLY
