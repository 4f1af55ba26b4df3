"""The emulated Kraken seen by a real ccxt client: orders from placing to their end."""

from __future__ import annotations

from decimal import Decimal

import ccxt.async_support as ccxt
import pytest

from tests.emulators.kraken.faults import Meanwhile, Postpones
from tests.emulators.kraken.keys import Permission
from tests.emulators.kraken.scene import IOC, MORNING, Scene, later

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_an_order_takes_the_levels_it_reaches(play: Scene) -> None:
    """Each level is a trade at its own price; fees are the taker's; balances are exact."""
    placed = await play.place("buy", "0.15", "50010", clientOrderId="rb-1", **IOC)
    order = await play.client.fetch_order(placed["id"])
    assert (order["status"], order["clientOrderId"], order["filled"]) == (
        "closed",
        "rb-1",
        "0.15000000",
    )
    trades = await play.client.fetch_my_trades("BTC/USD")
    assert [(trade["price"], trade["amount"]) for trade in trades] == [
        ("50000.00000", "0.10000000"),
        ("50010.00000", "0.05000000"),
    ]
    paid = Decimal("7500.5") + Decimal("30.002")
    assert play.kraken.balance("ZUSD") == 10_000 - paid
    assert play.kraken.balance("XXBT") == Decimal("0.65")


async def test_the_rest_of_an_immediate_order_is_canceled(play: Scene) -> None:
    """What the limit does not reach is not bought, and nothing rests."""
    placed = await play.place("buy", "0.19", "50000", **IOC)
    order = await play.client.fetch_order(placed["id"])
    assert (order["status"], order["filled"], order["remaining"]) == (
        "canceled",
        "0.10000000",
        "0.09",
    )
    assert await play.client.fetch_open_orders() == []
    assert [row["id"] for row in await play.client.fetch_closed_orders()] == [placed["id"]]


async def test_an_immediate_order_beyond_the_book_fills_nothing(play: Scene) -> None:
    """It is accepted, canceled at once, and costs nothing."""
    placed = await play.place("buy", "0.1", "49000", **IOC)
    order = await play.client.fetch_order(placed["id"])
    assert (order["status"], order["filled"]) == ("canceled", "0.00000000")
    assert play.kraken.balance("ZUSD") == 10_000


async def test_the_average_is_cut_and_the_trades_are_true(play: Scene) -> None:
    """What ccxt makes of the order's average is not what was paid."""
    market = play.kraken.market("BTC/USD")
    market.set_book([("49990", "1")], [("50000", "0.1"), ("50000.1", "0.05")])
    placed = await play.place("buy", "0.15", "50000.1", **IOC)
    order = await play.client.fetch_order(placed["id"])
    trades = await play.client.fetch_my_trades()
    assert sum(Decimal(trade["cost"]) for trade in trades) == Decimal("7500.005")
    assert Decimal(order["cost"]) == Decimal("7500.000")


async def test_a_limit_order_rests_until_the_book_comes(play: Scene) -> None:
    """It keeps its funds on hold, fills at its own price, and pays the maker's fee."""
    placed = await play.place("buy", "0.1", "49995", oflags="fciq")
    balance = await play.client.fetch_balance()
    assert (balance["used"]["USD"], balance["free"]["USD"]) == ("5019.4980", "4980.502")
    play.kraken.market("BTC/USD").set_book([("49000", "1")], [("49990", "0.04")])
    order = await play.client.fetch_order(placed["id"])
    assert (order["status"], order["filled"]) == ("open", "0.04000000")
    play.kraken.market("BTC/USD").set_book([("49000", "1")], [("49990", "3")])
    assert (await play.client.fetch_order(placed["id"]))["status"] == "closed"
    trades = await play.client.fetch_my_trades()
    assert {(trade["takerOrMaker"], trade["price"]) for trade in trades} == {
        ("maker", "49995.00000")
    }
    assert play.kraken.balance("ZUSD") == 10_000 - Decimal("4999.5") - Decimal("12.4987")


async def test_a_canceled_order_keeps_what_it_filled(play: Scene) -> None:
    """Its status is canceled, its fill stays, its hold is gone."""
    placed = await play.place("sell", "0.4", "49985", clientOrderId="rb-2")
    await play.client.cancel_order(None, None, {"clientOrderId": "rb-2"})
    order = await play.client.fetch_order(placed["id"])
    assert (order["status"], order["filled"]) == ("canceled", "0.10000000")
    assert (await play.client.fetch_balance())["used"]["BTC"] == "0.0000000000"


async def test_cancelling_what_is_gone_is_an_unknown_order(play: Scene) -> None:
    """To ccxt it is OrderNotFound, whether it was filled or never there."""
    placed = await play.place("buy", "0.01", "50000", **IOC)
    for name in (placed["id"], "OAAAAA-BBBBB-CCCCCC"):
        with pytest.raises(ccxt.OrderNotFound):
            await play.client.cancel_order(name)
    with pytest.raises(ccxt.InvalidOrder, match="EOrder:Unknown order"):
        await play.client.fetch_order("OAAAAA-BBBBB-CCCCCC")


async def test_all_open_orders_are_canceled_at_once(play: Scene) -> None:
    """CancelAll tells how many."""
    for price in ("49000", "48000"):
        await play.place("buy", "0.01", price)
    assert (await play.ask("CancelAll"))["count"] == 2
    assert await play.client.fetch_open_orders() == []


async def test_a_dead_mans_switch_strikes_unless_renewed(play: Scene) -> None:
    """After its time every open order is canceled, whoever looks when."""
    await play.place("buy", "0.01", "49000")
    await play.client.cancel_all_orders_after(60_000)
    await play.clock.sleep(59)
    assert len(await play.client.fetch_open_orders()) == 1
    await play.clock.sleep(2)
    (order,) = await play.client.fetch_closed_orders()
    assert order["lastUpdateTimestamp"] == int(MORNING.timestamp() + 60) * 1000


async def test_a_dated_order_expires(play: Scene) -> None:
    """Its status says so, and it closed at its date."""
    await play.place("buy", "0.01", "49000", timeInForce="GTD", expiretm="+30")
    await play.clock.sleep(31)
    (order,) = await play.client.fetch_closed_orders()
    assert order["status"] == "expired"
    with pytest.raises(ccxt.ExchangeError, match="expiretm"):
        await play.place("buy", "0.01", "49000", timeInForce="GTD", expiretm="+2")


async def test_a_client_id_is_unique_among_open_orders_only(play: Scene) -> None:
    """While the first rests the second is refused; once it is filled, the same id trades again."""
    await play.place("buy", "0.01", "49000", clientOrderId="same")
    with pytest.raises(ccxt.ExchangeError, match="cl_ord_id"):
        await play.place("buy", "0.01", "50000", clientOrderId="same", **IOC)
    await play.client.cancel_order(None, None, {"clientOrderId": "same"})
    for _ in range(2):
        await play.place("buy", "0.01", "50000", clientOrderId="same", **IOC)
    assert play.kraken.accepted() == {"same": 3}
    assert play.kraken.balance("XXBT") == Decimal("0.52")


async def test_an_order_is_found_by_its_client_id_where_kraken_looks(play: Scene) -> None:
    """Open and closed orders can be asked for it; fetch_order sends it as a userref, and fails."""
    placed = await play.place("buy", "0.01", "50000", clientOrderId="mine", **IOC)
    await play.place("buy", "0.01", "49000", clientOrderId="other")
    closed = await play.client.fetch_closed_orders(params={"clientOrderId": "mine"})
    assert [order["id"] for order in closed] == [placed["id"]]
    assert await play.client.fetch_open_orders(params={"clientOrderId": "mine"}) == []
    assert len(await play.client.fetch_open_orders(params={"clientOrderId": "other"})) == 1
    with pytest.raises(ccxt.ExchangeError, match="userref"):
        await play.client.fetch_order(placed["id"], None, {"clientOrderId": "mine"})


async def test_a_deadline_bounds_how_late_an_order_can_come(play: Scene) -> None:
    """What Kraken reaches after the deadline is refused; what it reaches before trades."""
    play.kraken.misbehave("AddOrder", Postpones(4))
    await play.place("buy", "0.01", "50000", deadline=later(5), **IOC)
    play.kraken.misbehave("AddOrder", Postpones(4))
    with pytest.raises(ccxt.ExchangeError, match="EService:Deadline elapsed"):
        await play.place("buy", "0.01", "50000", deadline=later(4 + 3), **IOC)
    assert len(play.kraken.orders()) == 1


async def test_a_book_can_move_between_quote_and_order(play: Scene) -> None:
    """An immediate order then fills less, and never beyond its limit."""
    book = [("49000", "1")], [("50000", "0.02"), ("51000", "9")]
    play.kraken.misbehave(
        "AddOrder", Meanwhile(lambda: play.kraken.market("BTC/USD").set_book(*book))
    )
    placed = await play.place("buy", "0.1", "50010", **IOC)
    assert (await play.client.fetch_order(placed["id"]))["filled"] == "0.02000000"


async def test_only_validating_places_nothing(play: Scene) -> None:
    """The answer has no id; a strict Kraken does not take ccxt's ``True`` for true and trades."""
    told = await play.place("buy", "0.01", "50000", validate="true", **IOC)
    assert (told["id"], play.kraken.orders()) == (None, [])
    with pytest.raises(ccxt.InsufficientFunds):
        await play.place("buy", "3", "50000", validate="true", **IOC)
    play.kraken.habits.has_strict_flags = True
    params = {"validate": True, **IOC}
    told = await play.client.create_order("BTC/USD", "limit", "buy", "0.01", "50000", params)
    assert (told["id"], len(play.kraken.orders())) != (None, 0)


async def test_fees_are_taken_in_the_currency_of_the_flag(play: Scene) -> None:
    """With fcib in coins, with fciq in money; who sells the last coin pays in money anyway."""
    await play.place("buy", "0.01", "50000", timeInForce="IOC", oflags="fcib")
    assert play.kraken.balance("XXBT") == Decimal("0.50996")
    assert play.kraken.balance("ZUSD") == 9_500
    sold = await play.place("sell", "0.0999", "49990", timeInForce="IOC")
    order = await play.client.fetch_order(sold["id"])
    assert order["info"]["oflags"] == "fcib"
    assert play.kraken.balance("XXBT") == Decimal("0.4096604")
    play.kraken.market("BTC/USD").set_book([("50000", "1")], [("50010", "1")])
    before = play.kraken.balance("ZUSD")
    await play.place("sell", "0.4096604", None)
    assert play.kraken.balance("XXBT") == 0
    assert play.kraken.balance("ZUSD") == before + Decimal("20483.02") - Decimal("81.932")


async def test_a_market_order_walks_the_book(play: Scene) -> None:
    """It takes what there is; what there is not is canceled."""
    market = play.kraken.market("BTC/USD")
    market.set_book([("49990", "1")], [("50000", "0.01"), ("50100", "0.01")])
    placed = await play.place("buy", "0.05", None)
    order = await play.client.fetch_order(placed["id"])
    assert (order["status"], order["filled"], order["type"]) == (
        "canceled",
        "0.02000000",
        "market",
    )


async def test_orders_of_the_owners_hand_are_told_and_told_apart(play: Scene) -> None:
    """They are in the histories like any other, and not among the program's."""
    play.kraken.owner.trade("BTC/USD", "buy", "0.02")
    await play.place("buy", "0.01", "50000", clientOrderId="bot", **IOC)
    assert len(await play.client.fetch_closed_orders()) == 2
    assert [order.request.client_id for order in play.kraken.orders()] == ["bot"]


async def test_a_key_sees_orders_of_its_permission_only(play: Scene) -> None:
    """QueryOrders leaves out closed orders when only open ones may be seen."""
    closed = await play.place("buy", "0.01", "50000", **IOC)
    opened = await play.place("buy", "0.01", "49000")
    play.use_new({Permission.QUERY_OPEN})
    orders = await play.client.fetch_orders_by_ids([closed["id"], opened["id"]])
    assert [order["id"] for order in orders] == [opened["id"]]


async def test_closed_orders_come_in_pages_of_fifty(play: Scene) -> None:
    """Newest first; count tells all; a span of time leaves rows out."""
    for number in range(60):
        await play.clock.sleep(1)
        await play.place("buy", "0.0001", "40000", clientOrderId=f"n{number}", **IOC)
    first = await play.ask("ClosedOrders")
    rest = await play.ask("ClosedOrders", ofs=50)
    names = [row["cl_ord_id"] for page in (first, rest) for row in page["closed"].values()]
    assert (first["count"], len(first["closed"])) == (60, 50)
    assert names == [f"n{number}" for number in reversed(range(60))]
    start = int(MORNING.timestamp())
    some = await play.ask("ClosedOrders", start=start + 10, end=start + 20, without_count="true")
    assert ("count" in some, len(some["closed"])) == (False, 10)


async def test_a_trade_names_its_order_and_its_ledger_entries(play: Scene) -> None:
    """TradesHistory and QueryTrades lead from a fill to the two balances it changed."""
    placed = await play.place("buy", "0.01", "50000", **IOC)
    trades = (await play.ask("TradesHistory", ledgers="true"))["trades"]
    ((trade_id, trade),) = trades.items()
    assert trade["ordertxid"] == placed["id"]
    entries = await play.ask("QueryLedgers", id=",".join(trade["ledgers"]))
    assert {(row["asset"], row["refid"]) for row in entries.values()} == {
        ("ZUSD", trade_id),
        ("XXBT", trade_id),
    }
    assert (await play.ask("QueryTrades", txid=trade_id))[trade_id]["vol"] == "0.01000000"
