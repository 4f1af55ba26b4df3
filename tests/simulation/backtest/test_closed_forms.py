"""Cases whose outcome is known without a simulation. Source: METHODS 6.7, B2 and B3."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from core.domain.policy import BandRules, Profile
from core.domain.units import Money, Weight
from core.simulation.backtest import ALWAYS, NEVER, TradingCosts, course_of, run_backtest
from tests.simulation.backtest.worlds import (
    FREE_AND_FINE,
    HALVES,
    THREE,
    constant_mix,
    market,
    plain,
)

VALUE = Money(Decimal(1_000_000))


@pytest.mark.parametrize(
    "targets",
    [HALVES, {"BTC": "0.6", "USD": "0.4"}, {"BTC": "0.7", "ETH": "0.3", "USD": "0"}],
    ids=["halves", "coin and cash", "seven to three"],
)
def test_zero_bands_without_costs_are_the_constant_mix(targets: dict[str, str]) -> None:
    """B2: the value multiplies by the weighted mean of the price ratios, day after day."""
    table, policy = market(150), constant_mix(targets)
    course = course_of(table, policy)
    test = run_backtest(course, policy, costs=FREE_AND_FINE, value=VALUE)
    ratios = course.matrix.closes[:, 1:] / course.matrix.closes[:, :-1]
    shares = np.array([float(policy.target_of(asset)) for asset in course.matrix.assets])
    growth = 1.0 - shares.sum() + shares @ ratios
    expected = float(VALUE) * np.concatenate(([1.0], np.cumprod(growth)))
    np.testing.assert_allclose(test.run.values, expected, rtol=1e-10)
    assert len(test.proposals) > 140


def test_a_person_who_never_approves_is_buy_and_hold() -> None:
    """B3: without one approval the run is the portfolio of the first close, to 1e-12."""
    policy = plain(THREE)
    course = course_of(market(300, seed=5), policy)
    test = run_backtest(course, policy, approvals=NEVER, value=VALUE)
    closes = course.matrix.closes
    shares = np.array([[0.5], [0.3]])
    expected = float(VALUE) * (0.2 + (shares * closes / closes[:, :1]).sum(axis=0))
    np.testing.assert_allclose(test.run.values, expected, rtol=1e-12)
    assert test.run.is_proposed.any()
    assert not test.run.costs.any()
    assert test.trades == ()


def test_bands_that_are_never_left_are_buy_and_hold() -> None:
    """B3: a policy that asks nothing is drift, whatever trading costs and whoever would approve."""
    wide = Profile(cap=Weight(Decimal(1)), rel=Weight(Decimal(1)), floor=Weight(Decimal(1)))
    policy = replace(plain(THREE), bands=BandRules(custom=wide, adapt_to_size=False))
    course = course_of(market(120, seed=6, volatility=0.01), policy)
    test = run_backtest(course, policy, approvals=ALWAYS, costs=TradingCosts(), value=VALUE)
    drift = run_backtest(course, policy, approvals=NEVER, value=VALUE)
    np.testing.assert_array_equal(test.run.values, drift.run.values)
    assert test.proposals == ()


def test_the_first_close_is_bought_at_the_targets() -> None:
    """A run opens worth exactly what it was given, on its targets, without any cost."""
    policy = plain(THREE)
    test = run_backtest(course_of(market(30), policy), policy, value=VALUE)
    assert test.run.values[0] == float(VALUE)
    np.testing.assert_allclose(test.run.weights[0], [0.5, 0.3, 0.2], rtol=1e-15)


def test_a_stablecoin_is_priced_and_not_assumed_to_be_one() -> None:
    """A stablecoin among the targets is worth what its bars say, also while it is off its peg."""
    table = market(40, ("BTC", "USDT"), volatility=0.01)
    usdt = table.series[1]
    pegged = replace(
        usdt,
        **{
            name: getattr(usdt, name) / getattr(usdt, name)[0]
            for name in ("opens", "highs", "lows")
        },
        closes=np.where(np.arange(40) == 20, 0.9, 1.0),
    )
    policy = plain({"BTC": "0.5", "USDT": "0.5", "USD": "0"})
    course = course_of(replace(table, series=(table.series[0], pegged)), policy)
    run = run_backtest(course, policy, approvals=NEVER, value=VALUE).run
    held = float(VALUE) / 2
    btc = held * course.matrix.closes[0] / course.matrix.closes[0, 0]
    assert run.values[20] == pytest.approx(btc[20] + 0.9 * held, rel=1e-12)
    assert run.values[21] == pytest.approx(btc[21] + held, rel=1e-12)
