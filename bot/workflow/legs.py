"""The legs of an executing proposal: sales first, then buys from what they brought."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.ports.messages import MessageType, NoticeCode
from bot.workflow.agreeing import is_explained
from bot.workflow.desk import Desk, notify
from bot.workflow.halts import heed_halt_file
from bot.workflow.last_gate import proceeds_of, refuse, spendable
from bot.workflow.odd_plans import oddity_of
from bot.workflow.orders import send, settle
from bot.workflow.shortfall import note_leaving_price
from bot.workflow.world import (
    Base,
    World,
    fee_of,
    is_off,
    is_old,
    read_base,
    read_world,
    situation_of,
)
from core.domain.decision import PlannedTrade
from core.domain.errors import FeedUnavailable
from core.domain.ids import client_order_id
from core.domain.market import MarketRules, Side
from core.domain.proposal import Fill, Order, OrderState, Proposal
from core.domain.units import ONE, ZERO, Money, Price, Quantity, Rate, exact, floor_step
from core.lifecycle import ORDER_OPEN, OrderEvent
from core.planning.orders import minimum_trade
from core.planning.pricing import limit_price

# Source: METHODS 8.6: one automatic re-quote per leg, within a minute.
SENDS_PER_LEG = 2
REQUOTE_WITHIN = timedelta(seconds=60)


class Stopped(StrEnum):
    """Why no further leg was sent."""

    NOTHING_LEFT = "nothing_left"
    PAUSED = "paused"
    REFUSED = "refused"
    MOVED = "moved"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"
    ODD = "odd"


async def run_legs(desk: Desk, proposal: Proposal) -> Stopped:
    """Send what is still to be sent of an executing proposal.

    Every decision is read from the store, so that it may be called again after a crash.

    Returns:
        NOTHING_LEFT, PAUSED when a person paused before this was called again, REFUSED when the
        last gate or the market stopped it, MOVED when money came, went or was traded by hand
        meanwhile, so that the rest needs a plan of its own, UNKNOWN when an order's outcome cannot
        be told, MISMATCH when the balances are not what the fills make of them: then nothing more
        may be sent by anybody. ODD when the plan itself makes no sense.
    """
    if not await _settle_open(desk, proposal):
        return Stopped.UNKNOWN
    if oddity_of(desk, proposal):
        return Stopped.ODD
    if _leave_what_a_pause_met(desk, proposal):
        return Stopped.PAUSED
    base = await read_base(desk, proposal)
    for trade in proposal.plan.trades:
        stopped = await _run_leg(desk, proposal, trade, base)
        if stopped is not None:
            return stopped
    return Stopped.NOTHING_LEFT


async def _settle_open(desk: Desk, proposal: Proposal) -> bool:
    """Ask what became of the orders a stop left under way; False while one cannot be told.

    This comes before the balances are read: what such an order brought is in them already.
    """
    with desk.store.reading() as tx:
        orders = tx.orders.of(proposal.proposal_id)
    under_way = [row for row in orders if row.state in ORDER_OPEN - {OrderState.NEW}]
    settled = [await settle(desk, order) for order in under_way]
    return all(order.state not in ORDER_OPEN for order in settled)


def _leave_what_a_pause_met(desk: Desk, proposal: Proposal) -> bool:
    """Cancel what is not sent yet when a person paused since the plan was begun.

    While a plan is under way a pause lets it end. But what a stop of the program has left behind,
    only written down, does not leave hours later under a pause that was meant to bring quiet.
    """
    with desk.store.reading() as tx:
        pause, orders = tx.memory.state().pause, tx.orders.of(proposal.proposal_id)
    unsent = [order for order in orders if order.state is OrderState.NEW]
    if pause is None or not unsent or pause.since < min(order.intent_at for order in orders):
        return False
    why = "trading was paused after the plan was approved"
    for order in unsent:
        _leave(desk, order, why)
    _tell_refusal(desk, proposal, unsent[0], why)
    return True


async def _run_leg(
    desk: Desk, proposal: Proposal, trade: PlannedTrade, base: Base
) -> Stopped | None:
    """Take one leg as far as it goes; return why the whole plan must stop, or None."""
    while (order := _next_order(desk, proposal, trade)) is not None:
        ready, why = await _prepare(desk, proposal, order, base=base)
        if ready is None:
            _leave(desk, order, why)
            return None
        refusal = await _ask_last_gate(desk, proposal, ready, base=base)
        if refusal:
            _leave(desk, ready, refusal)
            _tell_refusal(desk, proposal, ready, refusal)
            return Stopped.REFUSED
        order = await send(desk, ready)
        if order.state in ORDER_OPEN:
            return Stopped.UNKNOWN
        if await is_off(desk, proposal, base):
            return Stopped.MOVED if await is_explained(desk) else Stopped.MISMATCH
    return None


def _next_order(desk: Desk, proposal: Proposal, trade: PlannedTrade) -> Order | None:
    """Return this leg's order that needs something done; a new attempt where one is allowed."""
    with desk.store.reading() as tx:
        orders = [row for row in tx.orders.of(proposal.proposal_id) if row.leg == trade.leg]
        fills = tx.orders.fills_of(proposal.proposal_id)
    if not orders:
        return None
    latest = max(orders, key=lambda row: row.attempt)
    sends = [row for row in orders if row.deadline_at is not None]
    is_late = bool(sends) and desk.clock.now() - sends[0].intent_at > REQUOTE_WITHIN
    if latest.state in ORDER_OPEN:
        if not is_late:
            return latest
        _leave(desk, latest, "the minute for a second try is over")
        return None
    if latest.state not in (OrderState.PARTLY_FILLED, OrderState.CANCELLED) or not sends:
        return None
    if latest.deadline_at is None or len(sends) >= SENDS_PER_LEG or is_late:
        return None
    filled = sum((f.quantity for f in fills if f.asset == trade.asset), ZERO)
    rest = Quantity(sends[0].quantity - filled)
    return None if rest <= ZERO else _add_attempt(desk, latest, quantity=rest)


def _add_attempt(desk: Desk, order: Order, *, quantity: Quantity) -> Order:
    """Write the intent of a further attempt at the same leg, under an id of its own."""
    now = desk.clock.now()
    fresh = _next_attempt(order, now, quantity=quantity, limit=order.limit_price)
    with desk.store.transaction() as tx:
        tx.orders.add([fresh], at=now)
    return fresh


def _next_attempt(order: Order, at: datetime, *, quantity: Quantity, limit: Price) -> Order:
    attempt = order.attempt + 1
    return replace(
        order,
        client_id=client_order_id(order.proposal_id, order.leg, attempt),
        attempt=attempt,
        quantity=quantity,
        limit_price=limit,
        state=OrderState.NEW,
        intent_at=at,
        deadline_at=None,
        venue_id="",
    )


async def _prepare(
    desk: Desk, proposal: Proposal, order: Order, *, base: Base
) -> tuple[Order | None, str]:
    """Return the order as it may be sent now, or None and why this leg is left out.

    A fresh quote sets the limit, actual cash sets the size of a buy.
    """
    trade = next(row for row in proposal.plan.trades if row.leg == order.leg)
    try:
        world = await read_world(desk, proposal, base)
    except FeedUnavailable as error:
        return None, f"no fresh data: {error}"
    quote, market = world.quote(order.asset), world.market(order.asset)
    if quote is None or market is None or is_old(desk, quote):
        return None, "no fresh quote"
    rules = desk.policy.orders
    limit = limit_price(order.side, quote, market, worst=trade.worst_price, rules=rules)
    if limit is None:
        return None, "the market is beyond the printed price"
    with desk.store.reading() as tx:
        fills = tx.orders.fills_of(proposal.proposal_id)
        orders = tx.orders.of(proposal.proposal_id)
    wanted = replace(order, limit_price=limit)
    cash = _purse(desk, proposal, world, orders=orders, fills=fills)
    quantity = _affordable(wanted, market, cash=cash, fee=fee_of(desk, market))
    planned = minimum_trade(proposal.plan.value, market.min_notional, rules)
    # What is left of a leg that filled in part was worth its order before; the venue's floor holds.
    has_begun = any(fill.asset == order.asset for fill in fills)
    least = market.min_notional if has_begun else planned
    if not quantity or quantity < market.min_quantity or quantity * quote.mid < least:
        return None, "too small to send"
    if (quantity, limit) != (order.quantity, order.limit_price):
        return _replace(desk, order, quantity=quantity, limit=limit), ""
    return order, ""


async def _ask_last_gate(desk: Desk, proposal: Proposal, order: Order, *, base: Base) -> str:
    """Read everything once more and return why the order must not leave, or an empty text."""
    try:
        world = await read_world(desk, proposal, base)
    except FeedUnavailable as error:
        return f"no fresh data: {error}"
    market = world.market(order.asset)
    if market is None:
        return "no market rules"
    heed_halt_file(desk)
    why = refuse(order, situation_of(desk, proposal, world=world, market=market))
    quote = world.quote(order.asset)
    if not why and quote is not None:
        note_leaving_price(desk, order, quote)
    return why


@exact
def _purse(
    desk: Desk,
    proposal: Proposal,
    world: World,
    *,
    orders: Sequence[Order],
    fills: Sequence[Fill],
) -> Money:
    """Return what the plan's buys may still spend.

    When a sale fell short, cash that was to stay does not take its place: buys get what the plan
    meant to take from cash, and what the sales really brought. Source: METHODS 1.6 and 8.6.
    """
    cash = spendable(desk.policy, world.balances, world.quotes, fills=fills)
    intended = sum(
        (row.quantity for row in orders if row.side is Side.SELL and row.attempt == 1), ZERO
    )
    # Coins of different kinds are added up, which is fine: no sale ever fills beyond its order.
    sold = sum((fill.quantity for fill in fills if fill.side is Side.SELL), ZERO)
    if sold >= intended:
        return cash
    from_cash = max(ZERO, -sum((trade.cash for trade in proposal.plan.trades), ZERO))
    return Money(max(ZERO, min(cash, from_cash + proceeds_of(fills))))


@exact
def _affordable(order: Order, market: MarketRules, *, cash: Money, fee: Rate) -> Quantity:
    """Return the order's quantity, a buy cut to what actual cash can pay at its limit."""
    if order.side is Side.SELL:
        return order.quantity
    most = cash / (order.limit_price * (ONE + fee))
    return min(order.quantity, floor_step(Quantity(most), market.quantity_step))


def _leave(desk: Desk, order: Order, why: str) -> None:
    """Cancel an intent that was never sent; the leg stays unfilled."""
    with desk.store.transaction() as tx:
        tx.orders.move(order.client_id, OrderEvent.CANCEL, at=desk.clock.now(), note=why)


def _replace(desk: Desk, order: Order, *, quantity: Quantity, limit: Price) -> Order:
    """Cancel an unsent intent and write it anew with the fresh limit and size, in one commit."""
    now = desk.clock.now()
    fresh = _next_attempt(order, now, quantity=quantity, limit=limit)
    with desk.store.transaction() as tx:
        note = "written anew on fresh quotes"
        tx.orders.move(order.client_id, OrderEvent.CANCEL, at=now, note=note)
        tx.orders.add([fresh], at=now)
    return fresh


def _tell_refusal(desk: Desk, proposal: Proposal, order: Order, why: str) -> None:
    with desk.store.transaction() as tx:
        notify(
            tx,
            desk,
            NoticeCode.LAST_GATE,
            key=f"gate:{order.client_id}",
            subject=proposal.proposal_id,
            kind=MessageType.ALARM,
            asset=order.asset,
            why=why,
        )
