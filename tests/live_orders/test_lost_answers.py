"""Orders whose answer is lost: unknown at first, then found as they are, and never sent twice."""

import asyncio
import logging

import pytest

from core.domain.errors import OrderOutcomeUnknown, OrderRejected
from tests.emulators.kraken.faults import (
    EMPTY,
    NO_RESULT,
    Disconnects,
    Fault,
    Puts,
    TakesLater,
    Unseen,
    status,
)
from tests.emulators.kraken.record import Call
from tests.emulators.public_venue import HTML, Answers, BreaksOff, CutsOff, Hangs, Holds
from tests.live_orders.scene import Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")

Lost = Answers | CutsOff | BreaksOff | Hangs | Disconnects

LOST: dict[str, Lost] = {
    "a web page": HTML,
    "nothing": EMPTY,
    "no result": NO_RESULT,
    "an empty result": Answers('{"error":[],"result":{}}'),
    "no order ids": Answers('{"error":[],"result":{"txid":[]}}'),
    "an empty order id": Answers('{"error":[],"result":{"txid":[""]}}'),
    "two order ids": Answers('{"error":[],"result":{"txid":["OA","OB"]}}'),
    "a number": Answers("17"),
    "null": Answers("null"),
    "a list": Answers("[]"),
    "half an answer": CutsOff(),
    "an answer that breaks off": BreaksOff(),
    "a closed connection": Disconnects(),
    "status 400": status(400),
    "status 403": status(403),
    "status 429": status(429),
    "status 500": status(500),
    "status 502": status(502),
    "status 503": status(503),
    "status 504": status(504),
    "status 520": status(520),
    "status 524": status(524),
    "status 599": status(599),
    "status 599 in JSON": Answers('{"error":[],"result":{"txid":["OA"]}}', 599),
}


async def _lose(desk: Floor, fault: Fault) -> str:
    """Place an order whose answer meets a fault; return its client id."""
    desk.kraken.misbehave("AddOrder", fault)
    order = desk.order("0.15", "50010")
    with pytest.raises(OrderOutcomeUnknown, match=order.client_id) as caught:
        await desk.placer.place(order)
    text = str(caught.value)
    assert desk.key.public not in text
    assert desk.key.secret not in text
    assert "://" not in text
    assert desk.kraken.record.count("AddOrder") == 1
    return order.client_id


@pytest.mark.parametrize("name", LOST)
async def test_an_order_whose_answer_is_lost_is_found(desk: Floor, name: str) -> None:
    """Kraken has taken it; the placer does not know, and one look-up tells all of it."""
    client_id = await _lose(desk, LOST[name])
    for placer in (desk.placer, desk.another_placer()):
        found = await placer.find(client_id)
        assert found is not None
        assert (found.client_id, found.is_open) == (client_id, False)
        assert [f"{fill.quantity:f}" for fill in found.fills] == ["0.10000000", "0.05000000"]
    assert len(desk.kraken.orders()) == 1


@pytest.mark.parametrize("name", LOST)
async def test_an_order_that_never_arrived_is_found_absent(desk: Floor, name: str) -> None:
    """The same fault without Kraken having seen the order: the look-up finds nothing."""
    client_id = await _lose(desk, Unseen(LOST[name]))
    assert await desk.placer.find(client_id) is None
    assert await desk.another_placer().find(client_id) is None
    assert desk.kraken.orders() == []


@pytest.mark.parametrize("is_seen", [True, False])
async def test_an_answer_that_never_comes_is_not_waited_for(hasty: Floor, *, is_seen: bool) -> None:
    """After the placer's patience the outcome is unknown, and the look-up tells the truth."""
    client_id = await _lose(hasty, Hangs() if is_seen else Unseen(Hangs()))
    found = await hasty.placer.find(client_id)
    assert (found is not None) is is_seen


async def test_an_order_taken_late_is_absent_first_and_there_later(desk: Floor) -> None:
    """Before its deadline has passed, not being there proves nothing."""
    client_id = await _lose(desk, TakesLater(8))
    assert await desk.placer.find(client_id) is None
    await desk.clock.sleep(8)
    found = await desk.placer.find(client_id)
    assert found is not None
    assert len(found.fills) == 2


async def test_an_order_that_comes_after_its_deadline_stays_absent(desk: Floor) -> None:
    """The deadline ends the doubt: whatever the way did to it, it is not traded any more."""
    client_id = await _lose(desk, TakesLater(25))
    await desk.clock.sleep(60)
    assert await desk.placer.find(client_id) is None
    assert desk.kraken.orders() == []


def _hold(desk: Floor, endpoint: str) -> tuple[asyncio.Event, asyncio.Event]:
    """Keep the next answer back; return what tells that its call came, and what lets it go."""
    came, released = asyncio.Event(), asyncio.Event()

    def notice(_: Call) -> bool:
        came.set()
        return True

    desk.kraken.misbehave(endpoint, Holds(released), when=notice)
    return came, released


async def test_an_order_in_flight_that_is_called_off_is_unknown(desk: Floor) -> None:
    """Whoever stops waiting does not know either; Kraken has taken it, and it is found."""
    came, released = _hold(desk, "AddOrder")
    order = desk.order()
    task = asyncio.create_task(desk.placer.place(order))
    await came.wait()
    task.cancel()
    with pytest.raises(OrderOutcomeUnknown, match="stopped waiting"):
        await task
    released.set()
    assert await desk.placer.find(order.client_id) is not None
    assert desk.kraken.record.count("AddOrder") == 1


async def test_an_order_called_off_before_it_is_sent_is_just_called_off(fresh: Floor) -> None:
    """While the rules are being read nothing is on its way, so nothing is unknown."""
    came, released = _hold(fresh, "AssetPairs")
    task = asyncio.create_task(fresh.placer.place(fresh.order()))
    await came.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    released.set()
    assert fresh.kraken.record.count("AddOrder") == 0


@pytest.mark.parametrize("endpoint", ["QueryOrders", "QueryTrades"])
async def test_an_order_that_was_taken_but_is_not_told_is_unknown(
    desk: Floor, endpoint: str
) -> None:
    """With the books silent, an order with an id is neither filled nor empty."""
    desk.kraken.misbehave(endpoint, NO_RESULT, times=None)
    order = desk.order()
    with pytest.raises(OrderOutcomeUnknown, match="taken it as O"):
        await desk.placer.place(order)
    desk.kraken.calm()
    assert await desk.placer.find(order.client_id) is not None
    assert desk.kraken.record.count("AddOrder") == 1


@pytest.mark.parametrize("endpoint", ["QueryOrders", "QueryTrades"])
async def test_a_question_is_asked_again_where_an_order_is_not(desk: Floor, endpoint: str) -> None:
    """A lost answer about an order that was taken costs nothing but a second look."""
    desk.kraken.misbehave(endpoint, Disconnects())
    report = await desk.placer.place(desk.order())
    assert len(report.fills) == 2
    assert desk.kraken.record.count("AddOrder") == 1


async def test_a_venue_that_repeats_the_key_is_not_quoted(desk: Floor) -> None:
    """Neither an unclear answer nor a clear refusal carries the key into an error."""
    key = f"{desk.key.public} {desk.key.secret}"
    for body in (f"<p>{key}</p>", f'{{"error": ["EOrder:Odd:{key}"]}}'):
        await _lose_again(desk, body, OrderOutcomeUnknown)
    await _lose_again(desk, f'{{"error": ["EOrder:Invalid price:{key}"]}}', OrderRejected)


async def _lose_again(desk: Floor, body: str, kind: type[Exception]) -> None:
    desk.kraken.misbehave("AddOrder", Answers(body, 400, "text/html"))
    with pytest.raises(kind) as caught:
        await desk.placer.place(desk.order())
    assert desk.key.public not in str(caught.value)
    assert desk.key.secret not in str(caught.value)


async def test_no_log_has_the_key(desk: Floor, caplog: pytest.LogCaptureFixture) -> None:
    """Even with every logger at its most talkative, key and secret are written nowhere."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="ccxt")
    order = desk.order()
    desk.kraken.misbehave("AddOrder", Puts(("txid",), []))
    with pytest.raises(OrderOutcomeUnknown):
        await desk.placer.place(order)
    await desk.placer.find(order.client_id)
    assert desk.key.public not in caplog.text
    assert desk.key.secret not in caplog.text
    assert desk.key.secret not in repr(desk.key) + repr(desk.connection) + repr(desk.placer)
