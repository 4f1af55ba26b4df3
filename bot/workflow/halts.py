"""What halts the bot by itself, the HALT file, and the orders that a halt takes back.

The other reasons stand where they are found: balances that do not agree and orders whose outcome
is unknown in ``execute``, orders that counted as not taken in ``late_orders``. Each halt withdraws
the open proposal and is told once. What happened before the last halt was lifted no longer counts:
somebody has looked at it. Source: METHODS 8.7.
"""

import json
import os
from decimal import Decimal

from bot.ports.journal import JournalEntry
from bot.ports.records import Transaction
from bot.workflow.controls import halt, halt_in, lifted_after
from bot.workflow.desk import Desk
from core.domain.errors import (
    AccountProblem,
    FeedUnavailable,
    OrderNotSent,
    OrderOutcomeUnknown,
    OrderRejected,
)
from core.domain.proposal import Order, OrderState
from core.domain.units import Money
from core.planning.shortfall import LEGS_LOOKED_AT, far_too_dear, trading_costs

HALT_FILE = "HALT"
REJECTED_IN_A_ROW = 3
FAR_TOO_DEAR_LEGS = 2
MOST_DAY_COST = Decimal("0.01")
"""The share of the portfolio that trading may cost in one UTC day."""

_MOST_LEGS_A_DAY = 1_000
_REJECTED = "order.rejected"
_ANSWERED = frozenset({_REJECTED, "order.acknowledged", "order.absent"})
_PAGE = 2_000
_TOLD = "journal:told"
_TAKEN, _FAILED = "taken", "failed"


def halt_on_rejections(tx: Transaction, desk: Desk) -> None:
    """Halt when the venue has refused three orders in a row, of whatever plan.

    An order that never left was refused by nobody.
    """
    rows = tx.journal.entries(kinds=_ANSWERED, after=lifted_after(tx))
    answers = [row for row in rows if not _never_left(row)][-REJECTED_IN_A_ROW:]
    if [row.kind for row in answers] == [_REJECTED] * REJECTED_IN_A_ROW:
        halt_in(tx, desk, "executor", why=f"the venue refused {REJECTED_IN_A_ROW} orders in a row")


def _never_left(entry: JournalEntry) -> bool:
    note = json.loads(entry.payload).get("note", "")
    return isinstance(note, str) and note.startswith(OrderNotSent.LEAD)


def halt_on_costs(tx: Transaction, desk: Desk, value: Money) -> None:
    """Halt when trading costs far more than it should: by leg, or over the day.

    Args:
        tx: the transaction that holds the newest legs.
        desk: the bot.
        value: what the portfolio was worth when the plan was made.
    """
    lifted = lifted_after(tx)
    if far_too_dear(tx.shortfalls.latest(LEGS_LOOKED_AT, after=lifted)) >= FAR_TOO_DEAR_LEGS:
        why = "two trades cost more than three times what was expected"
        halt_in(tx, desk, "executor", why=why)
    today = desk.clock.now().date()
    recent = tx.shortfalls.latest(_MOST_LEGS_A_DAY, after=lifted)
    if trading_costs(leg for leg in recent if leg.ended_at.date() == today) > MOST_DAY_COST * value:
        halt_in(tx, desk, "executor", why="trading cost more than 1 % of the portfolio today")


def check_journal(desk: Desk) -> None:
    """Follow the journal's chain: all of it at the first call of a run, then what is new.

    A fault halts once; when a person lifts that halt, the bot goes on with what comes after.
    """
    mark = desk.followed
    while True:
        with desk.store.reading() as tx:
            newest = tx.journal.head()
            found = tx.journal.follow(mark.seq, mark.head, limit=_PAGE)
        mark.seq, mark.head = found.seq, found.head
        if found.problem:
            _tell_fault(desk, found.seq + 1, found.problem)
            return
        if found.seq >= newest[0]:
            return


def _tell_fault(desk: Desk, number: int, problem: str) -> None:
    now = desk.clock.now()
    with desk.store.transaction() as tx:
        if tx.memory.get(_TOLD) != problem:
            tx.memory.put(_TOLD, problem)
            tx.journal.append("journal.broken", "engine", {"problem": problem}, at=now)
            why = f"the journal does not hold from entry {number} on"
            halt_in(tx, desk, "engine", why=why)
        desk.followed.seq, desk.followed.head = tx.journal.head()


def heed_halt_file(desk: Desk) -> None:
    """Halt while a file named HALT lies in the data folder; it needs no network and no chat."""
    if any(os.path.lexists(path) for path in desk.halt_files):
        halt(desk, "owner", why="a file named HALT lies in the data folder")


async def cancel_open_orders(desk: Desk) -> None:
    """While halted, ask the venue to cancel what may still be open of our orders, by their ids.

    It settles nothing: what became of an order is asked for elsewhere. A venue that does not answer
    is asked again the next time.
    """
    with desk.store.reading() as tx:
        if tx.memory.state().halt is None:
            return
        left = [row for row in tx.orders.unsettled() if row.state is not OrderState.SENDING]
        known = {row.client_id: tx.memory.get(_asked(row)) for row in left}
    for order in left:
        before = known[order.client_id]
        if before == _TAKEN:
            continue
        try:
            await desk.placer.cancel(order.client_id)
        except (FeedUnavailable, AccountProblem, OrderRejected, OrderOutcomeUnknown) as error:
            if before != _FAILED:
                _record(desk, order, _FAILED, why=str(error))
        else:
            _record(desk, order, _TAKEN)


def _record(desk: Desk, order: Order, outcome: str, why: str = "") -> None:
    payload = {
        "client_id": order.client_id,
        "proposal_id": order.proposal_id,
        "outcome": outcome,
        "why": why,
    }
    with desk.store.transaction() as tx:
        tx.memory.put(_asked(order), outcome)
        tx.journal.append("order.cancel_asked", "executor", payload, at=desk.clock.now())


def _asked(order: Order) -> str:
    return f"cancel:{order.client_id}"
