"""Looking an order up, and calling one off."""

from datetime import timedelta

import pytest

from core.domain.errors import AccountProblem, FeedUnavailable
from tests.emulators.kraken.faults import (
    EMPTY,
    NO_RESULT,
    Disconnects,
    Fault,
    Puts,
    Repeats,
    Shifts,
    Shuffles,
    error,
    status,
)
from tests.emulators.kraken.orders import Order as Booked
from tests.emulators.public_venue import HTML, BreaksOff, CutsOff
from tests.live_orders.scene import USD, Floor, told

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "00000000-0000-0000-0000-0000000000ff"
SILENCES: dict[str, Fault] = {
    "a web page": HTML,
    "nothing": EMPTY,
    "no result": NO_RESULT,
    "half an answer": CutsOff(),
    "an answer that breaks off": BreaksOff(),
    "a closed connection": Disconnects(),
    "status 502": status(502),
    "status 524": status(524),
    "a busy venue": error("EService:Busy"),
}
REFUSED: dict[str, tuple[str, str]] = {
    "a wrong nonce": ("EAPI:Invalid nonce", "another program uses this key"),
    "a key without the right": ("EGeneral:Permission denied", "may not do that"),
    "a key that is gone": ("EAPI:Invalid key", "does not know this key"),
}
WITNESSES = ("OpenOrders", "ClosedOrders", "TradesHistory")


async def _rest(desk: Floor, client_id: str, limit: str = "49000") -> Booked:
    """Put an order on the book as something else than the placer would, and return it."""
    await desk.connection.ask(
        "private_post_addorder",
        {
            "pair": "XXBTZUSD",
            "type": "buy",
            "ordertype": "limit",
            "volume": "0.01",
            "price": limit,
            "cl_ord_id": client_id,
        },
    )
    return desk.kraken.orders()[-1]


async def test_what_was_placed_is_what_is_found(desk: Floor) -> None:
    """The look-up tells exactly the report of the placing, also after a restart."""
    order = desk.order()
    report = await desk.placer.place(order)
    assert await desk.placer.find(order.client_id) == report
    assert await desk.another_placer().find(order.client_id) == report


async def test_an_order_without_fills_is_found_as_such(desk: Floor) -> None:
    """Cancelled with nothing bought is not the same as absent."""
    order = desk.order("0.1", "49000")
    await desk.placer.place(order)
    found = await desk.another_placer().find(order.client_id)
    assert found is not None
    assert (found.fills, found.is_open) == ((), False)


async def test_nothing_is_there_only_after_all_three_said_so(desk: Floor) -> None:
    """Open orders, closed orders and trades are all asked before the answer is None."""
    await desk.placer.place(desk.order())
    asked = [desk.kraken.record.count(name) for name in WITNESSES]
    assert await desk.placer.find(NOBODY) is None
    now = [desk.kraken.record.count(name) for name in WITNESSES]
    assert now == [count + 1 for count in asked]


@pytest.mark.parametrize("endpoint", [*WITNESSES, "QueryOrders"])
@pytest.mark.parametrize("name", SILENCES)
async def test_without_an_answer_nothing_is_absent(desk: Floor, endpoint: str, name: str) -> None:
    """One witness that does not answer is enough to know nothing."""
    await desk.placer.place(desk.order())
    desk.kraken.misbehave(endpoint, SILENCES[name])
    with pytest.raises(FeedUnavailable) as caught:
        await desk.placer.find(NOBODY)
    assert desk.key.public not in str(caught.value)
    desk.kraken.calm()
    assert await desk.placer.find(NOBODY) is None


@pytest.mark.parametrize("endpoint", [*WITNESSES, "QueryOrders"])
@pytest.mark.parametrize("name", REFUSED)
async def test_a_refused_key_is_named_and_nothing_is_absent(
    desk: Floor, endpoint: str, name: str
) -> None:
    """A look-up that only the owner can mend says so, and knows nothing of the order."""
    words, said = REFUSED[name]
    await desk.placer.place(desk.order())
    desk.kraken.misbehave(endpoint, error(words))
    with pytest.raises(AccountProblem, match=said):
        await desk.placer.find(NOBODY)


async def test_an_open_order_is_found_open(desk: Floor) -> None:
    """An order that something left on the book is told as open."""
    await _rest(desk, NOBODY)
    found = await desk.placer.find(NOBODY)
    assert found is not None
    assert (found.is_open, found.fills) == (True, ())


async def test_trades_tell_of_an_order_that_the_lists_do_not_show_yet(desk: Floor) -> None:
    """While closed orders lag behind, the trades already lead to the order."""
    order = desk.order()
    report = await desk.placer.place(order)
    desk.kraken.habits.lags |= {"OpenOrders": 60, "ClosedOrders": 60}
    assert await desk.another_placer().find(order.client_id) == report


async def test_other_trades_do_not_pass_for_ours(desk: Floor) -> None:
    """Trades made by hand lead to orders without our id, and to nothing."""
    desk.kraken.owner.trade("BTC/USD", "buy", "0.05")
    assert await desk.placer.find(NOBODY) is None


async def test_fills_that_do_not_add_up_are_not_told(desk: Floor) -> None:
    """An order whose trades lag behind is not found smaller than it is."""
    order = desk.order()
    await desk.placer.place(order)
    desk.kraken.habits.lags |= {"QueryTrades": 60, "TradesHistory": 60}
    with pytest.raises(FeedUnavailable):
        await desk.placer.find(order.client_id)


@pytest.mark.parametrize("is_second_open", [True, False])
async def test_two_orders_under_one_id_need_a_person(desk: Floor, *, is_second_open: bool) -> None:
    """Which of them is ours cannot be told, so none of them is; both are named."""
    order = desk.order("0.05", "50000")
    first = await desk.placer.place(order)
    if is_second_open:
        second = (await _rest(desk, order.client_id)).id
    else:
        second = (await desk.placer.place(order)).venue_id
    with pytest.raises(AccountProblem) as caught:
        await desk.placer.find(order.client_id)
    assert first.venue_id in str(caught.value)
    assert second in str(caught.value)


async def test_an_order_among_many_pages_is_found(desk: Floor) -> None:
    """Hundreds of trades since the order hide neither it nor its absence."""
    order = desk.order("0.1", "50000")
    report = await desk.placer.place(order)
    desk.kraken.market("BTC/USD").set_book([("49990", "5")], [("50000", "5")])
    for _ in range(120):
        desk.kraken.owner.trade("BTC/USD", "buy", "0.0001")
    desk.kraken.habits.lags["ClosedOrders"] = 3600
    assert await desk.another_placer().find(order.client_id) == report
    await desk.clock.sleep(30)
    assert await desk.placer.find(NOBODY) is None


@pytest.mark.parametrize("rows", [1, 7])
async def test_a_page_that_begins_too_late_is_noticed(desk: Floor, rows: int) -> None:
    """Rows that fall between two pages leave the history incomplete, and that is said."""
    desk.kraken.market("BTC/USD").set_book([("49990", "5")], [("50000", "5")])
    for _ in range(70):
        desk.kraken.owner.trade("BTC/USD", "buy", "0.0001")
    desk.kraken.misbehave("TradesHistory", Shifts(rows))
    with pytest.raises(FeedUnavailable, match="of 70 rows"):
        await desk.placer.find(NOBODY)


async def test_rows_that_come_twice_do_no_harm(desk: Floor) -> None:
    """A page that begins too early is read on from where it ends."""
    desk.kraken.market("BTC/USD").set_book([("49990", "5")], [("50000", "5")])
    order = desk.order("0.1", "50000")
    report = await desk.placer.place(order)
    for _ in range(70):
        desk.kraken.owner.trade("BTC/USD", "buy", "0.0001")
    desk.kraken.habits.lags["ClosedOrders"] = 3600
    desk.kraken.misbehave("TradesHistory", Shifts(-7), nth=2)
    desk.kraken.misbehave("TradesHistory", Shuffles(3))
    assert await desk.placer.find(order.client_id) == report


@pytest.mark.parametrize("endpoint", ["ClosedOrders", "QueryTrades", "QueryOrders"])
async def test_an_answer_to_another_question_is_not_believed(desk: Floor, endpoint: str) -> None:
    """The answer that an earlier question got tells nothing of this order."""
    first, second = desk.order("0.05", "50000"), desk.order("0.05", "50010")
    for order in (first, second):
        await desk.placer.place(order)
        await desk.placer.find(order.client_id)
    await desk.placer.find(first.client_id)
    desk.kraken.misbehave(endpoint, Repeats())
    if endpoint == "QueryOrders":
        desk.kraken.habits.lags["ClosedOrders"] = 3600
    with pytest.raises(FeedUnavailable):
        await desk.placer.find(second.client_id)


@pytest.mark.parametrize("form", [str.upper, lambda text: text.replace("-", "")])
async def test_an_id_in_another_form_is_the_same_id(desk: Floor, form: object) -> None:
    """Kraken may write an UUID in capitals or without hyphens; the report has our own form."""
    assert callable(form)
    order = desk.order()
    report = await desk.placer.place(order)
    client_id = form(order.client_id)
    desk.kraken.misbehave("ClosedOrders", Puts(("closed", "*", "cl_ord_id"), client_id))
    assert await desk.placer.find(order.client_id) == report


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("closed", "*", "status"), "melted"),
        (("closed", "*", "vol_exec"), "much"),
        (("closed", "*", "vol_exec"), "-1"),
        (("closed", "*", "descr"), None),
        (("closed", "*", "cl_ord_id"), None),
        (("closed", "*"), "nothing"),
        (("closed",), []),
        (("count",), "many"),
        (("count",), 2),
        (("count",), 0),
    ],
)
async def test_a_strange_row_is_not_read_as_something(
    desk: Floor, path: tuple[str, ...], value: object
) -> None:
    """A row that says what no order says is no answer."""
    order = desk.order()
    await desk.placer.place(order)
    desk.kraken.misbehave("ClosedOrders", Puts(path, value), times=None)
    with pytest.raises(FeedUnavailable):
        await desk.placer.find(order.client_id)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("*", "vol"), "0"),
        (("*", "vol"), "0.01"),
        (("*", "price"), "-50000"),
        (("*", "fee"), "free"),
        (("*", "type"), "sell"),
        (("*", "pair"), "XETHZUSD"),
        (("*", "ordertxid"), "OSOMEONES-ORDER"),
        (("*", "time"), None),
    ],
)
async def test_a_strange_trade_is_not_read_as_a_fill(
    desk: Floor, path: tuple[str, ...], value: object
) -> None:
    """A trade that cannot be one of the order is no fill of it."""
    order = desk.order("0.15", "50010")
    await desk.placer.place(order)
    desk.kraken.misbehave("QueryTrades", Puts(path, value), times=None)
    if path[1] == "vol":
        desk.kraken.misbehave("TradesHistory", NO_RESULT, times=None)
    with pytest.raises(FeedUnavailable):
        await desk.placer.find(order.client_id)


async def test_the_intent_keeps_the_look_up_short(desk: Floor) -> None:
    """Where somebody remembers when the order was meant, older history is not read."""
    order = desk.order()
    await desk.clock.sleep(3 * 86_400)
    placer = type(desk.placer)(desk.connection, USD, intended_at=lambda _: order.intent_at)
    assert await placer.find(order.client_id) is None
    (closed,) = desk.kraken.record.of("ClosedOrders")
    (trades,) = desk.kraken.record.of("TradesHistory")
    begin = str(int((order.intent_at - timedelta(hours=1)).timestamp()))
    assert (closed.params["start"], trades.params["start"]) == (begin, begin)
    assert closed.params["cl_ord_id"] == order.client_id


async def test_an_old_order_is_found_without_a_memory(desk: Floor) -> None:
    """Weeks later, and with nobody knowing when it was meant, the order is still there."""
    order = desk.order()
    report = await desk.placer.place(order)
    await desk.clock.sleep(60 * 86_400)
    assert await desk.another_placer().find(order.client_id) == report


async def test_an_open_order_is_cancelled_by_its_id(desk: Floor) -> None:
    """It leaves the book, and another one stays."""
    mine, other = await _rest(desk, NOBODY), await _rest(desk, "other", "48000")
    await desk.placer.cancel(NOBODY)
    assert (mine.is_open, other.is_open) == (False, True)
    found = await desk.placer.find(NOBODY)
    assert found is not None
    assert not found.is_open
    assert told(found) == []


async def test_cancelling_what_is_over_is_no_error(desk: Floor) -> None:
    """Finished, unknown and already being cancelled: there is nothing to do, and no error."""
    order = desk.order()
    report = await desk.placer.place(order)
    await desk.placer.cancel(order.client_id)
    await desk.placer.cancel(NOBODY)
    for words in ("EOrder:Invalid order", "EOrder:Cancel pending"):
        desk.kraken.misbehave("CancelOrder", error(words))
        await desk.placer.cancel(order.client_id)
    assert await desk.placer.find(order.client_id) == report


@pytest.mark.parametrize("name", SILENCES)
async def test_a_cancellation_without_an_answer_says_so(desk: Floor, name: str) -> None:
    """Nobody is told that an order is gone when Kraken did not say it; asking again is safe."""
    mine = await _rest(desk, NOBODY)
    desk.kraken.misbehave("CancelOrder", SILENCES[name])
    with pytest.raises(FeedUnavailable):
        await desk.placer.cancel(NOBODY)
    await desk.placer.cancel(NOBODY)
    assert not mine.is_open


@pytest.mark.parametrize("name", REFUSED)
async def test_a_cancellation_with_a_refused_key_is_named(desk: Floor, name: str) -> None:
    """Only the owner can mend it, and the order is still there."""
    words, said = REFUSED[name]
    mine = await _rest(desk, NOBODY)
    desk.kraken.misbehave("CancelOrder", error(words))
    with pytest.raises(AccountProblem, match=said):
        await desk.placer.cancel(NOBODY)
    assert mine.is_open
