"""Kraken's words of refusal: each one known is a definite no, every other one proves nothing."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from bot.exchange.live.outcomes import REFUSALS, is_gone, refusal_of
from core.domain.errors import OrderOutcomeUnknown, OrderRejected
from tests.emulators.kraken.faults import Postpones, Warns, error, error_after
from tests.emulators.kraken.keys import READING
from tests.emulators.public_venue import Answers
from tests.live_orders.scene import Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")

DETAILS = {
    "EOrder:Invalid price": "EOrder:Invalid price:XBTUSD price can only be specified up to 1",
    "EGeneral:Invalid arguments": "EGeneral:Invalid arguments:volume",
    "EService:Throttled": "EService:Throttled:1772443800",
}
UNCLEAR = (
    "EService:Unavailable",
    "EService:Busy",
    "EService:Timeout",
    "EGeneral:Internal error",
    "EDatabase:Internal error",
    "EAPI:Invalid nonce",
    "EBM:limit exceeded:CAL",
    "EOrder:Something new",
    "EOrder:Insufficient funds of patience",
    "EGeneral:Invalid arguments:cl_ord_id",
    "EOrder:Invalid order:cl_ord_id is in use",
    "WGeneral:Danger",
    "no code at all",
    "",
)


@pytest.mark.parametrize("text", REFUSALS)
async def test_each_known_refusal_is_a_definite_no(desk: Floor, text: str) -> None:
    """It is told in plain words with Kraken's own behind them, and one order was sent."""
    said = DETAILS.get(text, text)
    desk.kraken.misbehave("AddOrder", error(said))
    with pytest.raises(OrderRejected) as caught:
        await desk.placer.place(desk.order())
    assert str(caught.value) == f"Kraken refused the order: {REFUSALS[text]} (Kraken says: {said})"
    assert desk.kraken.record.count("AddOrder") == 1


@pytest.mark.parametrize("text", UNCLEAR)
async def test_every_other_text_proves_nothing(desk: Floor, text: str) -> None:
    """Kraken may have taken the order before it said so, and here it has; it is found."""
    desk.kraken.misbehave("AddOrder", error_after(text))
    order = desk.order()
    with pytest.raises(OrderOutcomeUnknown, match=order.client_id):
        await desk.placer.place(order)
    found = await desk.placer.find(order.client_id)
    assert found is not None
    assert len(found.fills) == 2
    assert desk.kraken.record.count("AddOrder") == 1


async def test_one_unclear_text_among_clear_ones_leaves_it_open(desk: Floor) -> None:
    """A known refusal beside an unknown text is not a definite no."""
    texts = '{"error": ["EOrder:Insufficient funds", "EService:Timeout"]}'
    desk.kraken.misbehave("AddOrder", Answers(texts))
    with pytest.raises(OrderOutcomeUnknown):
        await desk.placer.place(desk.order())


async def test_a_warning_beside_a_taken_order_is_no_refusal(desk: Floor) -> None:
    """With a result in the same answer, even words of refusal prove nothing."""
    desk.kraken.misbehave("AddOrder", Warns(("EOrder:Insufficient funds",)))
    order = desk.order()
    with pytest.raises(OrderOutcomeUnknown):
        await desk.placer.place(order)
    assert await desk.placer.find(order.client_id) is not None


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 524, 599])
async def test_words_under_a_status_of_fault_prove_nothing(desk: Floor, status: int) -> None:
    """A clear refusal that comes with such a status may come from anywhere on the way."""
    body = '{"error": ["EOrder:Insufficient funds"]}'
    desk.kraken.misbehave("AddOrder", Answers(body, status))
    with pytest.raises(OrderOutcomeUnknown):
        await desk.placer.place(desk.order())


@pytest.mark.parametrize("status", [400, 429])
async def test_words_under_a_status_of_refusal_count(desk: Floor, status: int) -> None:
    """Kraken's own words are a definite no although the status is not 200."""
    body = '{"error": ["EAPI:Rate limit exceeded"]}'
    desk.kraken.misbehave("AddOrder", Answers(body, status))
    with pytest.raises(OrderRejected, match="too many requests"):
        await desk.placer.place(desk.order())


def _too_dear(desk: Floor) -> None:
    desk.kraken.owner.withdraw("ZUSD", "9990")


def _read_only(desk: Floor) -> None:
    for key in desk.kraken.key_ring.keys.values():
        key.permissions = READING


def _halted(desk: Floor) -> None:
    desk.kraken.market("BTC/USD").pair.status = "cancel_only"


def _larger_minimum(desk: Floor) -> None:
    desk.kraken.market("BTC/USD").pair.ordermin = Decimal(1)


def _dearer_minimum(desk: Floor) -> None:
    desk.kraken.market("BTC/USD").pair.costmin = Decimal(9000)


def _slow_market(desk: Floor) -> None:
    desk.kraken.misbehave("AddOrder", Postpones(21))


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (_too_dear, "not enough money or coins"),
        (_read_only, "may not trade"),
        (_halted, "takes no such orders now"),
        (_larger_minimum, "smaller than the market's minimum"),
        (_dearer_minimum, "smaller than the market's minimum"),
        (_slow_market, "after its deadline"),
    ],
)
async def test_what_really_happens_is_told_in_plain_words(
    desk: Floor, cause: Callable[[Floor], None], words: str
) -> None:
    """Kraken's own reasons reach the person, and no order is in the books."""
    cause(desk)
    with pytest.raises(OrderRejected, match=words):
        await desk.placer.place(desk.order())
    assert desk.kraken.orders() == []


async def test_no_words_are_no_refusal() -> None:
    """Silence is not a no, neither to an order nor to a cancellation."""
    assert refusal_of(()) is None
    assert not is_gone(())


async def test_long_and_strange_words_are_cut() -> None:
    """What stands behind a known text is told without control characters, and not at length."""
    told = refusal_of(("EOrder:Invalid price:" + "\x1b[31m\n" + "x" * 500,))
    assert told is not None
    assert told.isprintable()
    assert len(told) < 250
