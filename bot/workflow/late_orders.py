"""Orders that counted as not taken, and traded after all: rare, serious, and never passed over."""

from collections.abc import Iterable

from bot.ports.messages import MessageType, NoticeCode
from bot.ports.records import Transaction
from bot.workflow.controls import halt_in
from bot.workflow.desk import Desk, notify
from core.domain.portfolio import Flow, FlowKind
from core.domain.proposal import Order, OrderState
from core.domain.units import text_of

_NOT_TAKEN = frozenset({OrderState.ABSENT, OrderState.REJECTED, OrderState.NEW})


def halt_for_late_orders(tx: Transaction, desk: Desk, flows: Iterable[Flow]) -> None:
    """Halt when a change of the account belongs to an order that counted as not taken."""
    for flow in flows:
        if flow.kind is not FlowKind.TRADE or flow.asset == desk.policy.quote:
            continue
        order = tx.orders.get(flow.reference) if flow.reference else None
        if order is None or not _counts_as_untraded(tx, order):
            continue
        notify(
            tx,
            desk,
            NoticeCode.LATE_ORDER,
            key=f"late:{flow.flow_id}",
            subject=order.proposal_id,
            kind=MessageType.ALARM,
            asset=flow.asset,
            amount=text_of(abs(flow.amount)),
        )
        halt_in(tx, desk, "executor", why="an order that counted as not taken was traded")


def _counts_as_untraded(tx: Transaction, order: Order) -> bool:
    """Tell whether nothing was booked of an order for good."""
    if order.state is not OrderState.CANCELLED:
        return order.state in _NOT_TAKEN
    fills = tx.orders.fills_of(order.proposal_id)
    return all(fill.client_id != order.client_id for fill in fills)
