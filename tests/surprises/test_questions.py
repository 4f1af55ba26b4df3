"""What ccxt makes of a question on its way to Kraken."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.keys import read_powers
from bot.exchange.live.market import CcxtMarket
from bot.exchange.live.placer import KrakenPlacer
from bot.venues.connection import Connection
from bot.venues.table import FUNDING, SPOT, Venue, spot_venue
from core.domain.errors import FeedUnavailable, OrderOutcomeUnknown, OrderRejected
from core.domain.portfolio import FlowKind
from tests.emulators.kraken.faults import Puts, Rewrites
from tests.emulators.public_venue import Answers
from tests.live_orders.scene import BRISK, BTC, USD, Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")

VENUES = [*SPOT.values(), *(perpetuals.venue for perpetuals in FUNDING.values())]


async def _use_everything(desk: Floor) -> None:
    """Ask Kraken everything that is ever asked of an account, at a pace that it allows."""
    await desk.clock.sleep(60)
    order = desk.order("0.05", "50010")
    await desk.placer.place(order)
    await desk.placer.find(order.client_id)
    await desk.placer.find("00000000-0000-0000-0000-0000000000ff")
    await desk.placer.cancel(order.client_id)
    await desk.clock.sleep(60)
    account = KrakenAccount(desk.connection, USD, desk.clock)
    await account.balances()
    await account.flows(None)
    await read_powers(desk.connection)


async def test_truth_is_written_small(desk: Floor) -> None:
    """A strict Kraken takes Python's ``True``, as ccxt sends it, for false: we send ``true``."""
    desk.kraken.habits.has_strict_flags = True
    report = await desk.placer.place(desk.order("0.05", "50000"))
    assert len(report.fills) == 1
    # Its trades were told with the order; else the history would have been asked for them.
    assert desk.kraken.record.count("TradesHistory") == 0
    await _use_everything(desk)
    sent = {text for call in desk.kraken.record for text in call.params.values()}
    assert "true" in sent
    assert sent.isdisjoint({"True", "False"})


async def test_nothing_is_sent_that_kraken_would_read_otherwise(desk: Floor) -> None:
    """No userref beside a client id, no dry run that is none, and no price in percent."""
    await _use_everything(desk)
    for call in desk.kraken.record:
        assert call.params.keys().isdisjoint({"userref", "clientOrderId", "test", "validate"})
        assert "%" not in call.params.get("price", "")


async def test_the_venues_clock_is_not_made_ours(desk: Floor) -> None:
    """Kraken tells whole seconds, so a right clock looks a second off: nonces keep to our own."""
    desk.kraken.habits.ahead = timedelta(milliseconds=975)
    await _use_everything(desk)
    assert desk.kraken.record.count("Time") == 0


async def test_waiting_for_the_pace_counts_as_time(
    desk: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order may wait for what questions before it cost; its deadline is looked at afterwards."""
    exchange = desk.connection._opened()  # noqa: SLF001  # ccxt itself

    async def wait(_cost: float | None = None) -> None:
        await desk.clock.sleep(19)

    monkeypatch.setattr(exchange, "throttle", wait)
    with pytest.raises(OrderRejected, match="nothing was sent: its deadline"):
        await desk.placer.place(desk.order(seconds=20))
    assert desk.kraken.record.count("AddOrder") == 0


@pytest_asyncio.fixture(loop_scope="module")
async def public(desk: Floor) -> AsyncIterator[CcxtMarket]:
    """Give a market on the same exchange, before anything was read."""
    base_url = desk.server.base_url
    market = CcxtMarket("kraken", USD, desk.clock, base_url=base_url, manners=BRISK)
    yield market
    await market.close()


@pytest.mark.parametrize("missing", ["altname", "pair_decimals", "lot_decimals"])
async def test_a_list_of_markets_with_a_hole_is_an_error_of_the_venue(
    desk: Floor, public: CcxtMarket, missing: str
) -> None:
    """The library breaks on it with an error of Python's own, or goes on without the step."""

    def cut(pairs: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
        return {n: {k: v for k, v in row.items() if k != missing} for n, row in pairs.items()}

    desk.kraken.misbehave("AssetPairs", Rewrites(cut))
    if missing == "pair_decimals":
        for market in desk.kraken.markets.values():
            market.pair.tick_size = Decimal(0)
    with pytest.raises(FeedUnavailable):
        await public.rules([BTC])


async def test_the_fee_is_the_pairs_own(desk: Floor, public: CcxtMarket) -> None:
    """A fee that Kraken does not tell is unknown, and not the one of years ago in the library."""
    (rules,) = await public.rules([BTC])
    assert rules.taker_fee == Decimal("0.004")
    await desk.clock.sleep(86_400)
    desk.kraken.misbehave("AssetPairs", Puts(("*", "fees"), []))
    (rules,) = await public.rules([BTC])
    assert rules.taker_fee is None


async def test_a_price_keeps_every_digit(desk: Floor, public: CcxtMarket) -> None:
    """As floats, ccxt's numbers would end after seventeen digits."""
    bid = "49990.123456789012345678"
    desk.kraken.misbehave("Ticker", Puts(("XXBTZUSD", "b"), [bid, "1", "1.000"]))
    (quote,) = await public.quotes([BTC])
    assert str(quote.bid) == bid


@pytest.mark.parametrize("venue", VENUES, ids=lambda venue: venue.name)
async def test_no_address_of_a_venue_is_left_as_it_was(desk: Floor, venue: Venue) -> None:
    """Binance alone has fifteen of them, in tables of tables: another base holds for all."""
    base_url = desk.server.base_url
    connection = Connection(venue, desk.clock, base_url=f"{base_url}/gateway", manners=BRISK)

    def texts(table: object) -> list[str]:
        if isinstance(table, dict):
            return [text for part in table.values() for text in texts(part)]
        return [str(table)]

    addresses = texts(connection._opened().urls["api"])  # noqa: SLF001  # ccxt itself
    await connection.close()
    assert addresses
    assert all(address.startswith(f"{base_url}/gateway") for address in addresses)


async def test_many_orders_are_asked_for_in_parts(desk: Floor) -> None:
    """Kraken tells fifty orders at a time; the trades of sixty by hand are all told."""
    desk.kraken.market("BTC/USD").set_book([("49990", "5")], [("50000", "5")])
    for _ in range(60):
        desk.kraken.owner.trade("BTC/USD", "buy", "0.0001")
    flows = await KrakenAccount(desk.connection, USD, desk.clock).flows(None)
    assert len([f for f in flows if f.kind is FlowKind.TRADE and f.asset == BTC]) == 60
    asked = [call.params["txid"].split(",") for call in desk.kraken.record.of("QueryOrders")]
    assert [len(names) for names in asked] == [50, 10]


@pytest.mark.parametrize("form", ["capitals", "no hyphens"])
async def test_a_flow_bears_our_own_form_of_the_id(desk: Floor, form: str) -> None:
    """However Kraken writes the id of our order, its trade does not pass for one by hand."""
    order = desk.order()
    await desk.placer.place(order)
    told = order.client_id.upper() if form == "capitals" else order.client_id.replace("-", "")
    desk.kraken.misbehave("QueryOrders", Puts(("*", "cl_ord_id"), told))
    flows = await KrakenAccount(desk.connection, USD, desk.clock).flows(None)
    assert {f.reference for f in flows if f.kind is FlowKind.TRADE} == {order.client_id}


async def test_an_order_in_a_pair_that_nobody_knows_is_not_read(desk: Floor) -> None:
    """The library would take the unknown word itself for the name of a market."""
    order = desk.order()
    await desk.placer.place(order)
    row = {"pair": "XBTMARS", "type": "buy"}
    desk.kraken.misbehave("ClosedOrders", Puts(("closed", "*", "descr"), row))
    with pytest.raises(FeedUnavailable):
        await desk.placer.find(order.client_id)


async def test_a_closed_connection_opens_again(desk: Floor) -> None:
    """The library refuses every question after ``close``; here the next one opens it anew."""
    venue, base_url = spot_venue("kraken"), desk.server.base_url
    connection = Connection(venue, desk.clock, base_url=base_url, manners=BRISK, key=desk.key)
    account = KrakenAccount(connection, USD, desk.clock)
    before = await account.balances()
    await connection.close()
    assert await account.balances() == before
    await KrakenPlacer(connection, USD).place(desk.order())
    await connection.close()


@pytest.mark.parametrize("status", [520, 524, 599])
async def test_an_answer_under_a_status_without_a_name_is_none(desk: Floor, status: int) -> None:
    """However well it reads, what comes under a fault's status may be from anywhere on the way."""
    answer = '{"error":[],"result":{"ZUSD":{"balance":"1.0000","hold_trade":"0.0000"}}}'
    desk.kraken.misbehave("BalanceEx", Answers(answer, status))
    with pytest.raises(FeedUnavailable):
        await KrakenAccount(desk.connection, USD, desk.clock).balances()


async def test_an_order_without_an_id_is_unknown_at_once(desk: Floor) -> None:
    """There is nothing to ask for under an empty id, so nothing is asked; it is found by ours."""
    desk.kraken.misbehave("AddOrder", Answers('{"error":[],"result":{"txid":[""]}}'))
    order = desk.order()
    with pytest.raises(OrderOutcomeUnknown, match="empty order id"):
        await desk.placer.place(order)
    assert desk.kraken.record.count("QueryOrders") == 0
    assert await desk.placer.find(order.client_id) is not None


async def test_an_emptied_account_is_empty_and_a_silent_one_is_not(desk: Floor) -> None:
    """Rows of zero say that everything is gone; no row at all says nothing."""
    account = KrakenAccount(desk.connection, USD, desk.clock)
    for asset in ("ZUSD", "XXBT"):
        desk.kraken.owner.withdraw(asset, str(desk.kraken.balance(asset)))
    assert await account.balances() == ()
    desk.kraken.misbehave("BalanceEx", Answers('{"error":[],"result":{}}'))
    with pytest.raises(FeedUnavailable, match="no balance at all"):
        await account.balances()
