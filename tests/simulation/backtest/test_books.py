"""The books of every day add up. Source: METHODS 6.7, B7 and B5."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from core.domain.market import Side
from core.domain.units import ZERO, Money, Rate
from core.simulation.backtest import (
    NEVER,
    Backtest,
    CashFlow,
    Course,
    TradingCosts,
    course_of,
    random_approvals,
    run_backtest,
)
from core.simulation.bar_table import AssetBars, Floats
from tests.simulation.backtest.worlds import THREE, day, market, plain

VALUE = Money(Decimal(50_000))
TAX = Rate(Decimal("0.25"))
FLOWS = (
    CashFlow(day(40).date(), Money(Decimal(9_000))),
    CashFlow(day(90).date(), Money(Decimal(-2_500))),
    CashFlow(day(90).date(), Money(Decimal("-0.5"))),
)


def eventful(*, seed: int = 1) -> tuple[Course, Backtest]:
    """Return a year and a half with flows, a gap, a coin that ends, refusals and taxes."""
    policy = plain({**THREE, "BTC": "0.4", "LUNA": "0.1"}, confirm=1)
    table = market(
        500, ("BTC", "ETH", "LUNA"), seed=9, without={"ETH": (60, 61)}, ends={"LUNA": 300}
    )
    course = course_of(table, policy)
    days = [course.asked_on(bar) for bar in range(len(course))]
    people = random_approvals(0.8, np.random.default_rng(seed), days)
    test = run_backtest(course, policy, approvals=people, flows=FLOWS, tax_rate=TAX, value=VALUE)
    return course, test


def test_cash_and_coins_are_the_value_every_day() -> None:
    """B7: at every close the value is the cash plus each coin at its close, and so are weights."""
    course, test = eventful()
    for bar in range(len(course)):
        marks = [course.mark(bar, asset) for asset in test.run.assets]
        held = [coins * price for coins, price in zip(test.coins[bar], marks, strict=True)]
        total = sum(held, ZERO) + test.cash[bar]
        assert test.run.values[bar] == float(total)
        shares = [float(part / total) for part in (*held, test.cash[bar])]
        np.testing.assert_allclose(test.run.weights[bar], shares, rtol=1e-15)


def test_every_change_is_a_fill_a_flow_or_an_ending() -> None:
    """B7: cash and coins of each day follow exactly from the fills, flows and coins that ended."""
    course, test = eventful()
    cash: Decimal = test.cash[0]
    coins: list[Decimal] = list(test.coins[0])
    for bar in range(1, len(course)):
        today = course.day(bar)
        cash += sum((row.amount for row in FLOWS if row.day == today), ZERO)
        for fill in (row for row in test.trades if row.day == today):
            place = test.run.assets.index(fill.asset)
            coins[place] += fill.side.sign * fill.quantity
            cash += fill.cash
        for ended in (row for row in test.delistings if row.day == today):
            coins[test.run.assets.index(ended.asset)] -= ended.quantity
            cash += ended.quantity * ended.price
        assert (cash, tuple(coins)) == (test.cash[bar], test.coins[bar])
    assert {row.day for row in FLOWS} <= {course.day(bar) for bar in range(len(course))}
    assert (len(test.trades) > 10, len(test.delistings)) == (True, 1)


def test_costs_are_fees_and_slippage_of_the_fills() -> None:
    """B7: what a fill moved is its middle price, its fee and its slippage, and nothing else."""
    _, test = eventful()
    for fill in test.trades:
        middle = -fill.side.sign * fill.quantity * fill.middle
        assert abs(fill.cash - (middle - fill.fee - fill.slippage)) < Decimal("1e-20")
        assert fill.fee > ZERO
        assert fill.slippage > ZERO
    paid = sum((row.fee + row.slippage for row in test.trades), ZERO)
    assert test.run.costs.sum() == pytest.approx(float(paid), rel=1e-12)
    assert test.run.orders.sum() == len(test.trades)


def test_the_tax_of_a_year_is_the_rate_on_its_net_gain() -> None:
    """B7: gains and losses of a calendar year are netted, and no year has a negative estimate."""
    _, test = eventful()
    gains: dict[int, Decimal] = {}
    booked = [(row.day.year, row.gain) for row in test.trades]
    booked += [(row.day.year, row.gain) for row in test.delistings]
    for year, gain in booked:
        gains[year] = gains.get(year, ZERO) + gain
    expected = sum((TAX * max(gain, ZERO) for gain in gains.values()), ZERO)
    assert test.run.taxes.sum() == pytest.approx(float(expected), abs=1e-6)
    assert any(gain > ZERO for gain in gains.values())


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_an_ending_and_an_order_of_the_same_close_are_both_taxed(seed: int) -> None:
    """B7: a coin is sold out before a close, and what is decided on that close keeps its tax."""
    policy = plain({"BTC": "0.3", "ETH": "0.5", "USD": "0.2"})
    course = course_of(market(200, seed=seed, ends={"ETH": 100}), policy)
    test = run_backtest(course, policy, tax_rate=TAX)
    assert any(test.run.orders[row.bar] for row in test.proposals if row.bar == 100)
    gain = sum((row.gain for row in test.trades), ZERO)
    gain += sum((row.gain for row in test.delistings), ZERO)
    assert test.run.taxes.sum() == pytest.approx(float(TAX * max(gain, ZERO)), abs=1e-6)


def test_a_year_that_ends_in_a_loss_has_no_tax() -> None:
    """B7: a loss takes back what was estimated earlier in its year, and never more than that."""
    policy = plain(THREE, confirm=1)
    table = market(360, seed=9)
    falling = np.exp(-0.006 * np.arange(360))
    fallen = replace(table, series=tuple(_scaled(bars, falling) for bars in table.series))
    test = run_backtest(course_of(fallen, policy), policy, tax_rate=TAX, value=VALUE)
    assert sum((row.gain for row in test.trades), ZERO) < ZERO
    assert test.run.taxes.sum() == pytest.approx(0.0, abs=1e-9)


def _scaled(bars: AssetBars, factor: Floats) -> AssetBars:
    columns = (bars.opens, bars.highs, bars.lows, bars.closes)
    opens, highs, lows, closes = (column * factor for column in columns)
    return AssetBars(bars.asset, bars.starts, opens, highs, lows, closes, bars.volumes)


def test_gains_are_proceeds_less_average_cost() -> None:
    """The gain of each sale equals an independent count of average costs, fees included."""
    course, test = eventful()
    coins: dict[str, Decimal] = dict(zip(test.run.assets, test.coins[0], strict=True))
    paid = {asset: coins[asset] * course.mark(0, asset) for asset in test.run.assets}
    for fill in test.trades:
        if fill.side is Side.BUY:
            coins[fill.asset] += fill.quantity
            paid[fill.asset] -= fill.cash
            assert fill.gain == ZERO
            continue
        average = paid[fill.asset] / coins[fill.asset]
        assert abs(fill.gain - (fill.cash - fill.quantity * average)) < Decimal("1e-18")
        coins[fill.asset] -= fill.quantity
        paid[fill.asset] -= fill.quantity * average


def test_flows_are_no_return() -> None:
    """A deposit changes the value and not the return of its day."""
    policy = plain(THREE)
    course = course_of(market(100, seed=3), policy)
    test = run_backtest(course, policy, approvals=NEVER, flows=FLOWS, value=VALUE)
    run, closes = test.run, course.matrix.closes
    expected = np.zeros(100)
    expected[[40, 90]] = 9_000, -2_500.5
    np.testing.assert_array_equal(run.flows, expected)
    held = np.array([float(coins) for coins in test.coins[0]]) @ closes
    cash = 10_000 + np.cumsum(run.flows)
    np.testing.assert_allclose(run.values, held + cash, rtol=1e-12)
    expected = np.log((held[1:] + cash[1:]) / (held[:-1] + cash[1:]))
    np.testing.assert_allclose(run.log_returns, expected, atol=1e-13)


def test_the_same_seed_gives_the_same_bytes() -> None:
    """B5: two runs with equal inputs are equal in every array, amount and decision."""
    (_, one), (_, other) = eventful(), eventful()
    assert one.decision_ids == other.decision_ids
    assert (one.proposals, one.cash, one.coins) == (other.proposals, other.cash, other.coins)
    for name in ("values", "flows", "weights", "targets", "costs", "taxes", "turnover"):
        assert getattr(one.run, name).tobytes() == getattr(other.run, name).tobytes()


def test_another_seed_is_another_person() -> None:
    """B5: the seed is what the random answers come from."""
    (_, one), (_, other) = eventful(), eventful(seed=2)
    assert [row.fate for row in one.proposals] != [row.fate for row in other.proposals]


def test_market_impact_makes_large_orders_dearer() -> None:
    """With impact a fill is worse than its half-spread, by the law the plan was made with."""
    policy = plain(THREE, confirm=1)
    course = course_of(market(200, seed=4), policy)
    value = Money(Decimal(40_000_000))
    flat = run_backtest(course, policy, value=value)
    deep = run_backtest(course, policy, costs=TradingCosts(impact=True), value=value)
    first, same = flat.trades[0], deep.trades[0]
    assert (first.asset, first.side, first.day) == (same.asset, same.side, same.day)
    assert same.slippage / same.quantity > first.slippage / first.quantity
    assert deep.run.costs.sum() / deep.run.predicted_costs.sum() == pytest.approx(1, abs=0.05)
