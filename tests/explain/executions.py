"""Proposals, orders and fills of the worked example, in any state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core.domain.decision import Plan, Propose
from core.domain.proposal import Fill, Order, OrderState, Proposal, ProposalState
from core.domain.units import Asset, Money, Price, Quantity
from core.facts import FactTable, execution_facts
from core.planning.shortfall import Prices, measure
from tests.dsl import MORNING, decide_daily
from tests.explain.samples import worked

ENDS_AT = MORNING + timedelta(hours=12)


def worked_plan() -> Plan:
    """Return the plan of the worked example: sell 0.03195 BTC, buy 0.6200 ETH."""
    decision = decide_daily(worked(), 2)
    assert isinstance(decision.outcome, Propose)
    return decision.outcome.plan


def proposal_in(state: ProposalState, *, decided_by: str = "", note: str = "") -> Proposal:
    """Return the worked example's proposal in a state; whoever decided it did so at 08:30 UTC."""
    proposal = Proposal(
        "7f3k9q2m", "d" * 64, state, worked_plan(), "p" * 64, 2, MORNING, ENDS_AT, note=note
    )
    if not decided_by:
        return proposal
    decided_at = MORNING.replace(hour=8, minute=30)
    return replace(proposal, decided_by=decided_by, decided_at=decided_at)


def order_for(
    proposal: Proposal,
    leg: int,
    state: OrderState,
    *,
    attempt: int = 1,
    quantity: str = "",
    sent: bool = True,
) -> Order:
    """Return an order for one leg, of the leg's quantity unless another is given."""
    trade = proposal.plan.trades[leg - 1]
    return Order(
        client_id=f"{leg}.{attempt}",
        proposal_id=proposal.proposal_id,
        leg=leg,
        attempt=attempt,
        asset=trade.asset,
        side=trade.side,
        quantity=Quantity(Decimal(quantity)) if quantity else trade.quantity,
        limit_price=trade.worst_price,
        state=state,
        intent_at=MORNING,
        deadline_at=MORNING if sent else None,
    )


def fill_of(order: Order, quantity: str, price: str, *, fee: str, fee_asset: str = "USD") -> Fill:
    """Return one trade that the venue booked for an order."""
    return Fill(
        fill_id=f"{order.client_id}.{quantity}",
        client_id=order.client_id,
        asset=order.asset,
        side=order.side,
        quantity=Quantity(Decimal(quantity)),
        price=Price(Decimal(price)),
        fee=Money(Decimal(fee)),
        fee_asset=Asset(fee_asset),
        executed_at=MORNING,
    )


def executed_facts(
    proposal: Proposal,
    orders: Sequence[Order],
    fills: Sequence[Fill],
    prices: Mapping[Asset, Prices] | None = None,
) -> FactTable:
    """Return the facts of an execution in USD; prices stood still unless others are given."""
    usd = Asset("USD")
    legs = measure(proposal, orders, fills, prices=prices or {}, quote=usd, ended_at=MORNING)
    return execution_facts(proposal, orders, fills, shortfalls=legs, quote=usd)
