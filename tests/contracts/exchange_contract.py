"""The promises every exchange keeps, as cards: what is given, what happens, what holds then.

A subclass of ``ExchangeContract`` supplies the ``bench`` fixture and nothing else. It cannot change
a card: defining one of its names again fails when the class is made.
"""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from core.domain.errors import OrderOutcomeUnknown, OrderRejected
from core.domain.market import FeeMode, Side
from core.domain.portfolio import FlowKind
from core.domain.units import ZERO, Asset, Quantity, floor_step
from tests.contracts.exchange_bench import Bench, Desk

NOWHERE = Asset("NOSUCHCOIN")


class ExchangeContract:
    """The cards."""

    def __init_subclass__(cls) -> None:
        """Refuse a subclass that would change a card."""
        super().__init_subclass__()
        changed = sorted(name for name in vars(cls) if name.startswith("test_x"))
        if changed:
            raise TypeError(f"{cls.__name__} overrides {', '.join(changed)}; cards are not changed")

    @pytest.fixture
    async def desk(self, bench: Bench) -> Desk:
        """Open an account with plenty of money and some coins."""
        balances = {bench.quote: Quantity(Decimal(50_000)), bench.coin: Quantity(Decimal(1))}
        return Desk(bench, await bench.open(balances))

    async def test_x01_balances_match(self, desk: Desk) -> None:
        """X01: given an account, when its balances are read, then they are what it holds."""
        rows = await desk.venue.account.balances()
        assert {row.asset: row.free for row in rows} == {
            desk.bench.quote: Decimal(50_000),
            desk.bench.coin: Decimal(1),
        }

    async def test_x02_rules_are_decimals(self, desk: Desk) -> None:
        """X02: given a market, when its rules are read, then all of them are positive decimals."""
        rules = await desk.rules()
        figures = (
            rules.price_tick,
            rules.quantity_step,
            rules.min_quantity,
            rules.min_notional,
            rules.taker_fee,
        )
        assert all(isinstance(figure, Decimal) and figure > 0 for figure in figures)

    async def test_x03_an_unknown_coin_is_left_out(self, desk: Desk) -> None:
        """X03: given a coin the venue does not know, when it is asked for, then it is left out."""
        market, coin = desk.venue.market, desk.bench.coin
        for read in (market.quotes, market.books, market.rules, market.daily_bars):
            assert [row.asset for row in await read([NOWHERE, coin])] == [coin]

    async def test_x04_the_quote_is_the_top_of_the_book(self, desk: Desk) -> None:
        """X04: given a market, when quote and book are read, then they agree and do not cross."""
        quote, book = await desk.quote(), await desk.book()
        assert (quote.bid, quote.ask) == (book.bids[0].price, book.asks[0].price)
        assert quote.bid < quote.ask
        assert list(book.bids) == sorted(book.bids, key=lambda level: -level.price)
        assert list(book.asks) == sorted(book.asks, key=lambda level: level.price)

    async def test_x05_daily_bars_are_closed(self, desk: Desk) -> None:
        """X05: given a market, when daily bars are read, then the newest day is over."""
        (series,) = await desk.venue.market.daily_bars([desk.bench.coin])
        assert series.opened_at + timedelta(days=1) <= desk.bench.clock.now()
        assert len(series.closes) == len(series.volumes) > 0

    async def test_x10_a_limit_order_fills(self, desk: Desk) -> None:
        """X10: given a liquid market, when a marketable order comes, then it fills in its limit."""
        order = await desk.order(Side.BUY, await desk.small())
        report = await desk.venue.orders.place(order)
        assert not report.is_open
        assert report.client_id == order.client_id
        assert sum(fill.quantity for fill in report.fills) == order.quantity
        assert all(fill.price <= order.limit_price for fill in report.fills)
        assert await desk.total(desk.bench.coin) == 1 + order.quantity

    async def test_x11_what_does_not_fill_is_cancelled(self, desk: Desk) -> None:
        """X11: given one level in the limit, when more is ordered, then the rest is cancelled."""
        top = (await desk.book()).bids[0]
        await self._bring_coins(desk, top.size + 1)
        order = await desk.order(Side.SELL, top.size + 1, limit=top.price)
        report = await desk.venue.orders.place(order)
        assert not report.is_open
        assert sum(fill.quantity for fill in report.fills) == top.size
        held = next(r for r in await desk.venue.account.balances() if r.asset == order.asset)
        assert held.locked == 0

    async def _bring_coins(self, desk: Desk, quantity: Decimal) -> None:
        balances = {desk.bench.coin: Quantity(quantity)}
        desk.venue = await desk.bench.open(balances)

    async def test_x12_below_the_minimum_is_rejected(self, desk: Desk) -> None:
        """X12: given a minimum, when less is ordered, then it is a no and nothing changes."""
        rules = await desk.rules()
        too_small = floor_step(Quantity(rules.min_quantity / 2), rules.quantity_step)
        quantity = max(too_small, rules.quantity_step)
        quote = await desk.quote()
        assert quantity < rules.min_quantity or quantity * quote.ask < rules.min_notional
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(await desk.order(Side.BUY, quantity))
        assert await desk.total(desk.bench.quote) == Decimal(50_000)

    @pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
    async def test_x13_insufficient_funds_are_rejected(self, desk: Desk, side: Side) -> None:
        """X13: given too little money or coins, when they are ordered away, then it is a no."""
        quote, rules = await desk.quote(), await desk.rules()
        afford = Quantity(Decimal(50_000) / quote.bid)
        quantity = floor_step(afford, rules.quantity_step) if side is Side.BUY else Decimal(2)
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(await desk.order(side, quantity))

    async def test_x14_a_broken_step_is_rejected(self, desk: Desk) -> None:
        """X14: given a quantity step, when half a step is ordered on top, then it is a no."""
        quantity = await desk.small() + (await desk.rules()).quantity_step / 2
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(await desk.order(Side.BUY, quantity))

    async def test_x14_a_broken_tick_is_rejected(self, desk: Desk) -> None:
        """X14: given a price tick, when the limit lies between two ticks, then it is a no."""
        limit = (await desk.quote()).ask + (await desk.rules()).price_tick / 2
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(
                await desk.order(Side.BUY, await desk.small(), limit=limit)
            )

    async def test_x15_a_late_order_is_rejected(self, desk: Desk) -> None:
        """X15: given a deadline, when the order arrives later, then the venue does not take it."""
        order = await desk.order(Side.BUY, await desk.small())
        await desk.bench.clock.sleep(6)
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(order)
        assert await desk.venue.orders.find(order.client_id) is None

    async def test_x16_a_halted_market_rejects(self, desk: Desk) -> None:
        """X16: given a halted market, when an order is placed, then it is a no."""
        order = await desk.order(Side.SELL, await desk.small())
        desk.bench.halt(desk.bench.coin)
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(order)

    async def test_x20_a_lost_answer_is_found_again(self, desk: Desk) -> None:
        """X20: given an answer lost after acceptance, when looked up, then there is one order."""
        order = await desk.order(Side.BUY, await desk.small())
        desk.bench.lose_next_answer()
        with pytest.raises(OrderOutcomeUnknown):
            await desk.venue.orders.place(order)
        found = await desk.venue.orders.find(order.client_id)
        assert found is not None
        assert sum(fill.quantity for fill in found.fills) == order.quantity
        assert await desk.total(desk.bench.coin) == 1 + order.quantity

    async def test_x21_a_lost_request_is_found_absent(self, desk: Desk) -> None:
        """X21: given a request lost before acceptance, when looked up, then nothing is there."""
        order = await desk.order(Side.BUY, await desk.small())
        desk.bench.lose_next_request()
        with pytest.raises(OrderOutcomeUnknown):
            await desk.venue.orders.place(order)
        assert await desk.venue.orders.find(order.client_id) is None
        assert await desk.total(desk.bench.coin) == 1

    async def test_x22_a_client_id_does_not_protect(self, desk: Desk) -> None:
        """X22: given a filled order, when it is sent once more, then it trades once more."""
        order = await desk.order(Side.BUY, await desk.small())
        await desk.venue.orders.place(order)
        await desk.venue.orders.place(order)
        assert await desk.total(desk.bench.coin) == 1 + 2 * order.quantity

    async def test_x23_cancelling_what_is_over_is_no_error(self, desk: Desk) -> None:
        """X23: given a finished and an unknown order, when they are cancelled, then all is well."""
        order = await desk.order(Side.BUY, await desk.small())
        before = await desk.venue.orders.place(order)
        await desk.venue.orders.cancel(order.client_id)
        await desk.venue.orders.cancel(str(UUID(int=0)))
        assert await desk.venue.orders.find(order.client_id) == before

    async def test_x24_an_unknown_order_is_not_there(self, desk: Desk) -> None:
        """X24: given no such order, when it is looked up, then the answer is None."""
        assert await desk.venue.orders.find(str(UUID(int=0))) is None

    async def test_x40_the_fee_may_be_in_the_coin(self, bench: Bench) -> None:
        """X40: given fees in the base coin, when a buy fills, then fewer coins arrive."""
        if FeeMode.BASE not in bench.fee_modes:
            pytest.skip("this venue takes no fees in the base coin")
        balances = {bench.quote: Quantity(Decimal(50_000))}
        desk = Desk(bench, await bench.open(balances, fee_mode=FeeMode.BASE))
        report = await desk.venue.orders.place(await desk.order(Side.BUY, await desk.small()))
        bought = sum((fill.quantity for fill in report.fills), ZERO)
        fees = sum((fill.fee for fill in report.fills), ZERO)
        assert fees > 0
        assert {fill.fee_asset for fill in report.fills} == {bench.coin}
        assert await desk.total(bench.coin) == bought - fees
        paid = sum((fill.notional for fill in report.fills), ZERO)
        assert await desk.total(bench.quote) == 50_000 - paid

    async def test_x25_an_order_outlives_the_program(self, desk: Desk) -> None:
        """X25: given a lost answer, when the program starts anew, then it finds the same order."""
        order = await desk.order(Side.BUY, await desk.small())
        desk.bench.lose_next_answer()
        with pytest.raises(OrderOutcomeUnknown):
            await desk.venue.orders.place(order)
        before = await desk.venue.orders.find(order.client_id)
        desk.venue = await desk.bench.reopen()
        assert before is not None
        assert await desk.venue.orders.find(order.client_id) == before
        assert await desk.total(desk.bench.coin) == 1 + order.quantity

    async def test_x30_what_is_kept_is_not_free(self, desk: Desk) -> None:
        """X30: given coins that are kept, when more than the rest is sold, then it is a no."""
        desk.bench.keep(desk.bench.coin, Quantity(Decimal("0.75")))
        rows = await desk.venue.account.balances()
        held = next(row for row in rows if row.asset == desk.bench.coin)
        assert (held.free, held.locked) == (Decimal("0.25"), Decimal("0.75"))
        with pytest.raises(OrderRejected):
            await desk.venue.orders.place(await desk.order(Side.SELL, Decimal("0.5")))
        assert await desk.total(desk.bench.coin) == 1

    async def test_x31_what_the_owner_moves_is_called_so(self, desk: Desk) -> None:
        """X31: given deposit, reward, withdrawal, when flows are read, then each has its name."""
        bench, amount = desk.bench, Quantity(Decimal("0.5"))
        await bench.clock.sleep(60)
        since = bench.clock.now()
        await bench.deposit(bench.quote, amount)
        await bench.reward(bench.coin, amount)
        await bench.withdraw(bench.quote, amount)
        flows = await desk.venue.account.flows(since)
        assert {(flow.kind, flow.asset, flow.amount) for flow in flows} == {
            (FlowKind.DEPOSIT, bench.quote, amount),
            (FlowKind.REWARD, bench.coin, amount),
            (FlowKind.WITHDRAWAL, bench.quote, -amount),
        }
        assert {flow.reference for flow in flows} == {""}
        assert await desk.is_reconciled()

    async def test_x32_a_trade_by_hand_is_not_ours(self, desk: Desk) -> None:
        """X32: given a trade by hand, when flows are read, then it is a trade of no order."""
        if not desk.bench.has_other_hands:
            pytest.skip("nobody else trades on this venue's accounts")
        order = await desk.order(Side.BUY, await desk.small())
        await desk.venue.orders.place(order)
        desk.bench.trade_by_hand(Side.SELL, order.quantity)
        flows = await desk.venue.account.flows(None)
        trades = [flow for flow in flows if flow.kind is FlowKind.TRADE]
        coins = {flow.reference: flow.amount for flow in trades if flow.asset == desk.bench.coin}
        assert coins == {order.client_id: order.quantity, "": -order.quantity}
        assert await desk.is_reconciled()

    @pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
    async def test_x41_fills_add_up(self, desk: Desk, side: Side) -> None:
        """X41: given fees in quote, when an order fills, then fills and fees explain the money."""
        order = await desk.order(side, await desk.small())
        report = await desk.venue.orders.place(order)
        paid = order.side.sign * sum((fill.notional for fill in report.fills), ZERO)
        fees = sum((fill.fee for fill in report.fills), ZERO)
        assert fees > 0
        assert {fill.fee_asset for fill in report.fills} == {desk.bench.quote}
        assert {fill.side for fill in report.fills} == {side}
        # Every fill is two entries, and each may be cut.
        left, cut = await desk.total(desk.bench.quote), 2 * len(report.fills) * desk.bench.cut
        assert abs(left - (50_000 - paid - fees)) <= cut
        assert await desk.total(desk.bench.coin) == 1 + order.side.sign * order.quantity

    async def test_x42_flows_explain_every_balance(self, desk: Desk) -> None:
        """X42: given some trading, when all flows are summed, then they are the balances."""
        for side in (Side.BUY, Side.SELL, Side.BUY):
            await desk.venue.orders.place(await desk.order(side, await desk.small()))
            await desk.bench.clock.sleep(60)
        assert await desk.is_reconciled()
        flows = await desk.venue.account.flows(None)
        assert len({flow.flow_id for flow in flows}) == len(flows)
        assert {FlowKind.TRADE, FlowKind.FEE} <= {flow.kind for flow in flows}
        assert list(flows) == sorted(flows, key=lambda flow: flow.occurred_at)

    async def test_x43_flows_can_be_read_from_an_instant(self, desk: Desk) -> None:
        """X43: given flows before and after, when read from an instant, then it is included."""
        await desk.bench.clock.sleep(60)
        since = desk.bench.clock.now()
        order = await desk.order(Side.BUY, await desk.small())
        await desk.venue.orders.place(order)
        flows = await desk.venue.account.flows(since)
        assert flows
        assert {flow.reference for flow in flows} == {order.client_id}
        assert await desk.venue.account.flows(since + timedelta(seconds=1)) == ()
