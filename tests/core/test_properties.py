"""The properties P1 to P11 of METHODS 1.10, on the calculator's path and on that of decide()."""

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.cli.plan_document import PlanAnswer, PlanRequest, calculate
from bot.cli.plan_input import request_from_words
from core.domain.decision import ReasonCode
from core.domain.market import FeeMode, Side
from core.domain.policy import Profile
from core.domain.portfolio import Portfolio
from core.domain.state import EngineState
from core.domain.units import ONE, ZERO, Asset, Money, Quantity, Rate, Weight
from core.engine import decide
from tests.core.worked import (
    Worked,
    by_calculator,
    by_engine,
    filled,
    plan_of,
    smallest_trade,
    weights_of,
)
from tests.dsl import Situation
from tests.strategies import World, situation_of, worlds

NEARLY = Decimal("1e-12")


def both(world: World) -> tuple[Worked, Worked]:
    """Return the world worked by the calculator and by the engine."""
    return by_calculator(world.request)[0], by_engine(world)[0]


@given(worlds())
def test_p1_cash_is_never_negative_after_any_order(world: World) -> None:
    """Filling the orders one by one, in their order, never overdraws the cash (INV-4)."""
    for worked in both(world):
        cash = worked.portfolio.cash.amount
        for leg in worked.legs:
            cash = Money(cash + leg.cash)
            assert cash >= ZERO


@given(worlds())
def test_p2_only_overweight_is_sold_and_only_underweight_bought(world: World) -> None:
    """No order moves an asset away from its target."""
    for worked in both(world):
        for leg in worked.legs:
            target = worked.by_asset[leg.asset].target
            if leg.side is Side.SELL:
                assert worked.weights[leg.asset] > target
            else:
                assert worked.weights[leg.asset] < target


@given(worlds())
def test_p3_every_quantity_obeys_step_minimum_and_free_balance(world: World) -> None:
    """Each order is whole steps, at least the minimum, and never more than is free (INV-5)."""
    for worked in both(world):
        assets = [leg.asset for leg in worked.legs]
        assert len(assets) == len(set(assets))
        for leg in worked.legs:
            row = worked.by_asset[leg.asset]
            assert leg.quantity % row.step == ZERO
            assert leg.quantity * row.price >= smallest_trade(worked, leg.asset)
            assert leg.quantity >= row.min_quantity
            if leg.side is Side.SELL:
                assert leg.quantity <= row.hot


@given(worlds())
def test_p4_the_plan_lands_where_it_aims(world: World) -> None:
    """A traded weight lands within 0.1 points and one lot of its aim, nothing being in the way.

    What is not traded, cash included, moves by no more than the costs and the lots of the others.
    """
    worked, answer = by_calculator(world.request)
    plan = answer.rebalance
    if plan is None or worked.is_limited or plan.dropped:
        return
    after = weights_of(worked.after())
    value = worked.after().value
    lots = {
        leg.asset: worked.by_asset[leg.asset].step * worked.by_asset[leg.asset].price / value
        for leg in worked.legs
    }
    others = worked.charges() / value + sum(lots.values(), ZERO)
    for asset, aim in plan.destination.weights.items():
        allowed = Decimal("0.001") + lots[asset] if asset in lots else others
        assert abs(after[asset] - aim) <= allowed + NEARLY


@given(worlds())
def test_p5_a_filled_plan_is_left_alone(world: World) -> None:
    """Planning again once all is filled gives nothing, unless lots or minimums were in play."""
    worked, answer = by_calculator(world.request)
    if worked.legs and not worked.is_limited:
        again = by_calculator(replace(answer.request, portfolio=worked.after()))[0]
        assert not again.legs or again.is_limited
    world = replace(world, state=EngineState())
    worked, _ = by_engine(world)
    if worked.legs and not worked.is_limited:
        next_world = replace(world, situation=filled(world.situation, worked))
        again, _ = by_engine(next_world)
        assert not again.legs or again.is_limited


@given(worlds(), st.just(10))
def test_p6_scale_does_not_matter(world: World, factor: int) -> None:
    """All amounts times ten, steps and minimums too, gives ten times the orders, equal weights."""
    request = world.request
    large = replace(
        request,
        portfolio=enlarged(request.portfolio, factor),
        rules=replace(request.rules, min_trade_quote=Money(request.rules.min_trade_quote * factor)),
    )
    small, big = by_calculator(request)[0], by_calculator(large)[0]
    assert tenfold(small, factor) == [(leg.asset, leg.side, leg.quantity) for leg in big.legs]
    assert weights_of(small.after()) == weights_of(big.after())
    assert small.codes == big.codes
    one, ten = situation_of(request), situation_of(large)
    small_below, tiny_below = (Money(Decimal(edge) * factor) for edge in (10_000, 5_000))
    bands = replace(ten.policy.bands, small_below=small_below, tiny_below=tiny_below)
    ten = ten.ruled(bands=bands)
    small = by_engine(World(request, one, EngineState()))[0]
    big = by_engine(World(large, ten, EngineState()))[0]
    assert tenfold(small, factor) == [(leg.asset, leg.side, leg.quantity) for leg in big.legs]
    assert small.codes == big.codes


def enlarged(portfolio: Portfolio, factor: int) -> Portfolio:
    """Return the portfolio with every amount, step and minimum times ``factor``."""
    rows = tuple(
        replace(
            row,
            hot=Quantity(row.hot * factor),
            cold=Quantity(row.cold * factor),
            step=Quantity(row.step * factor),
            min_notional=Money(row.min_notional * factor),
        )
        for row in portfolio.holdings
    )
    cash = portfolio.cash
    token = portfolio.fee_token_value
    return replace(
        portfolio,
        holdings=rows,
        cash=replace(
            cash, amount=Money(cash.amount * factor), reserve=Money(cash.reserve * factor)
        ),
        fee_token_value=None if token is None else Money(token * factor),
    )


def tenfold(worked: Worked, factor: int) -> list[tuple[Asset, Side, Decimal]]:
    """Return the orders with their quantities times ``factor``."""
    return [(leg.asset, leg.side, leg.quantity * factor) for leg in worked.legs]


@given(worlds(), st.randoms(use_true_random=False))
def test_p7_the_order_of_assets_does_not_matter(world: World, random: Random) -> None:
    """Shuffling targets, balances, quotes, rules and books changes neither orders nor digest."""
    seen, policy = world.situation.snapshot, world.situation.policy

    def mixed(owner: object, *names: str) -> dict[str, Any]:
        rows = {name: getattr(owner, name) for name in names}
        return {name: tuple(random.sample(row, len(row))) for name, row in rows.items()}

    shuffled = replace(seen, **mixed(seen, "balances", "quotes", "rules", "books", "bars"))
    turned = replace(policy, **mixed(policy, "targets", "cold", "excluded"))
    assert decide(shuffled, turned, world.state) == decide(seen, policy, world.state)
    rows = world.request.portfolio.holdings
    words = [f"{row.asset} {row.hot:f} @ {row.price:f} -> {row.target * 100:f}" for row in rows]
    cash = world.request.portfolio.cash
    words.append(f"{cash.asset} {cash.amount:f} -> {cash.target * 100:f}")
    turned_words = random.sample(words, len(words))
    assume(sum(row.hot for row in rows) + cash.amount > ZERO)
    assert calculate(request_from_words(turned_words)) == calculate(request_from_words(words))


@given(worlds(), st.sampled_from(["0.0001", "0.001", "0.004", "0.02"]))
def test_p8_dearer_trading_trades_less(world: World, extra: str) -> None:
    """Higher fees never leave more wealth, never buy more, and sell more only to pay for them.

    What the plan wishes for obeys this always. Its orders do when nothing runs short: where coins
    or cash do, METHODS 1.6 hands what one order leaves over to the next.
    """
    cheap, low = by_calculator(world.request)
    costly = dearer(world.request, Rate(Decimal(extra)))
    dear, high = by_calculator(costly)
    if low.rebalance is None or high.rebalance is None:
        return
    fall = low.rebalance.value_after - high.rebalance.value_after
    assert fall >= -NEARLY
    for asset, row in cheap.by_asset.items():
        aim = low.rebalance.destination.weights[asset]
        before, after = wished(low, asset), wished(high, asset)
        if before > ZERO or after > ZERO:
            assert after <= before + NEARLY
        else:
            assert before - after <= aim * fall + NEARLY
        if is_short(cheap, low) or is_short(dear, high) or not same_legs(cheap, dear):
            continue
        more = dear.ordered(asset, Side.SELL) - cheap.ordered(asset, Side.SELL)
        assert more * row.price <= aim * fall + row.step * row.price
        more = dear.received(asset) - cheap.received(asset)
        assert more <= (row.step if world.request.mode is FeeMode.BASE else ZERO)


def same_legs(one: Worked, other: Worked) -> bool:
    """Tell whether two plans trade the same assets."""
    return [leg.asset for leg in one.legs] == [leg.asset for leg in other.legs]


def is_short(worked: Worked, answer: PlanAnswer) -> bool:
    """Tell whether the coins or the cash do not suffice for what the plan wishes."""
    sold = {leg.asset for leg in worked.legs if leg.side is Side.SELL}
    wished_sales = {asset for asset in worked.by_asset if wished(answer, asset) < ZERO}
    return worked.is_short or sold != wished_sales


def dearer(request: PlanRequest, extra: Rate) -> PlanRequest:
    """Return the request with every fee raised."""
    rows = tuple(replace(row, fee=Rate(row.fee + extra)) for row in request.portfolio.holdings)
    return replace(request, portfolio=replace(request.portfolio, holdings=rows))


def wished(answer: PlanAnswer, asset: Asset) -> Decimal:
    """Return the signed trade the plan wishes for, before lots; 0 for an untouched asset."""
    plan = answer.rebalance
    assert plan is not None
    weight = plan.destination.weights[asset]
    row = next(row for row in answer.request.portfolio.holdings if row.asset == asset)
    before = row.value / answer.request.portfolio.value
    if asset in plan.dropped or weight == before:
        return ZERO
    return weight * plan.value_after - row.value


@given(worlds(), st.sampled_from(["1", "1.5", "3"]), st.sampled_from(["0", "0.01", "0.1"]))
def test_p9_a_wider_band_never_adds_a_breach(world: World, times: str, more: str) -> None:
    """Whatever stays inside a band stays inside every wider one."""
    narrow = world.request.profile
    wide = Profile(
        cap=Weight(min(narrow.cap * Decimal(times) + Decimal(more), ONE)),
        rel=Weight(narrow.rel * Decimal(times) + Decimal(more)),
        floor=Weight(min(narrow.floor * Decimal(times) + Decimal(more), narrow.cap)),
    )
    inside = calculate(world.request).breaches
    outside = calculate(replace(world.request, profile=wide)).breaches
    assert set(outside.breached) <= set(inside.breached)
    assert set(outside.hard) <= set(inside.hard)
    bands = world.situation.policy.bands
    wider = world.situation.ruled(bands=replace(bands, custom=wide))
    assert out_of_band(wider, world.state) <= out_of_band(world.situation, world.state)


def out_of_band(situation: Situation, state: EngineState) -> set[str]:
    """Return the symbols that the engine reports as breached."""
    decision = decide(situation.snapshot, situation.policy, state)
    codes = (ReasonCode.BREACH, ReasonCode.HARD_BREACH)
    return {reason.subject for reason in decision.reasons if reason.code in codes}


@given(worlds())
def test_p10_weights_sum_to_one(world: World) -> None:
    """Weights before, aimed at and after sum to 1 within 1e-12."""
    worked, answer = by_calculator(world.request)
    found = [worked.weights, weights_of(worked.after())]
    if answer.rebalance is not None:
        found.append(answer.rebalance.destination.weights)
    _, decision = by_engine(world)
    found.append({row.asset: row.weight for row in decision.standings})
    plan = plan_of(decision)
    if plan is not None:
        found.append(dict(plan.weights_after))
    for weights in filter(None, found):
        assert abs(sum(weights.values(), ZERO) - ONE) <= NEARLY


@given(worlds())
def test_p11_what_the_portfolio_loses_is_what_was_charged(world: World) -> None:
    """Value before less value after is the sum of the charges; nothing vanishes (INV-3)."""
    for worked in both(world):
        lost = worked.portfolio.value - worked.after().value
        assert abs(lost - worked.charges()) <= NEARLY * worked.portfolio.value
    plan = plan_of(by_engine(world)[1])
    if plan is not None:
        fees = sum((trade.fee for trade in plan.trades), ZERO)
        apart = fees if world.request.mode is FeeMode.TOKEN else ZERO
        assert plan.cost == plan.value - plan.value_after + apart
