"""Drift, hold and the calendar, against a few lines of plain arithmetic."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.errors import InputInvalid
from core.domain.policy import Policy
from core.domain.units import Asset, Money, Rate
from core.simulation.comparisons import Calendar, Terms, calendar, drift, fixed_bands, hold
from core.simulation.matrix import PriceMatrix
from core.simulation.trading_costs import TradingCosts
from tests.simulation.comparisons.markets import COSTLY, Roughness, day_of, market_of, policy_of

THREE = {"A": "50", "B": "20", "C": "10"}
BTC = Asset("B")


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), gaps=st.sampled_from([0.0, 0.05]))
def test_b3_drift_is_buy_and_hold(seed: int, gaps: float) -> None:
    """B3: drift is the targets of the first close, grown by each coin's price, to 1e-12."""
    matrix = market_of("ABC", 400, seed, rough=Roughness(gaps))
    run = drift(Terms(matrix, policy_of(THREE), COSTLY, value=Money(Decimal(12_345))))
    parts = np.array([0.5, 0.2, 0.1])[:, None] * matrix.closes / matrix.closes[:, :1]
    assert run.values == pytest.approx(12_345 * (parts.sum(axis=0) + 0.2), rel=1e-12)
    assert not run.orders.any()
    assert not run.is_proposed.any()
    assert run.costs.sum() == 0.0
    assert run.weights[0].tolist() == pytest.approx([0.5, 0.2, 0.1, 0.2])
    assert run.weights.sum(axis=1) == pytest.approx(np.ones(400))


def test_hold_is_the_coins_own_price() -> None:
    """Holding one coin grows as its price, needs no target of it, and is on target always."""
    matrix = market_of("ABC", 100, 1)
    run = hold(Terms(matrix, policy_of({"A": "60"}), COSTLY), asset=BTC)
    assert run.values == pytest.approx(10_000 * matrix.closes[1] / matrix.closes[1, 0], rel=1e-12)
    assert (run.name, run.assets) == ("B hold", (BTC,))
    assert run.is_inside.all()
    assert run.targets.tolist() == [[1.0, 0.0]] * 100


def _by_hand(matrix: PriceMatrix, policy: Policy, months: int) -> tuple[list[float], list[int]]:
    """Return values and trading bars of a calendar policy at free costs, in plain Python."""
    names = policy.risk_assets
    targets = [float(policy.target_of(name)) for name in names]
    coins = [10_000 * t / float(matrix.closes[i, 0]) for i, t in enumerate(targets)]
    cash = 10_000 * (1 - sum(targets))
    values, traded, is_due = [], [], False
    for bar in range(len(matrix)):
        closes = [float(price) for price in matrix.closes[:, bar]]
        total = cash + sum(q * p for q, p in zip(coins, closes, strict=True))
        values.append(total)
        now, then = day_of(bar), day_of(bar + 1)
        starts = then.month != now.month and (then.month - 1) % months == 0
        is_due = is_due or starts
        able = matrix.has_bar[:, bar].all() and np.isfinite(matrix.fills[:, bar]).all()
        if not (is_due and able):
            continue
        is_due = False
        traded.append(bar)
        wanted = [total * t / p for t, p in zip(targets, closes, strict=True)]
        cash -= sum(
            (new - old) * float(matrix.fills[i, bar])
            for i, (new, old) in enumerate(zip(wanted, coins, strict=True))
        )
        coins = wanted
    return values, traded


@pytest.mark.parametrize(("every", "months"), [(Calendar.MONTHLY, 1), (Calendar.QUARTERLY, 3)])
@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_the_calendar_is_kept(every: Calendar, months: int, gaps: float) -> None:
    """It decides on the last close of a month or quarter, or, after a gap, as soon as it can."""
    matrix = market_of("ABC", 800, 3, rough=Roughness(gaps))
    # So much cash that no buy is ever cut.
    policy = policy_of({"A": "20", "B": "20", "C": "10"})
    run = calendar(Terms(matrix, policy, _free()), every)
    values, traded = _by_hand(matrix, policy, months)
    assert np.flatnonzero(run.orders).tolist() == traded
    assert run.values == pytest.approx(values, rel=1e-10)
    assert run.name == f"to-target {every}"


def _free() -> TradingCosts:
    return TradingCosts(Rate(Decimal(0)), Rate(Decimal(0)), ())


def test_hours_know_the_month_too() -> None:
    """With hourly bars the decision is on the close at midnight, and only there."""
    matrix = market_of("AB", 24 * 70, 2, interval=timedelta(hours=1))
    run = calendar(Terms(matrix, policy_of({"A": "50", "B": "30"}), COSTLY), Calendar.MONTHLY)
    assert np.flatnonzero(run.orders).tolist() == [24 * 31 - 1, 24 * 59 - 1]


def test_money_goes_only_into_costs() -> None:
    """Filled at the close, what a trade takes from the portfolio is what it is booked to cost."""
    matrix = market_of("ABC", 400, 5, at_close=True)
    run = calendar(Terms(matrix, policy_of(THREE), COSTLY), Calendar.MONTHLY)
    bars = np.flatnonzero(run.orders)
    moves = matrix.closes[:, bars + 1] / matrix.closes[:, bars]
    left = run.values[bars] - run.costs[bars]
    ends = left * (np.array([0.5, 0.2, 0.1]) @ moves + 0.2)
    assert run.values[bars + 1] == pytest.approx(ends, rel=1e-12)
    assert (run.costs[bars] > 0).all()


def test_a_coin_that_ends_brings_half_of_its_last_close() -> None:
    """After its last bar a coin is sold at half price; the cash stays, the other coins go on."""
    matrix = market_of("AB", 50, 7, rough=Roughness(ends=((1, 20),)))
    run = drift(Terms(matrix, policy_of({"A": "50", "B": "40"}), COSTLY))
    grown = matrix.closes / matrix.closes[:, :1]
    before = 10_000 * (0.5 * grown[0] + 0.4 * grown[1] + 0.1)
    after = 10_000 * (0.5 * grown[0] + 0.2 * grown[1, 20] + 0.1)
    assert run.values[:21] == pytest.approx(before[:21], rel=1e-12)
    assert run.values[21:] == pytest.approx(after[21:], rel=1e-12)
    assert (run.weights[21:, 1] == 0).all()


def test_a_calendar_goes_on_without_a_coin_that_ended() -> None:
    """The target of a coin that ended stays cash; the others go on to theirs."""
    matrix = market_of("AB", 200, 7, at_close=True, rough=Roughness(ends=((1, 20),)))
    run = calendar(Terms(matrix, policy_of({"A": "50", "B": "40"}), _free()), Calendar.MONTHLY)
    bars = np.flatnonzero(run.orders)
    assert bars.tolist() == [30, 58, 89, 119, 150, 180]
    moves = matrix.closes[0, bars + 1] / matrix.closes[0, bars]
    assert run.values[bars + 1] == pytest.approx(run.values[bars] * (0.5 * moves + 0.5), rel=1e-12)


def test_more_prices_than_targets() -> None:
    """Coins of the matrix that the policy does not have change nothing."""
    policy = policy_of({"A": "50", "B": "30"})
    both = market_of("AB", 120, 2)
    more = market_of("ABC", 120, 2)
    wider = replace(
        more,
        closes=np.vstack((both.closes, more.closes[2])),
        fills=np.vstack((both.fills, more.fills[2])),
    )
    runs = [fixed_bands(Terms(matrix, policy, COSTLY)) for matrix in (both, wider)]
    assert runs[0].values.tolist() == runs[1].values.tolist()
    assert runs[0].assets == runs[1].assets


@pytest.mark.parametrize("bars", [1, 2])
def test_one_bar_is_enough(bars: int) -> None:
    """A market of a day or two gives a record and no trade beyond its end."""
    matrix = market_of("AB", bars, 2)
    for run in (
        drift(Terms(matrix, policy_of({"A": "50"}))),
        calendar(Terms(matrix, policy_of({"A": "50"})), Calendar.MONTHLY),
        fixed_bands(Terms(matrix, policy_of({"A": "50"}))),
    ):
        assert len(run) == bars
        assert run.values[0] == pytest.approx(10_000)
        assert not run.orders.any()


def test_what_does_not_fit_is_refused() -> None:
    """Missing coins, market impact, broken prices and empty portfolios are named, with the mend."""
    matrix, policy = market_of("AB", 10, 1), policy_of({"A": "50", "C": "20"})
    with pytest.raises(InputInvalid, match="lack C; they hold A, B"):
        drift(Terms(matrix, policy))
    fine = policy_of({"A": "50"})
    with pytest.raises(InputInvalid, match="switch market impact off"):
        drift(Terms(matrix, fine, TradingCosts(impact=True)))
    with pytest.raises(InputInvalid, match="starts with 0"):
        drift(Terms(matrix, fine, value=Money(Decimal(0))))
    broken = matrix.closes.copy()
    broken[0, 0] = np.nan
    with pytest.raises(InputInvalid, match="missing or not above 0"):
        drift(Terms(replace(matrix, closes=broken), fine))
    nothing = market_of("AB", 0, 1)
    with pytest.raises(InputInvalid, match="hold no bar"):
        drift(Terms(nothing, fine))
