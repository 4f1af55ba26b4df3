"""Tracking, trading and watching, counted by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from core.domain.units import Asset
from core.simulation.bar_table import DAY, Floats
from core.simulation.matrix import PriceMatrix
from core.simulation.metrics import measure
from core.simulation.runs import SimulatedRun
from tests.simulation.metrics.runs import DAILY, FIRST, HOURLY, run_of, walk

FOUR_YEARS = 1_461


def _matrix(closes: Floats) -> PriceMatrix:
    bars = closes.shape[1]
    return PriceMatrix(
        "made up",
        tuple(Asset(name) for name in ("BTC", "ETH")[: len(closes)]),
        DAILY,
        int(FIRST.timestamp()) + np.arange(bars, dtype=np.int64) * DAY,
        closes=closes,
        fills=np.full(closes.shape, np.nan),
        has_bar=np.ones(closes.shape, dtype=np.bool_),
        delisted_after=(-1,) * len(closes),
    )


def _two_coins(bars: int, seed: int) -> tuple[SimulatedRun, Floats]:
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet((5, 3, 2), bars)
    targets = np.tile([0.5, 0.3, 0.2], (bars, 1))
    run = run_of(
        walk(bars, seed),
        assets=(Asset("BTC"), Asset("ETH")),
        weights=weights,
        targets=targets,
        is_inside=rng.random(bars) < 0.7,
    )
    return run, np.stack([walk(bars, seed + 1), walk(bars, seed + 2)])


def test_distances_are_what_would_have_to_be_traded() -> None:
    """Half the absolute deviations, their mean and 95th percentile, and the share inside."""
    run, _ = _two_coins(200, 1)
    found = measure(run).tracking
    away = pd.DataFrame(run.weights - run.targets).abs().sum(axis=1) / 2
    assert found.distance_mean == pytest.approx(away.mean())
    assert found.distance_p95 == pytest.approx(away.quantile(0.95))
    assert found.inside_share == pytest.approx(run.is_inside.mean())
    assert (found.error_mean, found.error_p95) == (None, None)


def test_tracking_error_is_the_benefit_tests() -> None:
    """With prices it is sqrt(d' C d), C four fifths covariance and one fifth variances, a year."""
    run, closes = _two_coins(300, 4)
    found = measure(run, prices=_matrix(closes)).tracking
    sample = pd.DataFrame(np.log(closes.T)).diff().dropna().cov().to_numpy()
    yearly = (0.8 * sample + 0.2 * np.diag(np.diag(sample))) * 365
    errors = [math.sqrt(float(d @ yearly @ d)) for d in (run.weights - run.targets)[:, :2]]
    assert found.error_mean == pytest.approx(np.mean(errors))
    assert found.error_p95 == pytest.approx(np.quantile(errors, 0.95))


def test_tracking_error_of_one_coin_and_of_two_days() -> None:
    """One coin needs no covariance with others; two days have none at all: None, no warning."""
    run = run_of(walk(50, 1), weights=np.tile([0.6, 0.4], (50, 1)))
    prices = walk(50, 2)
    spread = float(np.std(np.diff(np.log(prices)), ddof=1))
    found = measure(run, prices=_matrix(prices[None, :])).tracking
    assert found.error_mean == pytest.approx(0.1 * spread * math.sqrt(365))
    short = run_of([1.0, 2.0])
    assert measure(short, prices=_matrix(np.ones((1, 2)))).tracking.error_mean is None


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        (_matrix(np.ones((2, 50))), "other coins or bars"),
        (_matrix(np.ones((1, 49))), "other coins or bars"),
        (_matrix(np.full((1, 50), np.nan)), "no price above 0"),
        (_matrix(np.zeros((1, 50))), "no price above 0"),
    ],
)
def test_strange_prices_are_refused(prices: PriceMatrix, said: str) -> None:
    """Prices of other coins or bars, or that are none, are named."""
    with pytest.raises(ValueError, match=said):
        measure(run_of(walk(50, 1)), prices=prices)


def _traded() -> SimulatedRun:
    """Return four years with four questions, three of them carried out."""
    marks = {10: 2, 14: 1, 30: 0, 400: 3}
    orders, asked = np.zeros(FOUR_YEARS, np.int64), np.zeros(FOUR_YEARS, np.bool_)
    for bar, count in marks.items():
        orders[bar], asked[bar] = count, True
    paid = np.where(orders > 0, 5.0, 0.0)
    return run_of(
        np.where(np.arange(FOUR_YEARS) < 400, 2_000.0, 4_000.0),
        is_proposed=asked,
        orders=orders,
        turnover=np.where(orders > 0, 0.1, 0.0),
        costs=paid,
        predicted_costs=paid * 0.8,
        taxes=np.where(np.arange(FOUR_YEARS) == 400, 8.0, 0.0),
    )


def test_trading_is_counted() -> None:
    """Questions, orders, turnover, costs and taxes are sums, a year and in basis points."""
    found = measure(_traded()).trading
    years = 1_460 / 365.25
    assert (found.proposals, found.orders) == (4, 6)
    assert found.proposals_a_year == pytest.approx(4 / years)
    assert found.orders_a_year == pytest.approx(6 / years)
    assert found.median_days_between == 16.0
    assert found.turnover == pytest.approx(0.3)
    assert found.turnover_a_year == pytest.approx(0.3 / years)
    assert found.cost == pytest.approx(15.0)
    assert found.cost_bps == pytest.approx(62.5)
    assert found.cost_bps_a_year == pytest.approx(62.5 / years)
    assert found.cost_bps_of_turnover == pytest.approx(62.5 / 0.3)
    assert found.tax == 8.0
    assert found.tax_bps == pytest.approx(20.0)
    assert found.tax_bps_a_year == pytest.approx(20 / years)
    assert found.realised_over_predicted == pytest.approx(1.25)


def test_whoever_never_trades_has_no_ratios() -> None:
    """Without a trade there is no cost per turnover, nothing realised, no days between: None."""
    found = measure(run_of(walk(50, 1))).trading
    assert (found.proposals, found.orders, found.turnover, found.cost) == (0, 0, 0.0, 0.0)
    assert found.cost_bps_of_turnover is None
    assert found.realised_over_predicted is None
    assert found.median_days_between is None


def test_days_between_hours_are_parts_of_days() -> None:
    """With hourly bars two questions twelve hours apart are half a day apart."""
    asked = np.zeros(48, dtype=np.bool_)
    asked[[4, 16]] = True
    run = run_of(np.ones(48), interval=HOURLY, is_proposed=asked)
    assert measure(run).trading.median_days_between == 0.5


def test_pauses_and_labels_are_counted() -> None:
    """Entries into PAUSED, shares of days, changes of label and shares of labels."""
    phases = ["PAUSED", "NORMAL", "PAUSED", "PAUSED", "GUARDED", "PAUSED", "NORMAL", "NORMAL"]
    regimes = ["up", "up", "down", "down", "up", "ranging", "ranging", "ranging"]
    found = measure(run_of(np.ones(8), phases=tuple(phases), regimes=tuple(regimes))).watching
    assert (found.pauses, found.pauses_a_year) == (3, None)
    assert (found.paused_share, found.guarded_share) == (0.5, 0.125)
    assert (found.regime_flips, found.regime_flips_a_year) == (3, None)
    assert found.regime_shares == (("down", 0.25), ("ranging", 0.375), ("up", 0.375))


def test_pauses_within_a_day_count_once_each() -> None:
    """With hourly bars a pause inside a day is a pause; a day is paused if it ends so."""
    phases = ["NORMAL"] * 48
    phases[3:5] = ["PAUSED"] * 2
    phases[40:] = ["PAUSED"] * 8
    found = measure(run_of(np.ones(48), interval=HOURLY, phases=tuple(phases))).watching
    assert (found.pauses, found.paused_share) == (2, 0.5)
    assert found.regime_shares is None


def test_an_unwatched_market_has_no_labels() -> None:
    """Where nothing was watched, nothing is told: None, not zero."""
    found = measure(run_of(np.ones(5))).watching
    assert (found.pauses, found.paused_share, found.regime_flips) == (None, None, None)


def test_rates_a_year_of_four_years() -> None:
    """Pauses and changes of label a year are their counts over the years."""
    phases = ("NORMAL", "PAUSED") * (FOUR_YEARS // 2) + ("NORMAL",)
    found = measure(run_of(np.ones(FOUR_YEARS), phases=phases, regimes=phases)).watching
    years = 1_460 / 365.25
    assert found.pauses_a_year == pytest.approx(730 / years)
    assert found.regime_flips_a_year == pytest.approx(1_460 / years)
