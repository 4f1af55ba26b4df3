"""An approval on fresh data, its tier and its limit price (METHODS 1.6, 8.3, 8.4)."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import Decision, Gate, Plan, Propose
from core.domain.market import Quote, Side
from core.domain.policy import ApprovalRules, BandRules, OrderRules
from core.domain.snapshot import Occasion
from core.domain.state import EngineState, Halt
from core.domain.units import Asset, Money, Price, Weight
from core.engine import decide, needs_decision
from core.planning.pricing import limit_price
from core.planning.recheck import RecheckAction, recheck, tier_of
from tests.core.worked import plan_of
from tests.dsl import MORNING, altered, decide_on, portfolio, snapshot
from tests.strategies import FEWER, World, decimals, worlds

RULES = ApprovalRules()
TWO = portfolio(
    "BTC 0.62 @ 100000 -> 50",
    "ETH 5.5 @ 4000 -> 30",
    cash="16000 -> 20",
    bands=BandRules(confirm=1),
)
FRESH = decide_on(TWO, occasion=Occasion.RECHECK)


def shown() -> Plan:
    """Return the plan on the card."""
    plan = plan_of(FRESH)
    assert plan is not None
    return plan


def fresh(leg: int = 0, cost: str = "1", **changes: Any) -> Decision:  # noqa: ANN401
    """Return a fresh decision with one trade and the cost of its plan changed."""
    plan = shown()
    trades = list(plan.trades)
    trades[leg] = altered(trades[leg], **changes)
    plan = replace(plan, trades=tuple(trades), cost=Money(plan.cost * Decimal(cost)))
    return replace(FRESH, outcome=Propose(plan))


def test_the_same_plan_is_carried_out() -> None:
    """Nothing moved: every leg as approved."""
    found = recheck(shown(), FRESH, RULES)
    assert found.action is RecheckAction.EXECUTE
    assert found.trades == shown().trades


@pytest.mark.parametrize(
    ("name", "factor", "action"),
    [
        ("quantity", "1.05", "execute"),
        ("quantity", "1.0500001", "show_again"),
        ("quantity", "0.95", "execute"),
        ("quantity", "0.9499999", "show_again"),
        ("mid", "1.01", "execute"),
        ("mid", "1.0100001", "show_again"),
        ("mid", "0.99", "execute"),
        ("mid", "0.9899999", "show_again"),
    ],
)
def test_five_percent_of_quantity_and_one_of_price_are_the_same_plan(
    name: str, factor: str, action: str
) -> None:
    """The edge itself is still the approved plan, a hair beyond it is a new card."""
    for leg in (0, 1):
        moved = fresh(leg, **{name: getattr(shown().trades[leg], name) * Decimal(factor)})
        assert recheck(shown(), moved, RULES).action is RecheckAction(action)


@pytest.mark.parametrize(
    ("cost", "action"), [("1.25", "execute"), ("1.2500001", "execute"), ("9", "show_again")]
)
def test_a_cost_up_to_a_quarter_or_five_basis_points_more_is_the_same_plan(
    cost: str, action: str
) -> None:
    """Whichever of the two allows more."""
    assert recheck(shown(), fresh(cost=cost), RULES).action is RecheckAction(action)


def test_a_quarter_more_is_allowed_where_five_basis_points_are_less() -> None:
    """With a floor of 0 the quarter decides, to the digit."""
    strict = replace(RULES, cost_tolerance_floor=RULES.cost_tolerance_floor * 0)  # type: ignore[arg-type]
    assert recheck(shown(), fresh(cost="1.25"), strict).action is RecheckAction.EXECUTE
    assert recheck(shown(), fresh(cost="1.2500001"), strict).action is RecheckAction.SHOW_AGAIN


def test_quantities_are_capped_at_what_was_approved_with_the_printed_bound() -> None:
    """The fresh plan wants 3 % more and a worse price: neither was approved."""
    old = shown().trades[0]
    more = fresh(quantity=old.quantity * Decimal("1.03"), worst_price=old.worst_price / 2)
    found = recheck(shown(), more, RULES).trades[0]
    assert [found.quantity, found.worst_price] == [old.quantity, old.worst_price]


def test_fewer_quantities_are_taken_as_they_are() -> None:
    """Less than approved is what the fresh plan says."""
    old = shown().trades[0]
    less = fresh(quantity=old.quantity * Decimal("0.97"))
    assert recheck(shown(), less, RULES).trades[0].quantity == old.quantity * Decimal("0.97")


def test_another_leg_is_another_plan() -> None:
    """A changed side, a missing leg: shown again."""
    assert recheck(shown(), fresh(side=Side.BUY), RULES).action is RecheckAction.SHOW_AGAIN
    plan = replace(shown(), trades=shown().trades[:1])
    shorter = replace(FRESH, outcome=Propose(plan))
    assert recheck(shown(), shorter, RULES).action is RecheckAction.SHOW_AGAIN


@pytest.mark.parametrize(
    ("state", "changes", "gate"),
    [
        (EngineState(halt=Halt(MORNING, "stop")), {}, Gate.HALT),
        (EngineState(), {"warnings": ("SKEW",)}, Gate.DATA),
    ],
    ids=["halted", "unsafe"],
)
def test_a_gate_that_fails_takes_the_plan_back(
    state: EngineState, changes: dict[str, Any], gate: Gate
) -> None:
    """Halted or unsafe: withdrawn, with the gate and its reasons."""
    found = recheck(shown(), decide_on(TWO, state, occasion=Occasion.RECHECK, **changes), RULES)
    assert [found.action, found.gate, found.trades] == [RecheckAction.WITHDRAW, gate, ()]
    assert found.reasons


def test_a_breach_that_is_gone_takes_the_plan_back() -> None:
    """Back inside the bands there is nothing left to do."""
    calm = portfolio("BTC 0.5 @ 100000 -> 50", "ETH 7.5 @ 4000 -> 30", cash="20000 -> 20")
    found = recheck(shown(), decide_on(calm, occasion=Occasion.RECHECK), RULES)
    assert [found.action, found.gate] == [RecheckAction.WITHDRAW, Gate.BREACH]


def tier(share: str, value: str, *, known: str = "BTC ETH", **changes: Any) -> int:  # noqa: ANN401
    """Return the tier of a plan that turns ``share`` of ``value`` over."""
    plan = replace(shown(), turnover=Weight(Decimal(share)), value=Money(Decimal(value)), **changes)
    names = frozenset(Asset(name) for name in known.split())
    return tier_of(plan, TWO.policy, known=names, is_unusual=False)


@pytest.mark.parametrize(
    ("share", "value", "expected"),
    [
        ("0.05", "20000", 1),
        ("0.0501", "19960", 2),
        ("0.05", "20001", 2),
        ("0.20", "50000", 2),
        ("0.2001", "100", 3),
        ("0.2", "50001", 3),
    ],
)
def test_the_tier_follows_share_and_amount(share: str, value: str, expected: int) -> None:
    """One tap to 5 % and 1,000; a second card to 20 % and 10,000; above that tier 3."""
    assert tier(share, value) == expected


def test_what_is_new_or_unusual_needs_tier_three() -> None:
    """A first funding, a coin never traded, an override: the second card with everything."""
    assert tier("0.01", "1000", first_funding=True) == 3
    assert tier("0.01", "1000", known="BTC") == 3
    assert tier("0.01", "1000", known="") == 3
    small = replace(shown(), turnover=Weight(Decimal("0.01")), value=Money(Decimal(1000)))
    known = frozenset({Asset("BTC"), Asset("ETH")})
    assert tier_of(small, TWO.policy, known=known, is_unusual=True) == 3


MARKET = TWO.snapshot.rules[0]
ORDERS = OrderRules()


def limit(side: Side, bid: str, ask: str, worst: str) -> Price | None:
    """Return the limit of an order at a quote."""
    quote = Quote(Asset("BTC"), Price(Decimal(bid)), Price(Decimal(ask)), MORNING, "made")
    market = replace(MARKET, price_tick=Price(Decimal("0.5")))
    return limit_price(side, quote, market, worst=Price(Decimal(worst)), rules=ORDERS)


@pytest.mark.parametrize(
    ("side", "bid", "ask", "worst", "expected"),
    [
        ("BUY", "9999", "10001", "10100", "10026"),
        ("SELL", "9999", "10001", "9900", "9974.5"),
        ("BUY", "9950", "10050", "10300", "10200.5"),
        ("BUY", "9999", "10001", "10010", "10010"),
        ("SELL", "9999", "10001", "9990", "9990"),
        ("BUY", "10100", "10102", "10100", None),
        ("SELL", "9890", "9899", "9900", None),
    ],
    ids=[
        "25 bp above the ask, down to a tick",
        "25 bp below the bid, up to a tick",
        "three half-spreads where they are more",
        "never above the printed price",
        "never below the printed price",
        "the market is above the bound",
        "the market is below the bound",
    ],
)
def test_the_limit_is_the_fresh_quote_and_the_cap_inside_the_printed_bound(
    side: str, bid: str, ask: str, worst: str, expected: str | None
) -> None:
    """max(25 bp, 3 half-spreads) from the quote, rounded to the safe side."""
    found = limit(Side(side), bid, ask, worst)
    assert found == (None if expected is None else Decimal(expected))


@given(
    st.sampled_from(list(Side)), decimals("90", "110"), decimals("0", "2"), decimals("90", "110")
)
def test_no_limit_ever_crosses_the_printed_price(
    side: Side, bid: Decimal, spread: Decimal, worst: Decimal
) -> None:
    """Whatever the market does, a buyer never pays more and a seller never takes less."""
    found = limit(side, str(bid), str(bid + spread), str(worst))
    if found is not None:
        assert (found - worst) * side.sign <= 0


def test_the_cheap_look_believes_no_unsafe_data() -> None:
    """Far outside by a price nobody can believe is no hard breach."""
    far = portfolio("BTC 0.9 @ 100000 -> 50, beside 50000", cash="10000 -> 50")
    assert not needs_decision(far.snapshot, far.policy, EngineState())
    believed = portfolio("BTC 0.9 @ 100000 -> 50", cash="10000 -> 50")
    assert needs_decision(believed.snapshot, believed.policy, EngineState())


@FEWER
@given(worlds())
def test_the_cheap_look_sees_every_hard_breach(world: World) -> None:
    """An intraday proposal is never missed by needs_decision, and it names no other."""
    situation, state = world.situation, world.state
    seen = snapshot(situation, occasion=Occasion.INTRADAY)
    decision = decide(seen, situation.policy, state)
    codes = {row.code.value for row in decision.reasons}
    look = needs_decision(replace(seen, books=(), bars=()), situation.policy, state)
    assert look is ("HARD_BREACH" in codes)
    assert look or not isinstance(decision.outcome, Propose)
