"""Bad input is refused with one clear message."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from core.domain.errors import InputInvalid
from core.domain.units import Asset, Money, Quantity, Rate
from core.simulation.kernel import KernelSeries, kernel_rules, regime_codes, run_kernel
from core.simulation.kernel.series import DailyCloses
from core.simulation.trading_costs import TradingCosts
from tests.simulation.kernel.made import COSTS, made_matrix, made_policy

DAY = 86_400


@pytest.mark.parametrize("price", [np.nan, 0.0, -3.0, np.inf])
@pytest.mark.parametrize("what", ["closes", "fills"])
def test_a_price_that_is_none_is_refused(price: float, what: str) -> None:
    """NaN, zero, negative and endless prices are named with coin and time; no fill is a gap."""
    matrix = made_matrix(50, 2, step=DAY)
    prices = getattr(matrix, what).copy()
    prices[1, 7] = price
    bad = replace(matrix, **{what: prices})
    rules = kernel_rules(made_policy(2), matrix.assets, COSTS)
    if what == "fills" and np.isnan(price):
        run_kernel(bad, KernelSeries(), rules)
        return
    with pytest.raises(InputInvalid, match=r"of C01 in made is .* at 2016-07-25 00:00"):
        run_kernel(bad, KernelSeries(), rules)


def test_less_than_a_day_is_a_run() -> None:
    """A few hours, none of which ends a day, run like any others; there is no history yet."""
    matrix = made_matrix(5, 2)
    rules = kernel_rules(made_policy(2), matrix.assets, COSTS)
    run = run_kernel(matrix, KernelSeries(), rules)
    assert run.final_value > 0
    assert not len(run.proposals.bars)


def test_a_hole_in_the_calendar_is_refused() -> None:
    """Bars that do not follow each other are named, so that time is never counted wrongly."""
    matrix = made_matrix(50, 2)
    starts = matrix.starts.copy()
    starts[20:] += 7_200
    rules = kernel_rules(made_policy(2), matrix.assets, COSTS)
    with pytest.raises(InputInvalid, match="without a hole"):
        run_kernel(replace(matrix, starts=starts), KernelSeries(), rules)


def test_series_that_do_not_fit_are_refused_together() -> None:
    """Every series of a wrong shape and every number that is none is named at once."""
    matrix = made_matrix(50, 2)
    rules = kernel_rules(made_policy(2), matrix.assets, COSTS)
    series = KernelSeries(paused=np.zeros(49, np.bool_), flows=np.full(50, np.nan), value=-1.0)
    with pytest.raises(InputInvalid) as refused:
        run_kernel(matrix, series, rules)
    assert len(refused.value.problems) == 3


def test_numbers_in_place_of_yes_and_no_are_refused() -> None:
    """A column of another kind would be other numbers to compiled code, so it is named first."""
    matrix = made_matrix(50, 2)
    rules = kernel_rules(made_policy(2), matrix.assets, COSTS)
    series = KernelSeries(
        believable=np.ones(50, np.int64),
        guarded=np.zeros(50, np.int64),
        targets=np.ones((50, 3), np.bool_),
        daily=DailyCloses(17_000, np.ones(2)),
    )
    with pytest.raises(InputInvalid) as refused:
        run_kernel(matrix, series, rules)
    told = " ".join(refused.value.problems)
    for words in (
        "believable holds int64; yes and no", "guarded holds int64; yes and no",
        "targets holds bool; numbers", "the daily closes have the shape (2,)",
    ):  # fmt: skip
        assert words in told
    with pytest.raises(ValueError, match="prices of the type int64"):
        replace(matrix, closes=np.ones((2, 50), np.int64))


def test_a_withdrawal_of_more_than_there_is_is_refused() -> None:
    """Money that is not there cannot leave; the close before it is named."""
    matrix = made_matrix(50, 2, step=DAY)
    flows = np.zeros(50)
    flows[10] = -9_000.0
    rules = kernel_rules(made_policy(2), matrix.assets, COSTS)
    with pytest.raises(InputInvalid, match="withdrawal after the close of 2016-07-28"):
        run_kernel(matrix, KernelSeries(flows=flows), rules)


def test_rules_of_other_coins_are_refused() -> None:
    """A policy is never run on the prices of other coins."""
    matrix = made_matrix(50, 2)
    with pytest.raises(InputInvalid, match="the same coins in the same order"):
        kernel_rules(made_policy(3), matrix.assets, COSTS)
    rules = kernel_rules(made_policy(3), made_matrix(9, 3).assets, COSTS)
    with pytest.raises(InputInvalid, match="make the rules for these coins"):
        run_kernel(matrix, KernelSeries(), rules)


def test_what_the_kernel_does_not_carry_is_refused() -> None:
    """Impact, cold coins, a trading capital and too wide a spread are named, all at once."""
    policy = replace(
        made_policy(2),
        cold=((Asset("C00"), Quantity(Decimal(1))),),
        trading_capital=Money(Decimal(500)),
    )
    with pytest.raises(InputInvalid) as refused:
        kernel_rules(
            policy,
            policy.risk_assets,
            TradingCosts(half_spread=Rate(COSTS.fee * 10), impact=True),
            delay=-1,
        )
    assert len(refused.value.problems) == 6


def test_an_unknown_regime_is_refused() -> None:
    """A label that is none is named; an empty one is unknown."""
    assert regime_codes(["up", "", "unknown"]).tolist() == [0, 4, 4]
    with pytest.raises(InputInvalid, match="sideways"):
        regime_codes(["up", "sideways"])
