"""One order: sent once, and settled by asking, never by sending again."""

import asyncio
from datetime import datetime, timedelta

from bot.ports.records import Transaction
from bot.workflow.desk import Desk
from bot.workflow.halts import halt_on_rejections
from bot.workflow.same_account import check_same_account
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
# An order that the venue had confirmed does not vanish: so long its lists may lag behind.
CONFIRMED_FOR = timedelta(hours=1)
# A clock may have been set back since; a client id never means another order.
LEDGER_MARGIN = timedelta(days=1)


async def send(desk: Desk, order: Order) -> Order:
    """Send one order once and record what came of it.

    The intent is committed as SENDING before the call; whatever happens after that, the order is
    never sent again. That holds for a task that is cancelled meanwhile, too: the order is written
    down as UNKNOWN, and the next look settles it.

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
            refused = tx.orders.move(order.client_id, OrderEvent.REJECT, at=at, note=str(error))
            halt_on_rejections(tx, desk)
            return refused
    except (OrderOutcomeUnknown, AccountProblem) as error:
        # A key that was refused says nothing about the order either: ask before anything else.
        venue_id = error.venue_id if isinstance(error, OrderOutcomeUnknown) else ""
        lost = _lose_sight(desk, sending, str(error), venue_id=venue_id)
        _stop_if_cancelled()
        return await settle(desk, lost)
    except asyncio.CancelledError:
        _lose_sight(desk, sending, "the program was stopped while it was being sent")
        raise
    taken = _record(desk, sending, report)
    return await settle(desk, taken) if taken.state is OrderState.ACKED else taken


def _stop_if_cancelled() -> None:
    """Go on being cancelled: a placer with an order under way tells of its loss instead."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def settle(desk: Desk, order: Order) -> Order:
    """Find out what became of an order by asking; leave it UNKNOWN when nobody can tell.

    It counts as absent only when its validity has passed, two queries at least 30 s apart found
    nothing, and no flow of the account belongs to it. Source: METHODS 8.5.
    """
    order = _after_a_stop(desk, order)
    first_miss: datetime | None = None
    for query in range(QUERIES):
        if query:
            await desk.clock.sleep(QUERY_GAP.total_seconds())
        try:
            report = await desk.placer.find(order.client_id)
        except (FeedUnavailable, AccountProblem):
            continue
        now = desk.clock.now()
        if report is not None:
            order = _record(desk, order, report)
            if order.state is not OrderState.ACKED or now > _may_appear_until(order):
                return order
            continue  # still being worked on; its deadline ends that
        if now <= _may_appear_until(order):
            continue
        if first_miss is not None and now - first_miss >= QUERY_GAP:
            is_booked = await _is_in_the_books(desk, order)
            return order if is_booked else _find_absent(desk, order, now)
        first_miss = first_miss or now
    return order


def _after_a_stop(desk: Desk, order: Order) -> Order:
    if order.state is not OrderState.SENDING:
        return order
    return _lose_sight(desk, order, "the program stopped while it was being sent")


def _may_appear_until(order: Order) -> datetime:
    """Return the instant until which finding nothing of an order means nothing."""
    until = order.deadline_at or order.intent_at
    return until + CONFIRMED_FOR if order.venue_id else until


async def _is_in_the_books(desk: Desk, order: Order) -> bool:
    """Tell whether the account's flows speak of an order that nobody finds, or cannot be read."""
    since = order.intent_at - LEDGER_MARGIN
    try:
        flows = await desk.account.flows(since)
        check_same_account(desk, flows, since)
    except (FeedUnavailable, AccountProblem):
        return True
    return any(flow.reference == order.client_id for flow in flows)


def _lose_sight(desk: Desk, order: Order, why: str, *, venue_id: str = "") -> Order:
    event, at = OrderEvent.LOSE_SIGHT, desk.clock.now()
    with desk.store.transaction() as tx:
        return tx.orders.move(order.client_id, event, at=at, venue_id=venue_id, note=why)


def _find_absent(desk: Desk, order: Order, now: datetime) -> Order:
    name = order.client_id
    with desk.store.transaction() as tx:
        if not order.venue_id:
            note = "not among open orders, closed orders or trades"
            return tx.orders.move(name, OrderEvent.FIND_ABSENT, at=now, note=note)
        if order.state is not OrderState.ACKED:
            tx.orders.move(name, OrderEvent.ACKNOWLEDGE, at=now)
        note = "the venue had confirmed it and no longer knows it"
        return tx.orders.move(name, OrderEvent.CANCEL, at=now, note=note)


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
