"""Orders, written down before they are sent, and the fills they brought."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from decimal import localcontext

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.store.journal import SqliteJournal
from bot.store.kinds import FILL_BOOKED, ORDER_INTENDED, ORDER_KINDS, STORE_ACTOR
from bot.store.moves import moves_by_event
from bot.store.tables import FILL, ORDER, PROPOSAL
from bot.store.unit_of_work import UnitOfWork
from core.domain.errors import InvariantBroken, StoreConflict
from core.domain.proposal import Fill, Order, OrderState, ProposalState
from core.domain.units import EXACT
from core.lifecycle import ORDER_MOVES, OrderEvent

_MOVES = moves_by_event(ORDER_MOVES)
_UNSETTLED = (OrderState.SENDING, OrderState.ACKED, OrderState.UNKNOWN)

_ORDERS = select(*(ORDER.c[field.name] for field in fields(Order)))
_BY_ID = _ORDERS.where(ORDER.c.client_id == bindparam("client_id"))
_BY_PROPOSAL = _ORDERS.where(ORDER.c.proposal_id == bindparam("proposal_id")).order_by(
    ORDER.c.leg, ORDER.c.attempt
)
_OPEN = _ORDERS.where(ORDER.c.state.in_(_UNSETTLED)).order_by(ORDER.c.seq)
_INSERT = insert(ORDER)
_PROPOSAL_STATE = select(PROPOSAL.c.state).where(PROPOSAL.c.proposal_id == bindparam("proposal_id"))

_FILLS = select(*(FILL.c[field.name] for field in fields(Fill))).order_by(
    FILL.c.executed_at, FILL.c.seq
)
_FILLS_OF = _FILLS.join(ORDER).where(ORDER.c.proposal_id == bindparam("proposal_id"))
_ADD_FILL = insert_or_keep(FILL).on_conflict_do_nothing()


class SqliteOrders:
    """``bot.ports.records.Orders`` on the order and fill tables."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each change in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, orders: Sequence[Order], *, at: datetime) -> None:
        """Write intents in state NEW, with journal entries.

        Raises:
            StoreConflict: the proposal is not EXECUTING, or an order is stored already.
        """
        for order in orders:
            self._check_intent(order)
            values = {field.name: getattr(order, field.name) for field in fields(Order)}
            with self._work.conflict(
                f"order {order.client_id} (proposal {order.proposal_id}, leg {order.leg}, "
                f"attempt {order.attempt}) is stored already"
            ):
                self._work.change(_INSERT, values)
            payload = _payload(order) | {
                "asset": order.asset,
                "side": order.side,
                "quantity": order.quantity,
                "limit_price": order.limit_price,
            }
            self._journal.append(ORDER_INTENDED, STORE_ACTOR, payload, at=at)

    def move(
        self,
        client_id: str,
        event: OrderEvent,
        *,
        at: datetime,
        venue_id: str = "",
        deadline_at: datetime | None = None,
        note: str = "",
    ) -> Order:
        """Move by one compare-and-set with its journal entry.

        Raises:
            StoreConflict: the order no longer stood in a state from which ``event`` is legal.
        """
        sources, target = _MOVES[event]
        changes: dict[str, object] = {"state": target}
        if venue_id:
            changes["venue_id"] = venue_id
        if deadline_at is not None:
            changes["deadline_at"] = deadline_at
        statement = (
            update(ORDER)
            .where(ORDER.c.client_id == client_id, ORDER.c.state.in_(sources))
            .values(changes)
            .returning(*_ORDERS.selected_columns)
        )
        row = self._work.row(statement)
        if row is None:
            raise StoreConflict(self._why_not(client_id, event))
        moved = Order(**row)
        payload = _payload(moved) | {"venue_id": moved.venue_id, "note": note}
        self._journal.append(ORDER_KINDS[event], STORE_ACTOR, payload, at=at)
        return moved

    def get(self, client_id: str) -> Order | None:
        """Return one order, or None."""
        row = self._work.row(_BY_ID, {"client_id": client_id})
        return None if row is None else Order(**row)

    def of(self, proposal_id: str) -> Sequence[Order]:
        """Return the orders of one proposal by leg and attempt."""
        rows = self._work.rows(_BY_PROPOSAL, {"proposal_id": proposal_id})
        return [Order(**row) for row in rows]

    def unsettled(self) -> Sequence[Order]:
        """Return the orders in SENDING, ACKED or UNKNOWN, oldest first."""
        return [Order(**row) for row in self._work.rows(_OPEN)]

    def add_fills(self, fills: Sequence[Fill], *, at: datetime) -> Sequence[Fill]:
        """Store fills with journal entries; return those that were new."""
        return [fill for fill in fills if self._add_fill(fill, at)]

    def fills_of(self, proposal_id: str) -> Sequence[Fill]:
        """Return the fills of one proposal's orders, oldest first."""
        rows = self._work.rows(_FILLS_OF, {"proposal_id": proposal_id})
        return [Fill(**row) for row in rows]

    def fills(self, *, since: datetime | None = None) -> Sequence[Fill]:
        """Return all fills, oldest first; with ``since``, those executed at or after it."""
        statement = _FILLS if since is None else _FILLS.where(FILL.c.executed_at >= since)
        return [Fill(**row) for row in self._work.rows(statement)]

    def _check_intent(self, order: Order) -> None:
        """Refuse an order that nobody approved: the last line of core's invariant 2."""
        if order.state is not OrderState.NEW:
            raise InvariantBroken(f"new order {order.client_id} is {order.state}")
        row = self._work.row(_PROPOSAL_STATE, {"proposal_id": order.proposal_id})
        state = None if row is None else row["state"]
        if state is not ProposalState.EXECUTING:
            raise StoreConflict(
                f"proposal {order.proposal_id} is {state or 'not stored'}; "
                "orders belong to one that is executing"
            )

    def _why_not(self, client_id: str, event: OrderEvent) -> str:
        row = self._work.row(_BY_ID, {"client_id": client_id})
        if row is None:
            return f"there is no order {client_id}"
        return f"order {client_id} is {row['state']} and cannot {event}"

    def _add_fill(self, fill: Fill, at: datetime) -> bool:
        order = self._work.row(_BY_ID, {"client_id": fill.client_id})
        if order is None:
            raise InvariantBroken(f"fill {fill.fill_id} is of an unknown order {fill.client_id}")
        values = {field.name: getattr(fill, field.name) for field in fields(Fill)}
        if self._work.change(_ADD_FILL, values) == 0:
            return False
        with localcontext(EXACT):
            payload = values | {"proposal_id": order["proposal_id"], "notional": fill.notional}
        self._journal.append(FILL_BOOKED, STORE_ACTOR, payload, at=at)
        return True


def _payload(order: Order) -> dict[str, object]:
    return {
        "client_id": order.client_id,
        "proposal_id": order.proposal_id,
        "leg": order.leg,
        "attempt": order.attempt,
    }
