"""The emulated Kraken seen by a real ccxt client: orders that it does not take, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest

from tests.emulators.kraken.scene import IOC, Scene, later

pytestmark = pytest.mark.asyncio(loop_scope="module")


REFUSED: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "too small": ({"volume": "0.00001"}, ccxt.InvalidOrder, "EOrder:Order minimum not met"),
    "too cheap": ({"price": "5000"}, ccxt.ExchangeError, "EOrder:Cost minimum not met"),
    "off the tick": ({"price": "50000.1"}, ccxt.ExchangeError, "EOrder:Tick size check failed"),
    "too many digits": ({"price": "50000.01"}, ccxt.ExchangeError, "EOrder:Invalid price"),
    "no volume": ({"volume": "0"}, ccxt.InvalidOrder, "Invalid arguments:volume"),
    "a long volume": ({"volume": "0.000123456"}, ccxt.InvalidOrder, "Invalid arguments:volume"),
    "no price": ({"price": ""}, ccxt.InvalidOrder, "Invalid arguments:price"),
    "an unknown pair": ({"pair": "NOSUCH"}, ccxt.ExchangeError, "EQuery:Unknown asset pair"),
    "a strange side": ({"type": "hold"}, ccxt.ExchangeError, "Invalid arguments:type"),
    "a strange life": ({"timeinforce": "PO"}, ccxt.ExchangeError, "Invalid arguments:timeinforce"),
    "a stop": ({"ordertype": "stop-loss"}, ccxt.ExchangeError, "Invalid arguments:ordertype"),
    "both ids": ({"userref": 1, "cl_ord_id": "a"}, ccxt.ExchangeError, "arguments:cl_ord_id"),
    "a long id": ({"cl_ord_id": "x" * 19}, ccxt.ExchangeError, "arguments:cl_ord_id"),
    "a wide userref": ({"userref": 2**31}, ccxt.ExchangeError, "arguments:userref"),
    "two fees": ({"oflags": "fcib,fciq"}, ccxt.ExchangeError, "arguments:oflags"),
    "crossing post": ({"oflags": "post"}, ccxt.ExchangeError, "EOrder:Post only order"),
    "too dear": ({"volume": "1"}, ccxt.InsufficientFunds, "EOrder:Insufficient funds"),
    "a deadline gone by": (
        {"deadline": later(-1)},
        ccxt.ExchangeError,
        "EService:Deadline elapsed",
    ),
    "a near deadline": ({"deadline": later(1)}, ccxt.ExchangeError, "arguments:deadline"),
    "a far deadline": ({"deadline": later(61)}, ccxt.ExchangeError, "arguments:deadline"),
    "no deadline at all": ({"deadline": "soon"}, ccxt.ExchangeError, "arguments:deadline"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_an_order_that_breaks_a_rule_is_refused(play: Scene, case: str) -> None:
    """The refusal has Kraken's words and ccxt's class, and no order is in the books."""
    play.kraken.market("BTC/USD").pair.tick_size = Decimal("0.5")
    changed, error, words = REFUSED[case]
    sound = {
        "pair": "XXBTZUSD",
        "type": "buy",
        "ordertype": "limit",
        "volume": "0.00009",
        "price": "50000",
    }
    with pytest.raises(error, match=words):
        await play.ask("AddOrder", **(sound | changed))
    assert play.kraken.orders() == []
    if case != "too cheap":
        await play.ask("AddOrder", **sound)


@pytest.mark.parametrize("name", ["d15708c1-dbb6-465d-b77d-47258319cc90", "a" * 32, "free-text 18"])
async def test_client_ids_have_three_forms(play: Scene, name: str) -> None:
    """A UUID with or without hyphens, or up to 18 characters without a blank."""
    if " " in name:
        with pytest.raises(ccxt.ExchangeError, match="cl_ord_id"):
            await play.place("buy", "0.01", "49000", clientOrderId=name)
        name = name.replace(" ", "-")
    await play.place("buy", "0.01", "49000", clientOrderId=name)
    assert play.kraken.accepted() == {name: 1}


async def test_funds_on_hold_cannot_be_spent_again(play: Scene) -> None:
    """A second sale of the same coins is refused while the first rests."""
    await play.place("sell", "0.4", "60000")
    with pytest.raises(ccxt.InsufficientFunds):
        await play.place("sell", "0.2", "49980", **IOC)
    await play.place("sell", "0.1", "49980", **IOC)


@pytest.mark.parametrize(
    ("status", "words"),
    [("cancel_only", "cancel_only mode"), ("post_only", "post_only mode")],
)
async def test_a_market_in_a_mode_takes_no_orders(play: Scene, status: str, words: str) -> None:
    """Pair by pair or the exchange as a whole: ccxt's OnMaintenance; cancelling still works."""
    placed = await play.place("buy", "0.01", "49000")
    play.kraken.market("BTC/USD").pair.status = status
    with pytest.raises(ccxt.OnMaintenance, match=words):
        await play.place("buy", "0.01", "50000", **IOC)
    play.kraken.market("BTC/USD").pair.status = "online"
    play.kraken.habits.system = status
    with pytest.raises(ccxt.OnMaintenance, match=words):
        await play.place("buy", "0.01", "50000", **IOC)
    await play.client.cancel_order(placed["id"])
