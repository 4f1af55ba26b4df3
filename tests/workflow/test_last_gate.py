"""The last gate against everything a planner, a bug or a thief could hand it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ports.messages import NoticeCode
from bot.workflow.last_gate import HOLDS_AT_LEAST
from core.domain.ids import client_order_id
from core.domain.market import Side
from core.domain.policy import ApprovalRules
from core.domain.proposal import OrderState, ProposalState
from core.domain.state import EngineState, Halt
from core.domain.units import ZERO, Asset, Money, Price, Quantity
from tests.workflow.conftest import Opener
from tests.workflow.gate_cases import (
    FEE,
    MIDS,
    Case,
    coins,
    fill,
    money,
    numbered,
    order,
    proposal,
    purchase,
    sale,
    situation,
    trade,
)
from tests.workflow.odd_cases import ODD
from tests.workflow.office import BTC, ETH, MORNING, USD, Office, policy


@pytest.mark.parametrize("case", [sale(), purchase()])
def test_a_proper_order_passes(case: Case) -> None:
    """An approved order within every limit may leave."""
    assert case.answer == ""


STAKED = {"staked": Quantity(Decimal(9)), "locked": Quantity(Decimal(9))}

REFUSED = [
    ("halted", sale().with_now(state=EngineState(halt=Halt(MORNING, "stop"))), "halted"),
    ("not approved", sale().with_proposal(state=ProposalState.PROPOSED), "not approved"),
    ("only approved", sale().with_proposal(state=ProposalState.APPROVED), "not approved"),
    ("ended", sale().with_proposal(state=ProposalState.DONE), "not approved"),
    ("nobody approved", sale().with_proposal(decided_by=""), "not approved"),
    ("no instant of approval", sale().with_proposal(decided_at=None), "too old"),
    ("too old", sale().with_now(at=MORNING + timedelta(hours=12, seconds=1)), "too old"),
    ("another proposal's", sale().with_order(proposal_id="00000000"), "belongs to"),
    ("a strange coin", sale().with_order(asset=Asset("DOGE")), "not in the policy"),
    ("the quote currency", sale().with_order(asset=USD), "not in the policy"),
    (
        "a coin of the policy, not of the plan",
        sale().with_order(asset=ETH, limit_price=Price(Decimal(10))),
        "never approved",
    ),
    ("another leg's number", sale().with_order(**numbered(2)), "never approved"),
    ("the other side", sale().with_order(side=Side.BUY), "never approved"),
    ("sent before", sale().with_order(state=OrderState.SENDING), "sent before"),
    ("ended before", sale().with_order(state=OrderState.ABSENT), "sent before"),
    ("one step more", sale().with_order(quantity=Quantity(Decimal("2.00001"))), "exceed"),
    ("twice", sale().with_now(fills=(fill(BTC, Side.SELL, "0.00001"),)), "exceed"),
    ("nothing", sale().with_order(quantity=Quantity(ZERO)), "above 0"),
    ("less than nothing", sale().with_order(quantity=Quantity(Decimal(-1))), "above 0"),
    ("no number", sale().with_order(quantity=Quantity(Decimal("NaN"))), "above 0"),
    ("no end", purchase().with_order(quantity=Quantity(Decimal("Infinity"))), "above 0"),
    ("no price", sale().with_order(limit_price=Price(Decimal("NaN"))), "above 0"),
    ("a negative price", purchase().with_order(limit_price=Price(Decimal(-1))), "above 0"),
    ("cheaper than printed", sale().with_order(limit_price=Price(Decimal("98.99"))), "beyond"),
    ("dearer than printed", purchase().with_order(limit_price=Price(Decimal("10.11"))), "beyond"),
    ("a fourth today", sale().with_now(executions_today=4), "executions today"),
    ("too much today", sale().with_now(turnover_today=Decimal("0.31")), "today"),
    ("more than there is", sale().with_now(balances=(coins(BTC, "1.99"),)), "may be sold"),
    ("staked and locked", sale().with_now(balances=(coins(BTC, "1", **STAKED),)), "may be sold"),
    ("no coins at all", sale().with_now(balances=()), "may be sold"),
    (
        "excluded coins",
        sale(policy(excluded=((BTC, Quantity(Decimal("8.5"))),))),
        "may be sold",
    ),
    ("beyond the trading capital", sale(policy(trading_capital=Money(Decimal(200)))), "be sold"),
    ("buying beyond the capital", purchase(policy(trading_capital=Money(Decimal(300)))), "spent"),
    ("the reserve", purchase(policy(reserve=Money(Decimal(400)))), "may be spent"),
    ("excluded cash", purchase(policy(excluded=((USD, Quantity(Decimal(400))),))), "be spent"),
    ("locked cash", purchase().with_now(balances=(money("200"),)), "may be spent"),
    ("no cash", purchase().with_now(balances=()), "may be spent"),
    ("the fee on top", purchase().with_now(balances=(money("202.4"),)), "may be spent"),
]


@pytest.mark.parametrize(
    ("case", "why"), [row[1:] for row in REFUSED + ODD], ids=[row[0] for row in REFUSED + ODD]
)
def test_an_improper_order_is_refused(case: Case, why: str) -> None:
    """Each single thing that is wrong with an order keeps it from leaving, with its reason."""
    assert why in case.answer


def test_an_open_question_keeps_every_other_order_back() -> None:
    """While any order's outcome is open, no other one leaves, whatever proposal it is of."""
    case = sale()
    other = replace(case.order, client_id="another", proposal_id="another")
    assert "not known" in case.with_now(unsettled=(other,)).answer
    assert case.with_now(unsettled=(case.order,)).answer == ""


def test_a_first_funding_may_exceed_the_share_of_a_day_and_nothing_else() -> None:
    """The first purchase of a portfolio is exempt from the day's share, not from its count."""
    case = purchase().with_now(balances=(money("500"),), turnover_today=Decimal("0.9"))
    assert "portfolio today" in case.answer
    case = case.with_plan(first_funding=True)
    assert case.answer == ""
    bought = (fill(ETH, Side.BUY, "10"),)
    half = case.with_order(quantity=Quantity(Decimal(10)), **numbered(1, 2))
    half = half.with_now(fills=bought, balances=(money("400"), coins(ETH, "10")))
    assert half.answer == ""
    assert "executions" in case.with_now(executions_today=4).answer


def test_an_approval_in_the_last_second_holds_for_a_while() -> None:
    """A plan approved in its last second may be carried out for a quarter of an hour."""
    expired = sale().with_proposal(expires_at=MORNING)
    assert expired.with_now(at=MORNING + HOLDS_AT_LEAST).answer == ""
    assert "too old" in expired.with_now(at=MORNING + HOLDS_AT_LEAST + timedelta(seconds=1)).answer


def test_a_reserve_is_filled_up_before_anything_is_bought() -> None:
    """Below the reserve, what sales bring is not spent until the reserve is whole."""
    rules = policy(reserve=Money(Decimal(600)))
    sold = (fill(BTC, Side.SELL, "2"),)
    legs = (trade(1, BTC, Side.SELL, "2"), trade(2, ETH, Side.BUY, "20"))
    buys = purchase(rules).with_order(**numbered(2)).with_plan(trades=legs).with_now(fills=sold)
    left = coins(BTC, "8")
    assert "may be spent" in buys.with_now(balances=(left, money("600"))).answer
    assert "may be spent" in buys.with_now(balances=(left, money("800"))).answer
    assert buys.with_now(balances=(left, money("803"))).answer == ""


amounts = st.decimals(0, 1000, places=3, allow_nan=False)
often_none = st.sampled_from([True, True, False]).flatmap(
    lambda is_none: st.just(ZERO) if is_none else amounts
)
positive = st.decimals(Decimal("0.001"), 1000, places=3)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw an order and a world that need not fit together at all."""
    side = draw(st.sampled_from(Side))
    asset = draw(st.sampled_from([BTC, ETH]))
    leg = replace(trade(1, asset, side, "1"), quantity=Quantity(draw(positive)))
    rules = policy(
        reserve=Money(draw(often_none)),
        excluded=((asset, Quantity(draw(often_none))), (USD, Quantity(draw(often_none)))),
        trading_capital=draw(st.none() | positive.map(Money)),
        approval=ApprovalRules(day_max_executions=draw(st.integers(1, 5))),
    )
    intent = replace(
        order(leg),
        quantity=Quantity(draw(st.just(leg.quantity) | positive)),
        limit_price=Price(draw(st.sampled_from([leg.worst_price, leg.mid]))),
        side=draw(st.just(side) | st.sampled_from(Side)),
    )
    if draw(st.integers(0, 5)) == 5:
        intent = replace(intent, limit_price=Price(draw(positive)))
    partial = draw(often_none)
    now = situation(
        proposal(leg),
        coins(asset, str(draw(st.just(Decimal(10_000)) | amounts))),
        money(str(draw(st.just(Decimal(1_000_000)) | amounts))),
        rules=rules,
        orders=(intent,),
        fills=(fill(asset, side, str(partial)),) if partial else (),
        executions_today=draw(st.integers(1, 5)),
        state=EngineState(halt=Halt(MORNING, "x") if draw(st.integers(0, 5)) == 5 else None),
    )
    return Case(intent, now)


passed: list[Case] = []


@settings(max_examples=500, deadline=None)
@given(cases())
def test_what_passes_crosses_no_line(case: Case) -> None:
    """Whatever order and account meet, what may leave stays inside every single limit."""
    if case.answer:
        return
    passed.append(case)
    now, intent = case.now, case.order
    (leg,) = now.proposal.plan.trades
    free = {row.asset: row.free for row in now.balances}
    excluded = dict(now.policy.excluded)
    assert now.state.halt is None
    assert now.executions_today <= now.policy.approval.day_max_executions
    assert (intent.asset, intent.side) == (leg.asset, leg.side)
    filled = sum((row.quantity for row in now.fills), ZERO)
    assert ZERO < intent.quantity <= leg.quantity - filled
    assert (intent.limit_price - leg.worst_price) * leg.side.sign <= 0
    capital = now.policy.trading_capital
    if intent.side is Side.SELL:
        assert intent.quantity <= free[intent.asset] - excluded[intent.asset]
        moved = intent.quantity * MIDS[intent.asset]
    else:
        moved = intent.quantity * intent.limit_price * (1 + FEE)
        assert free[USD] - moved >= now.policy.reserve + excluded[USD]
    if capital is not None:
        assert moved <= capital


def test_something_passes() -> None:
    """The worlds above are not so wild that the gate is closed in all of them."""
    test_what_passes_crosses_no_line()
    assert len(passed) > 25


async def test_a_slipped_in_order_never_leaves(office: Office) -> None:
    """An intent larger than its leg, written into the database by a bug, is stopped and told."""
    await office.check()
    office.agree()

    def slip_in() -> None:
        office.watched.before = None
        (sell, _) = office.orders()
        larger = replace(
            sell,
            client_id=client_order_id(sell.proposal_id, 2, 7),
            leg=2,
            attempt=7,
            asset=BTC,
            quantity=Quantity(Decimal("0.2")),
            state=OrderState.NEW,
            deadline_at=None,
        )
        with office.store.transaction() as tx:
            tx.orders.add([larger], at=office.clock.now())

    office.watched.before = slip_in
    ended = await office.carry_out(office.proposal().proposal_id)
    assert ended.state is ProposalState.PARTIAL
    assert [(row.side, row.quantity) for row in office.sent()] == [("SELL", Decimal("0.03195"))]
    (alarm,) = office.notices(NoticeCode.LAST_GATE)
    assert dict(alarm.values)["why"] == "SELL BTC was never approved as leg 2"
    assert await office.problems() == []


@pytest.mark.parametrize(
    "rules",
    [
        {"reserve": Money(Decimal(11_000))},
        {"reserve": Money(Decimal(50_000))},
        {"excluded": ((USD, Quantity(Decimal(11_000))),)},
    ],
)
async def test_a_reserve_holds_end_to_end(open_office: Opener, rules: dict[str, Any]) -> None:
    """Nothing is bought that would leave less cash than the reserve or the excluded amount."""
    office = await open_office(policy=policy(**rules))
    await office.check()
    await office.approve_all()
    assert "SELL" in {row.side for row in office.sent()}
    has_bought = "BUY" in {row.side for row in office.sent()}
    assert not has_bought or await office.held(USD) >= 11_000
    assert await office.problems() == []


async def test_a_plan_begun_after_midnight_counts_for_the_new_day(open_office: Opener) -> None:
    """A plan approved before midnight and begun after it uses up the new day's limit."""
    rules = policy(approval=ApprovalRules(day_max_executions=0))
    office = await open_office(policy=rules, at=MORNING.replace(hour=23, minute=59, second=55))
    await office.check()
    proposal = office.agree()
    office.clock.step(seconds=5)
    assert office.clock.now().date() > MORNING.date()
    ended = await office.carry_out(proposal.proposal_id)
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])


async def test_three_executions_a_day_are_enough(open_office: Opener) -> None:
    """When the day's executions are used up, an approved plan sends nothing and says so."""
    office = await open_office(policy=policy(approval=ApprovalRules(day_max_executions=0)))
    await office.check()
    ended = await office.approve_all()
    assert (ended.state, office.sent()) == (ProposalState.FAILED, [])
    assert len(office.notices(NoticeCode.LAST_GATE)) == 1
