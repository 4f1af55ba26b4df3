"""What is left after the trades are paid for, exactly (METHODS 1.5, 9a)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import InvariantBroken
from core.domain.market import FeeMode
from core.domain.units import ZERO, Money, Rate, Weight, exact
from core.planning.wealth import TradedLeg, buy_rate, sell_rate, wealth_after
from tests.core.worked import by_calculator
from tests.strategies import FEWER, World, decimals, worlds

wealth = exact(wealth_after)


def leg(value: str, weight: str, sell: str = "0.0043", buy: str = "0.0045") -> TradedLeg:
    """Return a leg from texts."""
    return TradedLeg(
        Money(Decimal(value)), Weight(Decimal(weight)), Rate(Decimal(sell)), Rate(Decimal(buy))
    )


@pytest.mark.parametrize(
    ("mode", "sell", "buy"),
    [
        ("quote", "0.01198", "0.01202"),  # 1 - 0.998 * 0.99; 1.002 * 1.01 - 1
        ("base", "0.01198", "0.0121212121"),  # a sale pays in quote; 1.002 / 0.99 - 1
        ("token", "0.002", "0.002"),  # the fee stays outside V
    ],
)
def test_the_rates_of_a_leg_by_fee_mode(mode: str, sell: str, buy: str) -> None:
    """Fee 1 % and slip 20 bp, by hand, for fees in quote, in base coins and in a third coin."""
    fee, slip, way = Rate(Decimal("0.01")), Rate(Decimal("0.002")), FeeMode(mode)
    found = (sell_rate(fee, slip, way), buy_rate(fee, slip, way))
    assert [rate.quantize(Decimal("1e-10")) for rate in found] == [Decimal(sell), Decimal(buy)]


def test_one_sale_by_hand() -> None:
    """From 60 to 55 % of 10,000 at 1 %: V' = (10,000 - 0.01 * 6,000) / (1 - 0.01 * 0.55)."""
    found = wealth(Money(Decimal(10_000)), [leg("6000", "0.55", sell="0.01")])
    assert found == Decimal(9940) / Decimal("0.9945")


def test_one_buy_by_hand() -> None:
    """From 40 to 45 % at 1 %: V' = (10,000 + 0.01 * 4,000) / (1 + 0.01 * 0.45)."""
    found = wealth(Money(Decimal(10_000)), [leg("4000", "0.45", buy="0.01")])
    assert found == Decimal(10_040) / Decimal("1.0045")


def test_without_trades_nothing_is_lost() -> None:
    """No leg, no cost."""
    assert wealth(Money(Decimal(10_000)), []) == 10_000


def test_an_exit_costs_its_own_sale() -> None:
    """A leg with desired weight 0 has no kink; all of it is sold."""
    found = wealth(Money(Decimal(10_000)), [leg("1000", "0", sell="0.01")])
    assert found == 9_990


def test_impossible_costs_are_our_bug() -> None:
    """Sale costs above 100 % would make the left side fall: said loudly, never solved."""
    with pytest.raises(InvariantBroken, match="costs cannot be this high"):
        wealth(Money(Decimal(100)), [leg("100", "1", sell="2")])


@st.composite
def legs(draw: st.DrawFn) -> list[TradedLeg]:
    """Draw up to six legs whose weights sum to at most 1."""
    count = draw(st.integers(1, 6))
    rates = decimals("0", "0.02", 4)
    parts = draw(st.lists(st.integers(0, 1000 // count), min_size=count, max_size=count))
    values = draw(st.lists(decimals("0", "90000"), min_size=count, max_size=count))
    return [
        TradedLeg(Money(value), Weight(Decimal(part) / 1000), Rate(draw(rates)), Rate(draw(rates)))
        for part, value in zip(parts, values, strict=True)
    ]


@given(legs(), decimals("0", "100000"))
def test_the_equation_holds_to_the_last_digits(drawn: list[TradedLeg], rest: Decimal) -> None:
    """V' plus all costs is V, within 1e-30 of V, wherever the kinks lie."""
    value = sum((row.value for row in drawn), rest)
    if value <= ZERO:
        return
    after = wealth(Money(value), drawn)
    trades = [(row, row.weight * after - row.value) for row in drawn]
    costs = (t * row.buy_rate if t > ZERO else -t * row.sell_rate for row, t in trades)
    assert abs(after + sum(costs, ZERO) - value) <= Decimal("1e-30") * value


@FEWER
@given(worlds())
def test_no_kept_leg_changes_its_side_and_every_dropped_one_would(world: World) -> None:
    """Costs never turn a wished sale into a buy; such legs are dropped and their money is cash."""
    _, answer = by_calculator(world.request)
    plan = answer.rebalance
    if plan is None:
        return
    for row in answer.request.portfolio.holdings:
        aim = plan.destination.weights[row.asset]
        before = row.value / answer.request.portfolio.value
        trade = aim * plan.value_after - row.value
        if row.asset in plan.dropped:
            assert row.asset not in {order.asset for order in answer.orders}
        elif aim != before:
            assert trade * (aim - before) >= ZERO
