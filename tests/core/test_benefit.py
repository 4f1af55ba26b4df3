"""Whether less drift is worth its cost (METHODS 5.4 and 9a; C6)."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.decision import Gate, Plan, Propose, Verdict
from core.domain.market import BarSeries
from core.domain.policy import BandRules, BenefitRules, CostRules
from core.domain.state import EngineState
from core.domain.units import Asset, Rate, Weight
from core.planning.benefit import benefit_of, covariance
from core.planning.gates import benefit_gate
from tests.core.worked import plan_of
from tests.dsl import codes_of, decide_on, history, portfolio
from tests.strategies import FEWER, World, decimals, worlds

BTC, ETH = Asset("BTC"), Asset("ETH")
RULES = BenefitRules()
ONCE = BandRules(confirm=1)
TWO = portfolio(
    "BTC 0.28182 @ 110000 -> 50", "ETH 2.6190 @ 4200 -> 30", cash="8000 -> 20", bands=ONCE
)


def weights(btc: str, eth: str) -> dict[Asset, Weight]:
    """Return the weights of the two coins."""
    return {BTC: Weight(Decimal(btc)), ETH: Weight(Decimal(eth))}


def expected_covariance(*series: BarSeries) -> np.ndarray:
    """Return C = (0.8 S + 0.2 diag(S)) * 365 by another route."""
    returns = np.diff(np.log([row.closes[-91:] for row in series]), axis=1)
    sample = np.cov(returns)
    return np.asarray((0.8 * sample + 0.2 * np.diag(np.diag(sample))) * 365)


def test_the_covariance_is_that_of_90_returns_shrunk_to_its_diagonal() -> None:
    """C = (0.8 S + 0.2 diag(S)) * 365 over the last 90 daily log returns."""
    pair = (history("BTC", 110_000.0), history("ETH", 4_200.0, shift=1))
    assert np.allclose(covariance(pair, RULES), expected_covariance(*pair), rtol=1e-12)


def test_older_returns_do_not_count() -> None:
    """The 91 newest closes decide; what came before changes nothing."""
    short, long = history("BTC", 100.0, days=91), history("BTC", 100.0, days=300)
    assert short.closes == long.closes[-91:]
    assert covariance((short,), RULES) == covariance((long,), RULES)


@pytest.mark.parametrize(("days", "is_enough"), [(61, True), (60, False)])
def test_fewer_than_60_returns_are_no_covariance(days: int, is_enough: bool) -> None:
    """With 59 returns the assumed 80 % a year stands in, with 60 the history speaks."""
    found = covariance((history("BTC", 100.0, days=days),), RULES)[0][0]
    assert (found == pytest.approx(0.64)) is not is_enough


def test_a_missing_history_falls_back_to_80_percent_without_correlation() -> None:
    """One asset without bars makes the whole matrix diagonal."""
    found = covariance((history("BTC", 100.0), None), RULES)
    assert np.allclose(found, [[0.64, 0.0], [0.0, 0.64]])


@pytest.mark.parametrize("close", [0.0, -1.0, float("nan"), float("inf")])
def test_a_hole_in_the_history_is_no_history(close: float) -> None:
    """A close that cannot be falls back as well, without an exception."""
    broken = list(history("BTC", 100.0).closes)
    broken[-5] = close
    series = replace(history("BTC", 100.0), closes=tuple(broken), digest=f"broken {close}")
    assert covariance((series,), RULES)[0][0] == pytest.approx(0.64)


def test_histories_of_different_days_fall_back() -> None:
    """Returns of two coins are only compared day by day."""
    old = history("ETH", 4_200.0)
    older = replace(old, opened_at=old.opened_at.replace(day=27), digest="older")
    assert covariance((history("BTC", 100.0), older), RULES)[0][1] == 0.0


def test_the_benefit_by_hand() -> None:
    """0.5 * 3 * 0.5 * (d0' C d0 - d1' C d1), with C = 0.64 on the diagonal."""
    found = benefit_of(
        weights("0.62", "0.22"),
        weights("0.55", "0.27"),
        targets=weights("0.50", "0.30"),
        bars={},
        rules=RULES,
    )
    before, after = 0.12**2 + 0.08**2, 0.05**2 + 0.03**2
    assert float(found) == pytest.approx(0.75 * 0.64 * (before - after), abs=5e-7)


def test_the_benefit_uses_the_covariance_of_the_risk_assets() -> None:
    """Two coins that move together make a swap between them worth little."""
    moving = {BTC: history("BTC", 110_000.0), ETH: history("ETH", 4_200.0)}
    apart = {BTC: history("BTC", 110_000.0), ETH: history("ETH", 4_200.0, shift=1)}
    drifts = (weights("0.60", "0.20"), weights("0.50", "0.30"))
    found = []
    for bars in (moving, apart):
        one, other = drifts
        found.append(benefit_of(one, other, targets=other, bars=bars, rules=RULES))
        matrix = expected_covariance(bars[BTC], bars[ETH])
        gap = np.array([0.10, -0.10])
        assert float(found[-1]) == pytest.approx(0.75 * float(gap @ matrix @ gap), abs=1e-6)
    assert found[0] < found[1] / 2


def test_the_benefit_is_quantised() -> None:
    """Six decimals, so that machines agree on it."""
    plan = plan_of(decide_on(TWO))
    assert plan is not None
    assert plan.benefit == plan.benefit.quantize(Decimal("0.000001"))


def test_the_cost_holds_fees_slippage_and_the_buffer() -> None:
    """What is charged, and 2 bp of what is traded, as a share of V."""
    plan = plan_of(decide_on(TWO))
    assert plan is not None
    traded = sum(trade.quantity * trade.mid for trade in plan.trades)
    charges = sum(trade.fee + trade.slippage for trade in plan.trades)
    assert plan.cost == charges
    assert plan.cost_rate == (charges + Decimal("0.0002") * traded) / plan.value


def test_token_fees_count_in_the_cost_though_not_in_the_value() -> None:
    """A fee paid in a third coin leaves V alone and is still a cost."""
    paid = portfolio(
        "BTC 0.28182 @ 110000 -> 50, mode token",
        "ETH 2.6190 @ 4200 -> 30, mode token",
        cash="8000 -> 20",
        bands=ONCE,
    )
    plan = plan_of(decide_on(paid, fee_token_value=Decimal(1000)))
    assert plan is not None
    fees = sum(trade.fee for trade in plan.trades)
    slippage = sum(trade.slippage for trade in plan.trades)
    assert fees > 0
    assert plan.value - plan.value_after == slippage
    assert plan.cost == slippage + fees


def a_plan(benefit: Rate, cost: Rate, *, is_hard: bool) -> Plan:
    """Return a plan with the figures that the gate looks at."""
    plan = plan_of(decide_on(TWO))
    assert plan is not None
    return replace(plan, benefit=benefit, cost_rate=cost, hard=is_hard)


rates = decimals("0", "0.05", 4).map(Rate)


@pytest.mark.parametrize(
    ("benefit", "is_hard", "code"),
    [
        ("0.00150", False, "BENEFIT_ENOUGH"),
        ("0.001499", False, "COST_GT_BENEFIT"),
        ("0.001499", True, "RISK_LIMIT"),
        ("-0.1", True, "RISK_LIMIT"),
        ("0.2", True, "BENEFIT_ENOUGH"),
    ],
)
def test_the_benefit_must_reach_one_and_a_half_times_the_cost(
    benefit: str, is_hard: bool, code: str
) -> None:
    """Equality suffices; a hard breach is proposed anyway and says so."""
    plan = a_plan(Rate(Decimal(benefit)), Rate(Decimal("0.001")), is_hard=is_hard)
    result = benefit_gate(plan, TWO.policy)
    assert codes_of(result) == [code]
    assert result.passed is (code != "COST_GT_BENEFIT")


@given(rates, rates, rates, rates, st.booleans())
def test_c6_the_gate_is_monotone(
    benefit: Rate, cost: Rate, more_benefit: Rate, less_cost: Rate, is_hard: bool
) -> None:
    """More benefit or less cost never closes the gate; less or more never opens it."""
    before = benefit_gate(a_plan(benefit, cost, is_hard=is_hard), TWO.policy).passed
    better = a_plan(Rate(benefit + more_benefit), cost, is_hard=is_hard)
    cheaper = a_plan(benefit, Rate(max(cost - less_cost, Rate(Decimal(0)))), is_hard=is_hard)
    assert benefit_gate(better, TWO.policy).passed >= before
    assert benefit_gate(cheaper, TWO.policy).passed >= before


@FEWER
@given(worlds(), decimals("0", "9"), decimals("0", "0.01", 4))
def test_c6_decide_is_monotone_in_benefit_and_cost(
    world: World, gamma: Decimal, buffer: Decimal
) -> None:
    """Weighing risk more never withdraws a proposal, dearer legs never make one."""
    situation, state = world.situation, world.state
    base = decide_on(situation, state)
    rules, costs = situation.policy.benefit, situation.policy.costs
    averse = situation.ruled(benefit=replace(rules, gamma=rules.gamma + gamma))
    dear = situation.ruled(costs=replace(costs, buffer=Rate(costs.buffer + buffer)))
    if base.verdict is Verdict.PROPOSE:
        assert decide_on(averse, state).verdict is Verdict.PROPOSE
    else:
        assert decide_on(dear, state).verdict is Verdict.NO_TRADE


def test_a_small_breach_in_a_dear_market_is_left_alone() -> None:
    """A portfolio just over its edge with a 6 % fee stays as it is, and says why."""
    edge = portfolio(
        "BTC 0.601 @ 100000 -> 50, fee 6", cash="39900 -> 50", bands=ONCE, costs=CostRules()
    )
    decision = decide_on(edge)
    assert decision.verdict is Verdict.NO_TRADE
    assert codes_of(decision)[-2:] == ["COST_GT_BENEFIT", "WITHIN_LIMITS"]
    assert getattr(decision.outcome, "gate", None) is Gate.BENEFIT


def test_a_hard_breach_in_a_dear_market_is_proposed_as_a_risk_limit() -> None:
    """Two bands out, the risk decides; the cost is still shown."""
    far = portfolio("BTC 0.71 @ 100000 -> 50, fee 20", cash="29000 -> 50")
    decision = decide_on(far, EngineState())
    assert isinstance(decision.outcome, Propose)
    assert "RISK_LIMIT" in codes_of(decision)
