"""What is refused before anything is sent, and how a limit meets the market's ticks."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.domain.errors import OrderRejected
from core.domain.market import Side
from core.domain.proposal import Order
from core.domain.units import Asset
from tests.emulators.kraken.faults import NO_RESULT, Delays
from tests.live_orders.scene import Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _refused(desk: Floor, order: Order, words: str) -> None:
    with pytest.raises(OrderRejected, match=words) as caught:
        await desk.placer.place(order)
    assert str(caught.value).startswith("nothing was sent: ")
    assert desk.kraken.record.count("AddOrder") == 0


@pytest.mark.parametrize(
    ("side", "limit", "sent"),
    [
        (Side.BUY, "50000.4", "50000"),
        (Side.BUY, "50000.9", "50000.5"),
        (Side.BUY, "50000.5", "50000.5"),
        (Side.SELL, "49990.1", "49990.5"),
        (Side.SELL, "49989.6", "49990"),
        (Side.SELL, "49990", "49990"),
    ],
)
async def test_a_limit_moves_to_the_tick_that_is_no_worse(
    fresh: Floor, side: Side, limit: str, sent: str
) -> None:
    """A tick coarser than the digits of a price is kept, never beyond the order's own limit."""
    fresh.kraken.market("BTC/USD").pair.tick_size = Decimal("0.5")
    await fresh.placer.place(fresh.order("0.01", limit, side=side))
    assert fresh.sent()["price"] == sent


@pytest.mark.parametrize("limit", ["50000.05", "0", "-1"])
async def test_a_limit_that_is_no_price_of_the_market_is_refused(desk: Floor, limit: str) -> None:
    """A price with more digits than the pair has was made for another market."""
    await _refused(desk, desk.order(limit=limit), "has more digits than its market")


async def test_a_limit_below_the_first_tick_is_refused(fresh: Floor) -> None:
    """A limit that would be rounded to nothing is no limit."""
    fresh.kraken.market("BTC/USD").pair.tick_size = Decimal("0.5")
    await _refused(fresh, fresh.order(limit="0.4"), "below one price step")


@pytest.mark.parametrize("quantity", ["0.000000005", "0", "-0.1"])
async def test_a_quantity_off_its_step_is_refused(desk: Floor, quantity: str) -> None:
    """A quantity is never rounded here: it was approved as it is."""
    await _refused(desk, desk.order(quantity), "is not a number of steps of 0.00000001 coins")


async def test_small_and_large_numbers_have_no_exponent(desk: Floor) -> None:
    """Kraken gets plain decimals, whatever the numbers look like in memory."""
    order = desk.order("1E-4", "5.001E+4")
    await desk.placer.place(order)
    assert (desk.sent()["volume"], desk.sent()["price"]) == ("0.0001", "50010")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "has no deadline"),
        (-1, "less than 2 seconds away"),
        (1.9, "less than 2 seconds away"),
        (2.9, None),
    ],
)
async def test_an_order_with_no_time_left_is_not_sent(
    desk: Floor, seconds: float | None, words: str | None
) -> None:
    """Without a deadline, or with one that Kraken would not take, nothing is sent."""
    order = desk.order(seconds=seconds)
    if words is not None:
        await _refused(desk, order, words)
        return
    await desk.placer.place(order)
    assert desk.sent()["deadline"] == "2026-03-02T09:30:02Z"


async def test_a_far_deadline_comes_nearer(desk: Floor) -> None:
    """Kraken takes deadlines of a minute at most; an earlier one is the stricter one."""
    await desk.placer.place(desk.order(seconds=3600))
    assert desk.sent()["deadline"] == "2026-03-02T09:30:50Z"


async def test_time_that_passes_before_sending_counts(fresh: Floor) -> None:
    """Rules that take long to read may use the order's time up; then it is not sent."""
    fresh.kraken.misbehave("AssetPairs", Delays(19))
    await _refused(fresh, fresh.order(seconds=20), "less than 2 seconds away")


async def test_a_coin_that_is_not_traded_is_refused(desk: Floor) -> None:
    """Nothing is sent for a pair that Kraken does not list."""
    order = desk.order(asset=Asset("NOSUCHCOIN"))
    await _refused(desk, order, "Kraken does not trade NOSUCHCOIN/USD")


async def test_rules_that_cannot_be_read_stop_the_order(fresh: Floor) -> None:
    """Without the market's rules nothing is sent, so this is a definite no."""
    fresh.kraken.misbehave("AssetPairs", NO_RESULT)
    await _refused(fresh, fresh.order(), "the rules of BTC/USD cannot be read")


@pytest.mark.parametrize("client_id", ["", "x" * 19, "with space", "ä"])
async def test_a_client_id_that_kraken_would_not_take_is_refused(
    desk: Floor, client_id: str
) -> None:
    """An order without its id could not be found again."""
    await _refused(desk, replace(desk.order(), client_id=client_id), "the client id")


@pytest.mark.parametrize("client_id", ["leg-1", "0" * 32, "x" * 18])
async def test_every_form_of_client_id_works(desk: Floor, client_id: str) -> None:
    """A short text and an UUID without hyphens are found again under the same id."""
    order = replace(desk.order(), client_id=client_id)
    report = await desk.placer.place(order)
    assert await desk.placer.find(client_id) == report
    assert report.client_id == client_id


async def test_the_deadline_is_kept_by_kraken_too(desk: Floor) -> None:
    """Our clock may be wrong: an order that Kraken takes for late is a definite no."""
    desk.kraken.habits.ahead = timedelta(seconds=30)
    with pytest.raises(OrderRejected, match="reached the market after its deadline"):
        await desk.placer.place(desk.order(seconds=20))
    assert desk.kraken.orders() == []
