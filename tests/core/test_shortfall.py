"""What a leg cost against its decision, and what that teaches (METHODS 5.2; C8)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.market import Side
from core.domain.proposal import Fill, Order, OrderState, ProposalState
from core.domain.shortfall import Shortfall
from core.domain.units import ONE, ZERO, Asset, Money, Price, Quantity, exact
from core.planning.shortfall import (
    Prices,
    far_too_dear,
    measure,
    trading_costs,
    walk_ratio,
)
from tests.dsl import MORNING
from tests.explain.executions import fill_of, order_for, proposal_in
from tests.strategies import decimals

USD, BTC, ETH = Asset("USD"), Asset("BTC"), Asset("ETH")
PROPOSAL = proposal_in(ProposalState.PARTIAL)
"""SELL 0.03195 BTC decided at 110,000; BUY 0.62 ETH decided at 4,200."""
SELL = order_for(PROPOSAL, 1, OrderState.FILLED)
BUY = order_for(PROPOSAL, 2, OrderState.FILLED)


def d(text: str) -> Decimal:
    """Return the amount that ``text`` says."""
    return Decimal(text)


def at(approved: str, ended: str, *, is_fresh: bool = True) -> Prices:
    """Return the middle prices at the re-check and at the end."""
    return Prices(Price(d(approved)), Price(d(ended)), is_fresh)


def legs_of(
    orders: Sequence[Order], fills: Sequence[Fill], prices: Mapping[Asset, Prices]
) -> tuple[Shortfall, ...]:
    """Return the measured legs of the worked example."""
    return measure(PROPOSAL, orders, fills, prices=prices, quote=USD, ended_at=MORNING)


def test_a_buy_by_hand() -> None:
    """0.5 of 0.62 ETH at 4,220 after 4,210 at the re-check: 5.00 delay, 5.00 execution, 8.44 fee.

    The middle ends at 4,250, so the 0.12 that were not bought are 6.00 dearer than decided.
    """
    fill = fill_of(BUY, "0.5", "4220", fee="8.44")
    leg = legs_of([BUY], [fill], {ETH: at("4210", "4250")})[1]
    assert (leg.asset, leg.side, leg.wanted, leg.filled) == (ETH, Side.BUY, d("0.62"), d("0.5"))
    assert (leg.delay, leg.execution, leg.fees) == (d("5"), d("5"), d("8.44"))
    assert leg.unfilled == d("0.12") * 50
    assert (leg.realised, leg.total) == (d("13.44"), d("24.44"))
    trade = PROPOSAL.plan.trades[1]
    expected = exact(lambda: (trade.fee + trade.slippage) * d("0.5") / d("0.62"))
    assert leg.predicted == expected()
    assert leg.is_end_fresh


def test_a_sale_by_hand() -> None:
    """A sale costs where prices fall: 200 less at the re-check, 100 less again at the fill.

    What was not sold has lost 1,000 a coin by the end.
    """
    fills = [
        fill_of(SELL, "0.02", "109700", fee="8.776"),
        fill_of(SELL, "0.01", "109700", fee="4.388"),
    ]
    leg = legs_of([SELL], fills, {BTC: at("109800", "109000", is_fresh=False)})[0]
    assert (leg.delay, leg.execution, leg.fees) == (d("6"), d("3"), d("13.164"))
    assert leg.unfilled == d("0.00195") * 1000
    assert leg.paid == 3291
    assert not leg.is_end_fresh


def test_better_prices_are_negative_costs() -> None:
    """A sale after a rise, filled above the middle, has a negative delay and execution."""
    fill = fill_of(SELL, "0.03195", "110300", fee="14")
    leg = legs_of([SELL], [fill], {BTC: at("110200", "110200")})[0]
    assert leg.delay == d("0.03195") * -200
    assert leg.execution == d("0.03195") * -100
    assert leg.unfilled == 0


def test_a_leg_that_never_traded_has_only_its_missed_price() -> None:
    """Nothing was filled: no delay, no cost, no ratio, and what prices did since the decision."""
    leg = legs_of([], [], {BTC: at("110500", "111000")})[0]
    assert (leg.filled, leg.delay, leg.execution, leg.fees, leg.predicted) == (ZERO,) * 5
    assert leg.unfilled == d("0.03195") * -1000
    assert leg.ratio is None
    assert legs_of([], [], {})[0].total == 0


def test_the_first_attempt_says_how_much_was_wanted() -> None:
    """A leg made smaller by the re-check left nothing open when it is filled by two attempts."""
    first = order_for(PROPOSAL, 2, OrderState.PARTLY_FILLED, quantity="0.6")
    second = order_for(PROPOSAL, 2, OrderState.FILLED, attempt=2, quantity="0.2")
    fills = [fill_of(first, "0.4", "4200", fee="7"), fill_of(second, "0.2", "4200", fee="3")]
    leg = legs_of([second, first], fills, {ETH: at("4200", "5000")})[1]
    assert (leg.wanted, leg.filled, leg.unfilled, leg.fees) == (d("0.6"), d("0.6"), ZERO, d("10"))


def test_fees_in_the_coin_have_its_price_and_in_a_third_one_none() -> None:
    """0.001 ETH of a buy at 4,200 is 4.20; a fee in BNB leaves the cost of the leg unknown."""
    in_coin = fill_of(BUY, "0.62", "4200", fee="0.001", fee_asset="ETH")
    assert legs_of([BUY], [in_coin], {})[1].fees == d("4.2")
    in_token = fill_of(BUY, "0.62", "4210", fee="0.02", fee_asset="BNB")
    leg = legs_of([BUY], [in_token], {})[1]
    assert (leg.fees, leg.realised, leg.total, leg.ratio) == (None, None, None, None)
    assert leg.execution == d("6.2")
    free = fill_of(BUY, "0.62", "4210", fee="0", fee_asset="BNB")
    assert legs_of([BUY], [free], {})[1].fees == 0


@given(
    st.sampled_from([SELL, BUY]),
    st.lists(st.tuples(decimals("0.0001", "0.01", 5), decimals("1", "9999", 2)), max_size=4),
    st.tuples(decimals("1", "9999", 2), decimals("1", "9999", 2)),
    decimals("0", "30", 2),
)
@exact
def test_c8_the_parts_sum_to_the_total(
    order: Order,
    trades: list[tuple[Decimal, Decimal]],
    prices: tuple[Decimal, Decimal],
    fee: Decimal,
) -> None:
    """Delay, execution, fees and unfilled make the gap between the paper plan and the account."""
    rows = [
        replace(
            fill_of(order, "1", "1", fee="0"),
            fill_id=str(number),
            quantity=Quantity(size),
            price=Price(price),
            fee=Money(fee),
        )
        for number, (size, price) in enumerate(trades)
    ]
    approved, ended = (Price(price) for price in prices)
    known = {order.asset: Prices(approved, ended, is_end_fresh=True)}
    leg = legs_of([order], rows, known)[order.leg - 1]
    decided, sign = leg.decided_price, order.side.sign
    on_paper = sign * order.quantity * (ended - decided)
    coins = sum((size for size, _ in trades), ZERO)
    spent = sum((size * price for size, price in trades), ZERO)
    really = sign * (coins * ended - spent) - fee * len(trades)
    if coins <= order.quantity:
        assert leg.total == on_paper - really


def costing(ratio: str | None, number: int = 0, *, predicted: str = "10") -> Shortfall:
    """Return a traded leg that cost ``ratio`` times what was expected, None for an unknown fee."""
    (leg, _) = legs_of([SELL], [fill_of(SELL, "0.03", "110000", fee="1")], {})
    fees = None if ratio is None else Money(d(ratio) * d(predicted))
    return replace(leg, leg=number, predicted=Money(d(predicted)), fees=fees)


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ((), "1"),
        (("9", "9"), "1"),
        (("2", "2", "2"), "2"),
        (("1.5", "1.5", "1.5"), "1"),
        (("1.5001", "1.5001", "1.5001"), "1.5001"),
        (("0.5", "1.6", "9"), "1.6"),
        (("1.4", "1.5", "1.7", "3"), "1.6"),
        (("5", "5", "5"), "4"),
        (("-1", "0.2", "3"), "1"),
        (("2",) * 10 + ("1",) * 90, "2"),
        (("1",) * 10 + ("9",) * 90, "1"),
        ((None, "2", None, "2", None, "2"), "2"),
        ((None, "2", "2"), "1"),
    ],
)
def test_the_walk_is_raised_by_the_median_of_the_last_ten(
    ratios: tuple[str | None, ...], expected: str
) -> None:
    """Above 1.5 the median of the newest ten counts, at most 4; fewer than three say nothing."""
    assert walk_ratio([costing(ratio) for ratio in ratios]) == d(expected)


@given(st.lists(decimals("-3", "12", 3), max_size=14))
def test_the_factor_never_makes_a_walk_smaller(ratios: list[Decimal]) -> None:
    """Whatever was measured, the factor lies between 1 and 4."""
    factor = walk_ratio([costing(str(ratio)) for ratio in ratios])
    assert factor == ONE or d("1.5") < factor <= 4


def test_a_leg_without_an_expected_cost_has_no_ratio() -> None:
    """Where nothing was expected, no factor can be told."""
    assert costing("1", predicted="0").ratio is None


def test_legs_that_cost_more_than_three_times() -> None:
    """Exactly three times is not yet far too dear; an unknown cost is not counted."""
    legs = [costing(ratio) for ratio in ("3", "3.0001", None, "-5", "40")]
    assert far_too_dear(legs) == 2


def test_trading_costs_add_up() -> None:
    """Execution and fees of all legs; a fee without a price does not hide the rest."""
    dear = replace(costing(None), execution=Money(d("3")))
    assert trading_costs([costing("2"), dear]) == 23
    assert trading_costs([]) == 0
