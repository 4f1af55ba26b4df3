"""The paper exchange, beyond the contract of every exchange."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.exchange.bar_sources import ReplayedBars, SimulatedBars
from bot.exchange.markets import BarMarket
from bot.exchange.paper import PaperExchange
from core.domain.errors import (
    FeedUnavailable,
    InputInvalid,
    OrderRejected,
)
from core.domain.market import FeeMode, MarketRules, MarketStatus, Quote, Side
from core.domain.portfolio import Balance, FlowKind
from core.domain.proposal import Order
from core.domain.units import ZERO, Asset, Quantity
from tests.exchange.made_up_bars import hourly, table
from tests.exchange.manual_clock import START, ManualClock
from tests.exchange.paper_desk import USD, Opener, an_order, coins, held, sums_of_flows

BTC, ETH, BNB = Asset("BTC"), Asset("ETH"), Asset("BNB")


async def test_the_opening_is_a_flow(opened: Opener) -> None:
    """Opening balances are flows of their own kind, worth what the market says."""
    paper = opened()
    await paper.open_with(coins(BTC="0.5", USD="10000", XYZ="3"))
    flows = {flow.asset: flow for flow in await paper.flows(None)}
    assert {flow.kind for flow in flows.values()} == {FlowKind.OPENING}
    assert flows[USD].value == 10_000
    assert flows[BTC].value == 30_000
    assert flows[Asset("XYZ")].value is None


async def test_an_opening_is_whole_or_not_at_all(opened: Opener) -> None:
    """A negative balance opens nothing; an empty one leaves no trace."""
    paper = opened()
    with pytest.raises(InputInvalid, match="opening balance of USD is -1"):
        await paper.open_with(coins(BTC="1", USD="-1"))
    assert await paper.flows(None) == ()
    assert await paper.open_with(coins(BTC="1", USD="0"))
    assert await held(paper) == {BTC: Decimal(1)}


async def test_deposits_rewards_and_withdrawals_are_told_apart(
    opened: Opener, clock: ManualClock
) -> None:
    """Each kind of movement is a flow of its kind, and balances follow."""
    paper = opened()
    await paper.deposit(USD, Quantity(Decimal(500)))
    await paper.reward(ETH, Quantity(Decimal("0.01")), clock.at + timedelta(hours=2))
    await paper.withdraw(USD, Quantity(Decimal("120.5")), clock.at + timedelta(hours=1))
    assert [(flow.kind, flow.amount) for flow in await paper.flows(None)] == [
        (FlowKind.DEPOSIT, Decimal(500)),
        (FlowKind.WITHDRAWAL, Decimal("-120.5")),
        (FlowKind.REWARD, Decimal("0.01")),
    ]
    assert await held(paper) == {USD: Decimal("379.5"), ETH: Decimal("0.01")}


async def test_impossible_amounts_are_refused(opened: Opener) -> None:
    """Nothing, less than nothing, and more than there is cannot move."""
    paper = opened()
    await paper.deposit(USD, Quantity(Decimal(5)))
    for amount in ("0", "-1"):
        with pytest.raises(InputInvalid, match="above 0"):
            await paper.deposit(USD, Quantity(Decimal(amount)))
    for amount in ("0", "5.01"):
        with pytest.raises(InputInvalid, match="above 0 and up to 5"):
            await paper.withdraw(USD, Quantity(Decimal(amount)))
    with pytest.raises(InputInvalid, match="more than the paper account holds"):
        paper.set_locked(USD, Quantity(Decimal(6)))
    assert await held(paper) == {USD: Decimal(5)}


async def test_locked_and_stakedcoins_are_not_free(opened: Opener) -> None:
    """What is on hold or staked counts, cannot be sold, and can be released."""
    paper = opened()
    await paper.open_with(coins(ETH="10"))
    paper.set_locked(ETH, Quantity(Decimal(3)))
    paper.set_staked(ETH, Quantity(Decimal(5)))
    parts = (Quantity(Decimal(2)), Quantity(Decimal(3)), Quantity(Decimal(5)))
    assert await paper.balances() == (Balance(ETH, *parts),)
    with pytest.raises(OrderRejected, match="only 2 are free"):
        await paper.place(an_order(ETH, Side.SELL, "3", limit="2900"))
    paper.set_staked(ETH, Quantity(ZERO))
    assert (await paper.place(an_order(ETH, Side.SELL, "3", limit="2900"))).fills


async def test_an_order_that_meets_nothing_fills_nothing(opened: Opener) -> None:
    """An order away from the market is accepted, fills nothing, and leaves no flow."""
    paper = opened()
    await paper.open_with(coins(USD="10000"))
    report = await paper.place(an_order(BTC, Side.BUY, "0.1", limit="50000"))
    assert (report.is_open, report.fills) == (False, ())
    assert await paper.find("one") == report
    assert await held(paper) == {USD: Decimal(10_000)}


async def test_each_level_is_a_fill_of_its_own(opened: Opener) -> None:
    """A large order walks the book: one fill per level, prices rising, ids unique."""
    paper = opened()
    await paper.open_with(coins(USD="10000000"))
    report = await paper.place(an_order(BTC, Side.BUY, "20", limit="61000"))
    prices = [fill.price for fill in report.fills]
    assert len(prices) > 2
    assert prices == sorted(prices)
    assert len({fill.fill_id for fill in report.fills}) == len(prices)
    assert sum(fill.quantity for fill in report.fills) == 20


async def test_in_a_gap_nobody_trades(clock: ManualClock, opened: Opener) -> None:
    """Where the market has no bar an order is accepted and fills nothing."""
    gap = BarMarket(ReplayedBars(table(hourly("BTC", [*range(30), 40]))), clock)
    paper = opened(at=gap)
    await paper.open_with(coins(USD="10000"))
    clock.at = START + timedelta(hours=35)
    assert (await paper.place(an_order(BTC, Side.BUY, "1", limit="200"))).fills == ()


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (an_order(Asset("XYZ"), Side.BUY, "1", limit="1"), "XYZ is not traded against USD"),
        (an_order(BTC, Side.BUY, "0.000015", limit="60000"), "multiple of 0.00001 coins"),
        (an_order(BTC, Side.BUY, "0", limit="60000"), "0 is not a multiple"),
        (an_order(BTC, Side.BUY, "-1", limit="60000"), "-1 is not a multiple"),
        (an_order(BTC, Side.BUY, "0.01", limit="60000.05"), "price tick 0.1"),
        (an_order(BTC, Side.BUY, "0.01", limit="0"), "price tick"),
        (an_order(BTC, Side.BUY, "0.00004", limit="60000"), "less than the minimum of 0.00005"),
        (an_order(BTC, Side.BUY, "0.0001", limit="1000"), "worth less than the minimum of 0.5"),
        (
            an_order(BTC, Side.BUY, "0.2", limit="60000"),
            "needs 12048 USD and only 12047.9 are free",
        ),
        (an_order(BTC, Side.SELL, "0.2", limit="60000"), "needs 0.2 BTC and only 0 are free"),
    ],
)
async def test_a_no_says_why(opened: Opener, order: Order, reason: str) -> None:
    """Each refusal names its reason, and leaves no order behind."""
    paper = opened()
    await paper.open_with(coins(USD="12047.9"))
    with pytest.raises(OrderRejected) as caught:
        await paper.place(order)
    assert reason in str(caught.value)
    assert await paper.find("one") is None
    assert len(await paper.flows(None)) == 1


@pytest.mark.parametrize("status", [MarketStatus.HALTED, MarketStatus.POST_ONLY])
async def test_a_market_that_takes_no_such_orders(
    opened: Opener, market: BarMarket, status: MarketStatus
) -> None:
    """Halted and post-only markets refuse, and say which they are."""
    paper = opened()
    await paper.open_with(coins(USD="10000"))
    market.set_status(BTC, status)
    with pytest.raises(OrderRejected, match=status.value):
        await paper.place(an_order(BTC, Side.BUY, "0.1", limit="61000"))


class _SilentMarket(BarMarket):
    """A market that shows no rules at the moment."""

    async def rules(self, assets: object) -> tuple[MarketRules, ...]:
        """Fail."""
        raise FeedUnavailable("no answer")

    async def quotes(self, assets: object) -> tuple[Quote, ...]:
        """Fail."""
        raise FeedUnavailable("no answer")


async def test_without_prices_an_order_is_a_no(clock: ManualClock, opened: Opener) -> None:
    """When the market behind is silent nothing can be booked, so the order is refused."""
    paper = opened(at=_SilentMarket(SimulatedBars(7, START), clock))
    await paper.open_with(coins(USD="10000", BTC="1"))
    assert {flow.value for flow in await paper.flows(None)} == {Decimal(10_000), None}
    with pytest.raises(OrderRejected, match="no prices for BTC now: no answer"):
        await paper.place(an_order(BTC, Side.BUY, "0.1", limit="61000"))


class _FeelessMarket(BarMarket):
    """A market that does not tell its fee."""

    async def rules(self, assets: object) -> tuple[MarketRules, ...]:
        """Leave the fee out."""
        return tuple(replace(row, taker_fee=None) for row in await super().rules([BTC]))


async def test_an_untold_fee_is_a_high_one(clock: ManualClock, opened: Opener) -> None:
    """Where the venue does not tell its fee, 0.60 % is charged."""
    paper = opened(at=_FeelessMarket(SimulatedBars(7, START), clock))
    await paper.open_with(coins(USD="10000"))
    (fill,) = (await paper.place(an_order(BTC, Side.BUY, "0.1", limit="61000"))).fills
    assert fill.fee == fill.notional * Decimal("0.006")


def _token_market(clock: ManualClock) -> BarMarket:
    clock.at = START + timedelta(hours=100)
    bars = table(
        hourly("BTC", range(200), price=60_000), hourly("BNB", range(200), price=500, volume=9e4)
    )
    return BarMarket(ReplayedBars(bars), clock, fee_mode=FeeMode.TOKEN)


async def test_fees_in_a_token_leave_the_trade_alone(clock: ManualClock, opened: Opener) -> None:
    """With a purse of the token, both legs are whole and the token pays."""
    paper = opened(at=_token_market(clock), fee_token=BNB)
    await paper.open_with(coins(USD="10000", BNB="1"))
    (fill,) = (await paper.place(an_order(BTC, Side.BUY, "0.1", limit="62000"))).fills
    assert fill.fee_asset == BNB
    rest = await held(paper)
    assert rest[BTC] == Decimal("0.1")
    assert rest[USD] == 10_000 - fill.notional
    assert rest[BNB] == 1 - fill.fee
    (fee,) = [flow for flow in await paper.flows(None) if flow.kind is FlowKind.FEE]
    assert fee.value is not None
    assert abs(fee.value + fill.notional * Decimal("0.004")) < Decimal("0.00001")


async def test_selling_the_whole_token_pays_in_money(clock: ManualClock, opened: Opener) -> None:
    """When the token itself is sold out, its fee comes from the proceeds."""
    paper = opened(at=_token_market(clock), fee_token=BNB)
    await paper.open_with(coins(BNB="1"))
    (fill,) = (await paper.place(an_order(BNB, Side.SELL, "1", limit="590"))).fills
    assert fill.fee_asset == USD
    assert await held(paper) == {USD: fill.notional - fill.fee}


async def test_without_a_named_token_the_trade_pays(clock: ManualClock, opened: Opener) -> None:
    """A token mode without a token falls back to the coin that arrives."""
    paper = opened(at=_token_market(clock))
    await paper.open_with(coins(USD="10000"))
    (fill,) = (await paper.place(an_order(BTC, Side.BUY, "0.1", limit="62000"))).fills
    assert fill.fee_asset == BTC


async def test_the_same_id_twice_is_two_orders(opened: Opener) -> None:
    """A second order under one id trades again; both are remembered, the newest is found."""
    paper = opened()
    await paper.open_with(coins(USD="50000"))
    first = await paper.place(an_order(BTC, Side.BUY, "0.1", limit="61000"))
    second = await paper.place(an_order(BTC, Side.BUY, "0.1", limit="61000"))
    assert first.venue_id != second.venue_id
    assert paper.orders_of("one") == (first, second)
    assert await paper.find("one") == second


_ACTIONS = st.tuples(
    st.sampled_from(["BUY", "SELL", "deposit", "withdraw", "reward", "lock", "wait"]),
    st.sampled_from([BTC, ETH, USD]),
    st.decimals("0.00001", "3", places=5),
)


@given(mode=st.sampled_from(FeeMode), actions=st.lists(_ACTIONS, max_size=15))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_balance_is_explained(
    mode: FeeMode, actions: list[tuple[str, Asset, Decimal]]
) -> None:
    """Whatever is done, flows add up to balances exactly and nothing goes below zero."""
    clock = ManualClock()
    market = BarMarket(SimulatedBars(7, START), clock, fee_mode=mode)
    paper = PaperExchange(":memory:", market, clock, quote=USD, fee_token=ETH)
    await paper.open_with(coins(USD="100000", BTC="1", ETH="0.1"))
    for number, (action, asset, amount) in enumerate(actions):
        await _act(paper, clock, action, asset, amount, number)
        rows = await paper.balances()
        assert all(min(row.free, row.locked, row.staked) >= 0 for row in rows)
        assert await sums_of_flows(paper) == await held(paper)
    paper.close()


async def _act(
    paper: PaperExchange,
    clock: ManualClock,
    action: str,
    asset: Asset,
    amount: Decimal,
    number: int,
) -> None:
    quantity = Quantity(amount)
    if action == "wait":
        clock.at += timedelta(hours=float(amount) * 10)
        return
    try:
        if action in {"BUY", "SELL"}:
            limit = "100000" if action == "BUY" else "100"
            whole = str(amount.quantize(Decimal("0.0001")))
            await paper.place(
                an_order(asset, Side(action), whole, limit=limit, client_id=str(number))
            )
        elif action == "lock":
            paper.set_locked(asset, quantity)
        else:
            await getattr(paper, action)(asset, quantity)
    except (OrderRejected, InputInvalid):
        return
