"""From a breach to a whole plan, through decide() (METHODS 1.6, 1.7, 1.9)."""

from decimal import Decimal

import pytest
from hypothesis import given

from core.domain.decision import Propose
from core.domain.market import Side
from core.domain.policy import BandRules
from core.domain.units import Money
from tests.core.worked import by_calculator, by_engine, plan_of
from tests.dsl import codes_of, decide_on, orders_of, portfolio, withheld_of
from tests.strategies import FEWER, World, worlds

ONCE = BandRules(confirm=1)


@pytest.mark.parametrize(("token", "is_short"), [("26.83", False), ("1", True), (None, True)])
def test_a_fee_token_that_runs_short_forbids_the_plan(token: str | None, is_short: bool) -> None:
    """The orders are still shown, but nothing is proposed."""
    paid = portfolio(
        "BTC 0.28182 @ 110000 -> 50, mode token",
        "ETH 2.6190 @ 4200 -> 30, mode token",
        cash="8000 -> 20",
        bands=ONCE,
    )
    value = None if token is None else Money(Decimal(token))
    decision = decide_on(paid, fee_token_value=value)
    assert ("FEE_TOKEN_SHORT" in codes_of(decision)) is is_short
    assert bool(orders_of(decision)) is not is_short
    assert bool(withheld_of(decision)) is is_short


@FEWER
@given(worlds())
def test_the_printed_bound_is_one_percent_and_never_beyond(world: World) -> None:
    """A seller never takes less, a buyer never pays more than 1 % off the middle."""
    plan = plan_of(by_engine(world)[1])
    for trade in () if plan is None else plan.trades:
        gap = (trade.worst_price / trade.mid - 1) * trade.side.sign
        assert gap <= Decimal("0.01")
        tick = Decimal("1e-8") / trade.mid
        assert gap >= Decimal("0.01") - tick


@FEWER
@given(worlds())
def test_the_reserve_survives_every_plan(world: World) -> None:
    """Whoever buys leaves the whole reserve, also where there was less of it before."""
    for worked in (by_calculator(world.request)[0], by_engine(world)[0]):
        if any(leg.side is Side.BUY for leg in worked.legs):
            assert worked.after().cash.amount >= world.request.portfolio.cash.reserve


@FEWER
@given(worlds(plain=True))
def test_calculator_and_engine_plan_alike(world: World) -> None:
    """Without what only the engine knows, both paths give the same orders and the same codes."""
    simple, answer = by_calculator(world.request)
    engine, decision = by_engine(world)
    one = [(leg.side, leg.asset, leg.quantity, leg.cash, leg.fee) for leg in simple.legs]
    other = [(leg.side, leg.asset, leg.quantity, leg.cash, leg.fee) for leg in engine.legs]
    assert one == other
    shared = {"BELOW_MIN", "COLD_LIMITED", "CASH_LIMITED", "NOTHING_TO_DO", "NO_BREACH"}
    assert set(simple.codes) & shared == set(engine.codes) & shared
    assert answer.breaches.first_funding is ("FIRST_FUNDING" in engine.codes) or not simple.legs
    if isinstance(decision.outcome, Propose):
        assert decision.outcome.plan.first_funding is answer.breaches.first_funding


def test_nothing_left_to_do_is_no_proposal() -> None:
    """A breach whose only order is too small ends at the orders gate."""
    crumbs = portfolio("BTC 0.0004 @ 100000 -> 50", cash="10 -> 50", bands=ONCE)
    decision = decide_on(crumbs)
    assert codes_of(decision)[-1] == "NOTHING_TO_DO"
    assert getattr(decision.outcome, "withheld", "none") is None


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("halted", "MARKET_HALTED:BTC"),
        ("post_only", "MARKET_HALTED:BTC"),
        ("missing", "NOT_TRADABLE:BTC"),
        ("unlisted", "NOT_TRADABLE:BTC"),
    ],
)
def test_a_market_that_takes_no_orders_drops_its_leg_and_the_buys_shrink(
    status: str, code: str
) -> None:
    """BTC keeps its weight, so ETH gets only what cash has above its own target."""
    open_, shut = (
        plan_of(
            decide_on(
                portfolio(
                    f"BTC 0.62 @ 100000 -> 40{options}",
                    "ETH 2 @ 4000 -> 40",
                    cash="30000 -> 20",
                    bands=ONCE,
                )
            )
        )
        for options in ("", f", status {status}")
    )
    assert open_ is not None
    assert shut is not None
    assert [trade.asset for trade in open_.trades] == ["BTC", "ETH"]
    assert [trade.asset for trade in shut.trades] == ["ETH"]
    assert shut.trades[0].quantity < open_.trades[1].quantity
    stuck = portfolio(
        f"BTC 0.62 @ 100000 -> 40, status {status}", "ETH 2 @ 4000 -> 40", cash="30000 -> 20"
    )
    assert code in codes_of(decide_on(stuck))


def test_an_asset_nobody_can_trade_is_named_though_nothing_breaches() -> None:
    """Far over its band but without a market: no breach, and the reason why."""
    stuck = portfolio(
        "BTC 0.57 @ 100000 -> 50",
        "ETH 5 @ 4000 -> 15",
        "SOL 130 @ 100 -> 25, status halted",
        cash="10000 -> 10",
        bands=ONCE,
    )
    found = codes_of(decide_on(stuck))
    assert found[found.index("NO_BREACH") :][:2] == ["NO_BREACH", "MARKET_HALTED:SOL"]
