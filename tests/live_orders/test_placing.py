"""Orders that Kraken takes: what is sent, and what is told of it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.exchange.live.placer import KrakenPlacer
from bot.venues.connection import Connection
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.errors import InputInvalid, OrderOutcomeUnknown
from core.domain.market import Side
from core.domain.units import Asset
from tests.emulators.kraken.faults import Meanwhile, Puts
from tests.live_orders.scene import USD, Floor, told

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_exactly_one_request_is_sent(desk: Floor) -> None:
    """It is a limit order that rests nowhere, with fees in quote, a deadline and the client id."""
    order = desk.order()
    await desk.placer.place(order)
    sent = dict(desk.sent())
    assert sent.pop("nonce")
    assert sent == {
        "pair": "XXBTZUSD",
        "type": "buy",
        "ordertype": "limit",
        "volume": "0.15",
        "price": "50010",
        "timeinforce": "IOC",
        "oflags": "fciq",
        "cl_ord_id": order.client_id,
        "deadline": "2026-03-02T09:30:20Z",
    }


async def test_a_filled_order_is_told_trade_by_trade(desk: Floor) -> None:
    """Each level is a fill at its own price, and fills and fees explain the money to the cent."""
    order = desk.order("0.15", "50010")
    report = await desk.placer.place(order)
    assert told(report) == [
        ("0.10000000", "50000.00000", "20.00000"),
        ("0.05000000", "50010.00000", "10.00200"),
    ]
    assert (report.client_id, report.is_open) == (order.client_id, False)
    assert {fill.fee_asset for fill in report.fills} == {USD}
    assert {fill.client_id for fill in report.fills} == {order.client_id}
    paid = sum(fill.notional + fill.fee for fill in report.fills)
    assert desk.kraken.balance("ZUSD") == 10_000 - paid


async def test_the_average_of_the_order_is_not_what_is_told(desk: Floor) -> None:
    """An order that tells wrong prices and costs of its own changes nothing: trades are truth."""
    wrong = Puts(("*", "price"), "1.0")
    desk.kraken.misbehave("QueryOrders", wrong, times=None)
    report = await desk.placer.place(desk.order("0.1", "50000"))
    assert told(report) == [("0.10000000", "50000.00000", "20.00000")]


async def test_what_does_not_fill_is_cancelled(desk: Floor) -> None:
    """A partly filled order is over, and nothing rests on the book."""
    report = await desk.placer.place(desk.order("0.19", "50000"))
    assert told(report) == [("0.10000000", "50000.00000", "20.00000")]
    assert not report.is_open
    assert desk.kraken.account.open_orders() == []


async def test_an_order_that_meets_nobody_has_no_fills(desk: Floor) -> None:
    """It was taken, it is over, and it brought nothing."""
    report = await desk.placer.place(desk.order("0.1", "49000"))
    assert report.venue_id
    assert (report.fills, report.is_open) == ((), False)


async def test_a_sale_is_told_as_a_sale(desk: Floor) -> None:
    """Side, price and the fee in quote are those of the trades."""
    report = await desk.placer.place(desk.order("0.1", "49990", side=Side.SELL))
    assert {(fill.side, fill.fee_asset) for fill in report.fills} == {(Side.SELL, USD)}
    assert told(report) == [("0.10000000", "49990.00000", "19.99600")]


async def test_many_trades_are_asked_for_in_parts(desk: Floor) -> None:
    """More trades than one question may name are all told."""
    asks = [(str(50_000 + n), "0.001") for n in range(45)]
    desk.kraken.market("BTC/USD").set_book(bids=[("49990", "1")], asks=asks)
    report = await desk.placer.place(desk.order("0.045", "50100"))
    assert len(report.fills) == 45
    assert sum(fill.quantity for fill in report.fills) == Decimal("0.045")


async def test_an_order_that_names_too_few_trades_is_completed(desk: Floor) -> None:
    """The history of trades fills in what the order's own list leaves out."""
    desk.kraken.misbehave("QueryOrders", Puts(("*", "trades"), []), times=None)
    report = await desk.placer.place(desk.order("0.15", "50010"))
    assert sum(fill.quantity for fill in report.fills) == Decimal("0.15")


async def test_a_slow_book_keeping_is_waited_for(desk: Floor) -> None:
    """Orders and trades that show a moment later are told all the same, after one order sent."""
    desk.kraken.habits.lags |= {"QueryOrders": 0.4, "QueryTrades": 1.2, "TradesHistory": 1.2}
    report = await desk.placer.place(desk.order("0.15", "50010"))
    assert len(report.fills) == 2
    assert desk.kraken.record.count("AddOrder") == 1


async def test_books_that_stay_behind_leave_the_outcome_open(desk: Floor) -> None:
    """An order whose trades do not show is unknown, not unfilled; later it is found whole."""
    desk.kraken.habits.lags |= {"QueryTrades": 30, "TradesHistory": 30}
    order = desk.order("0.15", "50010")
    with pytest.raises(OrderOutcomeUnknown, match="taken it as O"):
        await desk.placer.place(order)
    await desk.clock.sleep(30)
    assert len(told(await desk.placer.find(order.client_id))) == 2
    assert desk.kraken.record.count("AddOrder") == 1


async def test_fees_in_coins_are_not_guessed(desk: Floor) -> None:
    """An order that pays in coins is told by nobody as one that pays in quote."""
    desk.kraken.misbehave("QueryOrders", Puts(("*", "oflags"), "fcib"), times=None)
    with pytest.raises(OrderOutcomeUnknown, match="pays its fees in coins"):
        await desk.placer.place(desk.order())


async def test_another_order_in_the_answer_is_not_believed(desk: Floor) -> None:
    """An answer about an order of another size leaves the outcome open."""
    desk.kraken.misbehave("QueryOrders", Puts(("*", "vol"), "9.00000000"), times=None)
    with pytest.raises(OrderOutcomeUnknown, match="another order"):
        await desk.placer.place(desk.order())


async def test_the_placer_never_has_ccxt_repeat_an_order(desk: Floor) -> None:
    """Even with ccxt told to repeat what fails, an order is sent once."""
    insistent = replace(spot_venue("kraken"), options={"maxRetriesOnFailure": 3})
    connection = Connection(insistent, desk.clock, base_url=desk.server.base_url, key=desk.key)
    desk.kraken.habits.system = "maintenance"
    try:
        with pytest.raises(OrderOutcomeUnknown):
            await KrakenPlacer(connection, USD).place(desk.order())
    finally:
        await connection.close()
    assert desk.kraken.record.count("AddOrder") == 1


async def test_a_client_id_does_not_protect(desk: Floor) -> None:
    """Sent twice is traded twice, as at any venue; each report tells its own order."""
    order = desk.order("0.05", "50000")
    first, second = await desk.placer.place(order), await desk.placer.place(order)
    assert first.venue_id != second.venue_id
    assert desk.kraken.balance("XXBT") == Decimal("0.6")


async def test_the_book_moves_away_before_the_order_arrives(desk: Floor) -> None:
    """The limit holds: nothing is bought above it."""
    market = desk.kraken.market("BTC/USD")
    desk.kraken.misbehave("AddOrder", Meanwhile(lambda: market.move_to("60000")))
    assert (await desk.placer.place(desk.order())).fills == ()


@pytest.mark.parametrize("name", ["binance", "coinbase"])
async def test_other_venues_are_not_traded_at(desk: Floor, name: str) -> None:
    """A connection to another venue is refused before any order."""
    connection = Connection(spot_venue(name), desk.clock, key=desk.key)
    with pytest.raises(InputInvalid, match="at Kraken only"):
        KrakenPlacer(connection, USD)


@pytest.mark.parametrize("key", [None, ApiKey("", "AAAA"), ApiKey("K", ""), ApiKey("K", "no-b64!")])
async def test_a_key_that_cannot_sign_is_refused_at_once(desk: Floor, key: ApiKey | None) -> None:
    """A missing or damaged key is told when the placer is made, not with the first order."""
    connection = Connection(spot_venue("kraken"), desk.clock, key=key)
    with pytest.raises(InputInvalid, match="missing or not complete"):
        KrakenPlacer(connection, Asset("USD"))
