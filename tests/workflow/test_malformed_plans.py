"""The executor against malformed plans: approved >= ordered, and every floor holds.

``python -m tests.workflow.arena 10000`` throws as many as are wanted at the whole executor; here a
thousand of them meet it, and ten thousand the gate that stands at its end.
"""

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from bot.workflow.last_gate import Situation, refuse
from core.domain.market import Side
from core.domain.portfolio import Balance
from core.domain.proposal import Fill, Order, Proposal, ProposalState
from core.domain.state import EngineState, Halt
from core.domain.units import ZERO, Money, Price, Quantity
from tests.workflow.arena import APART, SEED, arena, run, summary_of
from tests.workflow.flat_market import FEE, MIDS, USD, FlatMarket
from tests.workflow.malformed_plans import Spoilt, proper
from tests.workflow.spoiling import spoilt
from tests.workflow.steered_market import LooseClock

COUNT = int(os.environ.get("EVENKEEL_MALFORMED_PLANS", "1000"))
AT_THE_GATE = 10_000
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_no_malformed_plan_crosses_a_line(tmp_path: Path) -> None:
    """However a plan is malformed, what leaves stays within approval, floors, capital and price."""
    tally = await run(tmp_path, COUNT)
    assert tally["orders sent"] > COUNT // 10, summary_of(tally)
    assert not any(name.startswith("raised") for name in tally), summary_of(tally)


async def test_proper_plans_do_trade(tmp_path: Path) -> None:
    """The same executor carries a plan out whole when nothing is wrong with it."""
    with arena(tmp_path) as ring:
        for number in range(25):
            ring.clock.advance_to(ring.clock.now() + APART)
            plan = proper(Random(number), number, ring.clock.now())
            assert await ring.throw(plan) == []
        assert ring.tally["ended DONE"] == 25


def fills_of(plan: Spoilt) -> tuple[Fill, ...]:
    """Return what the plan's orders brought before."""
    return tuple(
        Fill(
            f"before {order.client_id}",
            order.client_id,
            order.asset,
            order.side,
            Quantity(plan.tried[order.client_id]),
            Price(MIDS.get(order.asset, Decimal(1))),
            Money(ZERO),
            USD,
            plan.at,
        )
        for order in plan.orders
        if plan.tried.get(order.client_id)
    )


async def situation_of(plan: Spoilt, proposal: Proposal) -> Situation:
    """Return what the gate sees of a plan that was never written down anywhere."""
    market = FlatMarket(LooseClock(plan.at), **plan.market)
    policy = plan.policy
    return Situation(
        at=plan.at,
        mode=plan.mode,
        policy=policy,
        state=EngineState(halt=Halt(plan.at, "stop") if plan.is_halted else None),
        proposal=proposal,
        orders=plan.orders,
        fills=fills_of(plan),
        unsettled=(),
        executions_today=1,
        turnover_today=proposal.plan.turnover,
        balances=tuple(Balance(name, Quantity(part)) for name, part in plan.holdings.items()),
        quotes=await market.quotes(policy.risk_assets),
        fee=FEE,
    )


def crossed(order: Order, plan: Spoilt, now: Situation) -> list[str]:
    """Return every line that an order would cross which the gate lets through."""
    legs = [row for row in now.proposal.plan.trades if row.asset == order.asset]
    done = sum((fill.quantity for fill in now.fills if fill.asset == order.asset), ZERO)
    excluded = dict(now.policy.excluded)
    capital, mid = now.policy.trading_capital, MIDS[order.asset]
    is_sale = order.side is Side.SELL
    cost = order.quantity if is_sale else order.quantity * order.limit_price * (1 + FEE)
    held = plan.holdings[order.asset if is_sale else USD]
    floor = excluded.get(order.asset if is_sale else USD, ZERO)
    floor += ZERO if is_sale else now.policy.reserve
    lines = {
        "forbidden": plan.is_forbidden,
        "more than approved": not legs or done + order.quantity > legs[0].quantity,
        "another side": not legs or legs[0].side is not order.side,
        "no amount": order.quantity <= 0,
        "beyond the printed price": (order.limit_price - legs[0].worst_price) * order.side.sign > 0,
        "far from the market": abs(order.limit_price - mid) > mid / 10,
        "below a floor": held - cost < floor,
        "beyond the capital": capital is not None and order.quantity * mid > capital,
    }
    return [name for name, is_crossed in lines.items() if is_crossed]


async def test_the_gate_alone_holds_against_every_malformed_plan() -> None:
    """Ten thousand plans straight at the last gate, whatever no database would take included."""
    tally: Counter[str] = Counter()
    for number in range(AT_THE_GATE):
        plan = spoilt(Random(f"{SEED}:{number}"), number, NOON)
        is_begun = plan.reaches is ProposalState.EXECUTING
        proposal = replace(plan.proposed(), state=plan.reaches)
        if is_begun:
            proposal = replace(proposal, decided_by=plan.approver, decided_at=NOON)
        now = await situation_of(plan, proposal)
        for order in plan.orders:
            answer = refuse(order, now)
            tally["passed" if answer == "" else "refused"] += 1
            if answer == "":
                assert crossed(order, plan, now) == [], (number, plan.ways, order)
    assert tally["passed"] > AT_THE_GATE // 20
