"""A plan that makes no sense, found where it was to be carried out: nothing of it is sent."""

from bot.workflow.cards import close, end_card
from bot.workflow.controls import halt_in
from bot.workflow.desk import Desk
from bot.workflow.gate_sense import odd_numbers, odd_plan
from core.domain.proposal import OrderState, Proposal
from core.lifecycle import OrderEvent, ProposalEvent


def oddity_of(desk: Desk, proposal: Proposal) -> str:
    """Return what makes no sense about a plan that is executing or its orders, or an empty text."""
    with desk.store.reading() as tx:
        orders = tx.orders.of(proposal.proposal_id)
    return odd_plan(proposal) or odd_numbers(orders)


def give_up(desk: Desk, proposal: Proposal) -> Proposal:
    """End an executing proposal that no planner made, and halt: a bug or a hand has been at it.

    What it may have traded before stays on record; its numbers are not used for anything.
    """
    pid, now, why = proposal.proposal_id, desk.clock.now(), oddity_of(desk, proposal)
    with desk.store.transaction() as tx:
        for order in tx.orders.of(pid):
            if order.state is OrderState.NEW:
                tx.orders.move(order.client_id, OrderEvent.CANCEL, at=now, note=why)
        has_traded = bool(tx.orders.fills_of(pid))
        event = ProposalEvent.FINISH_PARTLY if has_traded else ProposalEvent.FAIL
        ended = tx.proposals.move(pid, event, at=now, actor="executor", note=why)
        end_card(tx, desk, ended)
        close(tx, ended)
        halt_in(tx, desk, "executor", why=f"plan {pid} makes no sense: {why}")
    return ended
