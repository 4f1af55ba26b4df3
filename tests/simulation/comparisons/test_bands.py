"""Fixed bands against the planner's own arithmetic in exact numbers."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.domain.policy import BandMode, BandRules, Policy, Profile, ProfileName
from core.domain.units import Rate, Weight
from core.simulation.bar_table import Floats
from core.simulation.comparisons import Terms, fixed_bands, to_target_bands
from core.simulation.runs import SimulatedRun
from core.simulation.trading_costs import FREE, TradingCosts
from tests.simulation.comparisons.exact import ExactBands, ExactRun
from tests.simulation.comparisons.markets import COSTLY, Roughness, day_of, market_of, policy_of

TAX = Rate(Decimal("0.25"))
FOUR = {"A": "40", "B": "25", "C": "15", "D": "5"}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw two to five coins, with or without cash, and any profile, mode and destination."""
    coins = "ABCDE"[: draw(st.integers(1, 5))]
    parts = [draw(st.integers(1, 20)) for _ in coins]
    cash = draw(st.integers(0, 10)) if len(coins) > 1 else draw(st.integers(1, 10))
    total = sum(parts) + cash
    shares = {
        c: str(Decimal(10_000 * part // total) / 100) for c, part in zip(coins, parts, strict=True)
    }
    bands = BandRules(
        profile=draw(st.sampled_from(ProfileName)),
        mode=draw(st.sampled_from(BandMode)),
        delta=Weight(Decimal(draw(st.integers(0, 9))) / 10),
    )
    return policy_of(shares, bands)


@st.composite
def rough_markets(draw: st.DrawFn, bars: int, coins: int) -> Roughness:
    """Draw gaps, and perhaps the end of a coin."""
    ends = st.lists(
        st.tuples(st.integers(0, coins - 1), st.integers(0, bars - 2)),
        max_size=1,
    )
    gaps = draw(st.sampled_from([0.0, 0.0, 0.02, 0.1]))
    return Roughness(gaps, tuple(draw(ends)) if coins > 1 else ())


def _agrees(run: SimulatedRun, exact: ExactRun) -> None:
    """Check that two records tell the same story."""
    assert np.flatnonzero(run.is_proposed).tolist() == exact.asked
    assert {int(b): int(run.orders[b]) for b in np.flatnonzero(run.orders)} == exact.orders
    assert run.values == pytest.approx([float(value) for value in exact.values], rel=1e-9)
    assert run.costs.sum() == pytest.approx(float(exact.costs), rel=1e-9, abs=1e-9)


@settings(max_examples=60)
@given(policy=policies(), seed=st.integers(0, 10_000), whole=st.booleans(), data=st.data())
def test_they_are_the_planners_bands(
    policy: Policy, seed: int, whole: bool, data: st.DataObject
) -> None:
    """Same decisions on the same days and values within 1e-9, with gaps, ends, fees and opens."""
    coins = len(policy.risk_assets)
    rough = data.draw(rough_markets(80, coins))
    matrix = market_of("ABCDE"[:coins], 80, seed, rough=rough)
    costs = data.draw(st.sampled_from([FREE, COSTLY]))
    exact = ExactBands(matrix, policy, costs).live(whole=whole)
    assume(exact.edge_nearness > Decimal("1e-9"))
    rule = to_target_bands if whole else fixed_bands
    _agrees(rule(Terms(matrix, policy, costs)), exact)


@pytest.mark.parametrize("whole", [False, True])
def test_a_long_run_with_everything_in_it(whole: bool) -> None:
    """Three years of four coins with gaps, an end, costs and taxes are the planner's."""
    matrix = market_of("ABCD", 1_100, 8, rough=Roughness(0.01, ((2, 700),)))
    policy = policy_of(FOUR)
    exact = ExactBands(matrix, policy, COSTLY).live(whole=whole)
    rule = to_target_bands if whole else fixed_bands
    run = rule(Terms(matrix, policy, COSTLY, tax_rate=TAX))
    _agrees(run, exact)
    assert len(exact.asked) > 50
    assert run.taxes.sum() == pytest.approx(_tax_by_year(exact), rel=1e-9)


def _tax_by_year(exact: ExactRun) -> float:
    """Return the tax of every calendar year on its net gain."""
    years: dict[int, Decimal] = {}
    for bar, gain in exact.gains:
        years[day_of(bar).year] = years.get(day_of(bar).year, Decimal(0)) + gain
    return float(sum(max(gain, Decimal(0)) for gain in years.values()) * TAX)


NO_BAND = Weight(Decimal("1e-15"))
ZERO_BAND = BandRules(custom=Profile(NO_BAND, NO_BAND, NO_BAND), delta=Weight(Decimal(0)))


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), share=st.integers(5, 95), with_cash=st.booleans())
def test_b2_no_band_and_no_cost_is_constant_mix(seed: int, share: int, with_cash: bool) -> None:
    """B2: with two assets the value is the product of the weighted daily moves, in closed form."""
    first = {"A": str(share)}
    policy = policy_of(first if with_cash else {**first, "B": str(100 - share)}, ZERO_BAND)
    coins = len(policy.risk_assets)
    matrix = market_of("AB"[:coins], 250, seed, at_close=True)
    weights = np.array([share / 100, 1 - share / 100])
    moves = np.ones((2, 249))
    moves[:coins] = matrix.closes[:, 1:] / matrix.closes[:, :-1]
    mixed = 10_000 * np.concatenate(([1.0], np.cumprod(weights @ moves)))
    for rule in (fixed_bands, to_target_bands):
        run = rule(Terms(matrix, policy, FREE))
        assert run.values == pytest.approx(mixed, rel=1e-12)
        assert run.costs.sum() == run.taxes.sum() == 0.0


def test_weights_are_right_after_fees() -> None:
    """Filled at the close it decided on, a portfolio stands exactly on target after its costs."""
    matrix = market_of("ABC", 300, 4, at_close=True)
    policy = policy_of({"A": "50", "B": "20", "C": "10"})
    run = to_target_bands(Terms(matrix, policy, COSTLY))
    bars = np.flatnonzero(run.orders)
    assert len(bars) > 5
    for bar in bars:
        moves = np.append(matrix.closes[:, bar + 1] / matrix.closes[:, bar], 1.0)
        spent = run.values[bar] - run.costs[bar]
        assert run.values[bar + 1] == pytest.approx(
            spent * float(run.targets[bar] @ moves), rel=1e-12
        )


def test_nothing_trades_inside_the_bands() -> None:
    """Whoever is inside at every close is never asked; every question has somebody outside."""
    matrix = market_of("AB", 400, 6)
    policy = policy_of({"A": "50", "B": "30"})
    run = fixed_bands(Terms(matrix, policy, COSTLY))
    assert run.is_proposed.any()
    assert (run.is_proposed == ~run.is_inside).all()
    wide = replace(policy, bands=BandRules(custom=Profile(*[Weight(Decimal(1))] * 3)))
    assert not fixed_bands(Terms(matrix, wide, COSTLY)).orders.sum()


def test_a_missing_next_bar_leaves_the_question_unanswered() -> None:
    """When a coin of the plan has no next bar, the plan is asked and not carried out."""
    matrix = market_of("AB", 60, 3)
    policy = policy_of({"A": "50", "B": "30"})
    bar = int(np.flatnonzero(fixed_bands(Terms(matrix, policy)).orders)[0])
    fills = matrix.fills.copy()
    fills[:, bar] = np.nan
    run = fixed_bands(Terms(replace(matrix, fills=fills), policy))
    assert run.is_proposed[bar]
    assert run.orders[bar] == run.costs[bar] == run.turnover[bar] == 0
    assert run.values[bar + 1] == pytest.approx(
        run.values[bar] * float(run.weights[bar] @ np.append(_moves(matrix.closes, bar), 1.0))
    )


def _moves(closes: Floats, bar: int) -> Floats:
    moves: Floats = closes[:, bar + 1] / closes[:, bar]
    return moves


def test_turnover_is_the_larger_side() -> None:
    """One-way turnover is the larger of all sales and all buys at fill prices, over the value."""
    matrix = market_of("AB", 200, 9, at_close=True)
    policy = policy_of({"A": "50", "B": "50"}, BandRules(delta=Weight(Decimal(0))))
    run = fixed_bands(Terms(matrix, policy, FREE))
    bars = np.flatnonzero(run.orders)
    away = np.abs(run.weights[bars] - run.targets[bars]).sum(axis=1) / 2
    assert run.turnover[bars] == pytest.approx(away, rel=1e-9)


@pytest.mark.parametrize("costs", [FREE, TradingCosts()])
def test_predicted_costs_are_paid_at_the_close_decided_on(costs: TradingCosts) -> None:
    """Filled at the close, what was paid is what the plan had said; elsewhere it comes near."""
    policy = policy_of({"A": "50", "B": "30"})
    same = fixed_bands(Terms(market_of("AB", 300, 5, at_close=True), policy, costs))
    assert same.costs == pytest.approx(same.predicted_costs, rel=1e-12)
    moved = fixed_bands(Terms(market_of("AB", 300, 5), policy, costs))
    assert moved.costs.sum() == pytest.approx(moved.predicted_costs.sum(), rel=0.02)
