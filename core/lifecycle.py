"""Proposal and order states as tables; an illegal event raises and changes nothing.

Two written rules: everything that moves a state stands in this file, and this file does not know
who
asks. A pair that is not in a table is illegal. Source: METHODS 8.1.
"""

from enum import StrEnum

from core.domain.errors import IllegalTransition
from core.domain.proposal import OrderState, ProposalState

P = ProposalState
O = OrderState  # noqa: E741  # read beside P in the tables below


class ProposalEvent(StrEnum):
    """What can happen to a proposal."""

    SHOW = "show"
    APPROVE = "approve"
    REJECT = "reject"
    EXPIRE = "expire"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"
    RECHECK = "recheck"
    EXECUTE = "execute"
    FINISH = "finish"
    FINISH_PARTLY = "finish_partly"
    FAIL = "fail"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    REJECT = "reject"
    LOSE_SIGHT = "lose_sight"
    FILL = "fill"
    FILL_PARTLY = "fill_partly"
    CANCEL = "cancel"
    FIND_ABSENT = "find_absent"


PROPOSAL_MOVES: dict[tuple[ProposalState, ProposalEvent], ProposalState] = {
    (P.DRAFT, ProposalEvent.SHOW): P.PROPOSED,
    (P.PROPOSED, ProposalEvent.APPROVE): P.APPROVED,
    (P.PROPOSED, ProposalEvent.REJECT): P.REJECTED,
    (P.PROPOSED, ProposalEvent.EXPIRE): P.EXPIRED,
    (P.PROPOSED, ProposalEvent.SUPERSEDE): P.SUPERSEDED,
    (P.PROPOSED, ProposalEvent.WITHDRAW): P.WITHDRAWN,
    (P.APPROVED, ProposalEvent.RECHECK): P.RECHECKED,
    (P.APPROVED, ProposalEvent.SUPERSEDE): P.SUPERSEDED,
    (P.APPROVED, ProposalEvent.WITHDRAW): P.WITHDRAWN,
    (P.RECHECKED, ProposalEvent.EXECUTE): P.EXECUTING,
    (P.RECHECKED, ProposalEvent.SUPERSEDE): P.SUPERSEDED,
    (P.RECHECKED, ProposalEvent.WITHDRAW): P.WITHDRAWN,
    (P.EXECUTING, ProposalEvent.FINISH): P.DONE,
    (P.EXECUTING, ProposalEvent.FINISH_PARTLY): P.PARTIAL,
    (P.EXECUTING, ProposalEvent.FAIL): P.FAILED,
}

ORDER_MOVES: dict[tuple[OrderState, OrderEvent], OrderState] = {
    (O.NEW, OrderEvent.SEND): O.SENDING,
    (O.NEW, OrderEvent.CANCEL): O.CANCELLED,
    (O.SENDING, OrderEvent.ACKNOWLEDGE): O.ACKED,
    (O.SENDING, OrderEvent.REJECT): O.REJECTED,
    (O.SENDING, OrderEvent.LOSE_SIGHT): O.UNKNOWN,
    (O.ACKED, OrderEvent.FILL): O.FILLED,
    (O.ACKED, OrderEvent.FILL_PARTLY): O.PARTLY_FILLED,
    (O.ACKED, OrderEvent.CANCEL): O.CANCELLED,
    (O.UNKNOWN, OrderEvent.ACKNOWLEDGE): O.ACKED,
    (O.UNKNOWN, OrderEvent.FILL): O.FILLED,
    (O.UNKNOWN, OrderEvent.FIND_ABSENT): O.ABSENT,
}

PROPOSAL_LIVE = frozenset({P.PROPOSED, P.APPROVED, P.RECHECKED, P.EXECUTING})
PROPOSAL_ENDED = frozenset(ProposalState) - PROPOSAL_LIVE - {P.DRAFT}
ORDER_OPEN = frozenset({O.NEW, O.SENDING, O.ACKED, O.UNKNOWN})
ORDER_ENDED = frozenset(OrderState) - ORDER_OPEN


def next_proposal_state(state: ProposalState, event: ProposalEvent) -> ProposalState:
    """Return the state after ``event``.

    Raises:
        IllegalTransition: the table knows no such move.
    """
    try:
        return PROPOSAL_MOVES[state, event]
    except KeyError:
        raise IllegalTransition(f"a proposal that is {state} cannot {event}") from None


def next_order_state(state: OrderState, event: OrderEvent) -> OrderState:
    """Return the state after ``event``.

    Raises:
        IllegalTransition: the table knows no such move.
    """
    try:
        return ORDER_MOVES[state, event]
    except KeyError:
        raise IllegalTransition(f"an order that is {state} cannot {event}") from None
