"""The emulated Kraken on bad days, seen by a real ccxt client as the reference says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ccxt.async_support as ccxt
import pytest

from tests.emulators.kraken.faults import (
    EMPTY,
    NO_RESULT,
    Delays,
    Disconnects,
    Fault,
    Puts,
    Repeats,
    Rewrites,
    Shifts,
    Shuffles,
    TakesLater,
    Unseen,
    Warns,
    error,
    error_after,
    status,
)
from tests.emulators.kraken.scene import MORNING, Scene, later
from tests.emulators.public_venue import HTML, BreaksOff, CutsOff, Hangs, Holds

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOOK = [("49990", "1")], [("50000", "1")]
IOC = {"timeInForce": "IOC", "oflags": "fciq", "clientOrderId": "rb-1"}

ERRORS: dict[str, type[Exception]] = {
    "EAPI:Invalid nonce": ccxt.InvalidNonce,
    "EAPI:Invalid key": ccxt.AuthenticationError,
    "EAPI:Invalid signature": ccxt.ExchangeError,
    "EGeneral:Permission denied": ccxt.PermissionDenied,
    "EAccount:Invalid permissions": ccxt.ExchangeError,
    "EAuth:Account temporary disabled": ccxt.ExchangeError,
    "EAPI:Rate limit exceeded": ccxt.DDoSProtection,
    "EOrder:Rate limit exceeded": ccxt.DDoSProtection,
    "EGeneral:Temporary lockout": ccxt.DDoSProtection,
    "EGeneral:Too many requests": ccxt.DDoSProtection,
    "EAuth:Rate limit exceeded": ccxt.RateLimitExceeded,
    "EOrder:Domain rate limit exceeded": ccxt.ExchangeError,
    "EService:Throttled:1772443800": ccxt.ExchangeError,
    "EOrder:Insufficient funds": ccxt.InsufficientFunds,
    "EOrder:Order minimum not met": ccxt.InvalidOrder,
    "EOrder:Unknown order": ccxt.InvalidOrder,
    "EGeneral:Invalid arguments:volume": ccxt.InvalidOrder,
    "EOrder:Cost minimum not met": ccxt.ExchangeError,
    "EOrder:Tick size check failed": ccxt.ExchangeError,
    "EOrder:Orders limit exceeded": ccxt.ExchangeError,
    "EService:Unavailable": ccxt.ExchangeNotAvailable,
    "EService:Busy": ccxt.ExchangeNotAvailable,
    "EGeneral:Internal error": ccxt.ExchangeNotAvailable,
    "EService:Timeout": ccxt.ExchangeError,
    "EService:Deadline elapsed": ccxt.ExchangeError,
    "EService:Market in post_only mode": ccxt.OnMaintenance,
    "EService:Market in cancel_only mode": ccxt.OnMaintenance,
    "EGeneral:Invalid arguments": ccxt.BadRequest,
    "EGeneral:Invalid arguments:cl_ord_id": ccxt.ExchangeError,
    "EQuery:Unknown asset": ccxt.BadSymbol,
    "EQuery:Unknown asset pair": ccxt.ExchangeError,
    "ESession:Invalid session": ccxt.AuthenticationError,
    "ETrade:User Locked": ccxt.AccountSuspended,
    "EFunding:Unknown withdraw key": ccxt.InvalidAddress,
    "WGeneral:Something": ccxt.ExchangeError,
}

TRANSPORT: dict[str, tuple[Any, type[Exception]]] = {
    "silence": (Hangs(), ccxt.RequestTimeout),
    "a disconnect": (Disconnects(), ccxt.ExchangeNotAvailable),
    "a cut body": (BreaksOff(), ccxt.ExchangeError),
    "401": (status(401), ccxt.AuthenticationError),
    "403": (status(403), ccxt.ExchangeNotAvailable),
    "404": (status(404), ccxt.ExchangeNotAvailable),
    "408": (status(408), ccxt.RequestTimeout),
    "429": (status(429), ccxt.RateLimitExceeded),
    "500": (status(500), ccxt.ExchangeNotAvailable),
    "502": (status(502), ccxt.ExchangeNotAvailable),
    "504": (status(504), ccxt.RequestTimeout),
    "520": (status(520), ccxt.ExchangeNotAvailable),
}

SWALLOWED: dict[str, Any] = {
    "HTML": HTML,
    "an empty body": EMPTY,
    "half of the JSON": CutsOff(),
    "no result": NO_RESULT,
    "524": status(524),
    "599": status(599),
}


@pytest.fixture
def play(shared: Scene) -> Iterator[Scene]:
    """Give a fresh exchange with one level a side. At its end no coin was sent out."""
    shared.begin().market("BTC/USD").set_book(*BOOK)
    yield shared
    assert shared.kraken.record.moving_coins() == []


async def buy(play: Scene, **params: str) -> dict[str, Any]:
    """Buy a hundredth of a bitcoin at once."""
    placed: dict[str, Any] = await play.client.create_order(
        "BTC/USD", "limit", "buy", "0.01", "50000", IOC | params
    )
    return placed


async def refused(asking: Awaitable[object]) -> Exception:
    """Return the error of a question that must fail."""
    with pytest.raises(ccxt.BaseError) as failed:
        await asking
    failure: Exception = failed.value
    return failure


@pytest.mark.parametrize("words", ERRORS)
async def test_an_error_has_the_class_of_the_reference(play: Scene, words: str) -> None:
    """Exactly this class, nothing is worked on, and nothing is in the books."""
    play.kraken.misbehave("AddOrder", error(words))
    failure = await refused(buy(play))
    assert type(failure) is ERRORS[words]
    assert play.kraken.orders() == []


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize("name", TRANSPORT)
async def test_a_broken_connection_does_not_tell(play: Scene, name: str, seen: bool) -> None:
    """The class is the same whether the order is in the books or never reached them."""
    fault, expected = TRANSPORT[name]
    play.client.timeout = 250 if name == "silence" else 10_000
    play.kraken.misbehave("AddOrder", fault if seen else Unseen(fault))
    failure = await refused(buy(play))
    assert type(failure) is expected
    assert play.kraken.accepted() == ({"rb-1": 1} if seen else {})
    assert play.kraken.record.of("AddOrder")[0].was_worked_on is seen


@pytest.mark.parametrize("name", SWALLOWED)
async def test_a_strange_answer_is_no_error_to_ccxt(play: Scene, name: str) -> None:
    """An accepted order has no id, and a balance is empty: the traps an adapter must guard."""
    play.kraken.misbehave("AddOrder", SWALLOWED[name])
    play.kraken.misbehave("BalanceEx", SWALLOWED[name])
    assert (await buy(play))["id"] is None
    assert play.kraken.accepted() == {"rb-1": 1}
    assert (await play.client.fetch_balance())["total"] == {}


async def test_an_error_can_come_although_the_order_was_taken(play: Scene) -> None:
    """EService:Timeout is such a one."""
    play.kraken.misbehave("AddOrder", error_after("EService:Timeout"))
    await refused(buy(play))
    assert play.kraken.accepted() == {"rb-1": 1}


async def test_a_warning_hides_an_accepted_order(play: Scene) -> None:
    """The result is there, and ccxt raises a bare ExchangeError all the same."""
    play.kraken.misbehave("AddOrder", Warns(("WOrder:Something",)))
    assert type(await refused(buy(play))) is ccxt.ExchangeError
    assert play.kraken.accepted() == {"rb-1": 1}


async def test_an_order_can_come_later_than_its_answer(play: Scene) -> None:
    """The connection ends; nothing is there for a while; then the order fills."""
    play.kraken.misbehave("AddOrder", TakesLater(8))
    await refused(buy(play))
    for looking in (play.client.fetch_open_orders, play.client.fetch_closed_orders):
        assert await looking(params={"clientOrderId": "rb-1"}) == []
    await play.clock.sleep(9)
    (order,) = await play.client.fetch_closed_orders(params={"clientOrderId": "rb-1"})
    assert order["timestamp"] == int(MORNING.timestamp() + 8) * 1000


async def test_a_deadline_keeps_a_late_order_out(play: Scene) -> None:
    """What would come after its deadline never comes."""
    play.kraken.misbehave("AddOrder", TakesLater(8))
    await refused(buy(play, deadline=later(7)))
    await play.clock.sleep(60)
    assert play.kraken.orders() == []
    assert play.kraken.record.of("AddOrder")[0].error == "EService:Deadline elapsed"


async def test_an_accepted_order_can_be_invisible_for_a_while(play: Scene) -> None:
    """A lagging history shows neither order nor trade nor entry until its time."""
    lagging = ("ClosedOrders", "OpenOrders", "TradesHistory", "Ledgers", "BalanceEx")
    await play.clock.sleep(60)
    play.kraken.habits.lags = dict.fromkeys(lagging, 5.0)
    await buy(play)

    async def shown() -> tuple[int, int, int, str]:
        closed = await play.client.fetch_closed_orders(params={"clientOrderId": "rb-1"})
        trades, entries = await play.client.fetch_my_trades(), await play.client.fetch_ledger()
        balance = await play.client.fetch_balance()
        return len(closed), len(trades), len(entries), balance["total"]["BTC"]

    assert await shown() == (0, 0, 2, "0.5000000000")
    await play.clock.sleep(5)
    assert await shown() == (1, 1, 4, "0.5100000000")


async def test_a_fault_meets_the_call_it_was_meant_for(play: Scene) -> None:
    """The n-th, so many in a row, or those that a condition picks."""
    play.kraken.misbehave("BalanceEx", status(500), nth=2, times=2)
    told = [
        await asyncio.gather(play.client.fetch_balance(), return_exceptions=True) for _ in range(4)
    ]
    failed = [isinstance(outcome[0], ccxt.ExchangeNotAvailable) for outcome in told]
    assert failed == [False, True, True, False]
    play.kraken.misbehave(
        "AddOrder", Disconnects(), when=lambda call: call.params["pair"] == "XETHZUSD", times=None
    )
    await buy(play)
    await refused(play.client.create_order("ETH/USD", "market", "buy", "0.1"))
    play.kraken.calm()
    await play.client.create_order("ETH/USD", "market", "buy", "0.1")


async def test_any_call_can_be_met(play: Scene) -> None:
    """A star stands for every endpoint, public ones too."""
    play.kraken.misbehave("*", status(503), times=2)
    await refused(play.client.fetch_order_book("BTC/USD"))
    await refused(play.client.fetch_balance())
    await play.client.fetch_balance()


async def test_an_answer_can_be_slow(play: Scene) -> None:
    """The order was in time, its answer comes by the exchange's clock, or when it is let go."""
    play.kraken.misbehave("AddOrder", Delays(20))
    await buy(play)
    assert play.clock.now() == MORNING + timedelta(seconds=20)
    assert play.kraken.orders()[0].opened_at == MORNING
    gate = asyncio.Event()
    play.kraken.misbehave("BalanceEx", Holds(gate))
    asking = asyncio.create_task(play.client.fetch_balance())
    await asyncio.sleep(0.05)
    assert not asking.done()
    gate.set()
    await asking


async def test_an_old_answer_can_come_again(play: Scene) -> None:
    """A second order seems to have the first one's id, though it has its own."""
    first = await buy(play)
    play.kraken.misbehave("AddOrder", Repeats())
    assert (await buy(play, clientOrderId="rb-2"))["id"] == first["id"]
    assert play.kraken.accepted() == {"rb-1": 1, "rb-2": 1}


async def test_pages_can_overlap_and_be_out_of_order(play: Scene) -> None:
    """A shifted page repeats rows of the one before; a shuffled one is not newest first."""
    for number in range(60):
        await play.clock.sleep(1)
        play.kraken.owner.reward("SOL.S", f"0.{number:04d}1")
    true = list((await play.ask("Ledgers", asset="SOL.S"))["ledger"])
    play.kraken.misbehave("Ledgers", Shifts(-3))
    page = list((await play.ask("Ledgers", asset="SOL.S", ofs=50))["ledger"])
    assert page[:3] == true[-3:]
    play.kraken.misbehave("Ledgers", Shuffles(seed=4))
    mixed = list((await play.ask("Ledgers", asset="SOL.S"))["ledger"])
    assert mixed != true
    assert sorted(mixed) == sorted(true)


async def test_numbers_can_be_wrong(play: Scene) -> None:
    """One place, every key, or anything a function makes of the answer."""
    faults: dict[str, Fault] = {
        "0.0000": Puts(("ZUSD", "balance"), "0.0000"),
        "-3": Puts(("*", "balance"), "-3"),
        "7": Rewrites(lambda result: result | {"ZUSD": {"balance": "7", "hold_trade": "0"}}),
    }
    for text, fault in faults.items():
        play.kraken.misbehave("BalanceEx", fault)
        assert (await play.client.fetch_balance())["total"]["USD"] == text
    play.kraken.misbehave("BalanceEx", Puts(("XXBT", "balance"), "NaN"))
    with pytest.raises(ValueError, match="NaN"):
        await play.client.fetch_balance()
    assert play.kraken.balance("ZUSD") == Decimal(10_000)


async def storm_at(play: Scene, seed: int) -> tuple[list[str], dict[str, int]]:
    """Return what ten orders and ten questions met, and how often each order was accepted."""
    play.begin().storm(seed, rate=0.6)
    for number in range(10):
        for asking in (buy(play, clientOrderId=f"s{number}"), play.client.fetch_open_orders()):
            await asyncio.gather(asking, return_exceptions=True)
    return [str(call.fault) for call in play.kraken.record], dict(play.kraken.accepted())


async def test_a_storm_is_the_same_for_the_same_seed(play: Scene) -> None:
    """Equal seeds give equal faults and equal books; another seed gives others."""
    met, accepted = await storm_at(play, 5)
    assert (met, accepted) == await storm_at(play, 5)
    assert met != (await storm_at(play, 6))[0]
    assert 5 < sum(fault != "None" for fault in met) < 20
    assert set(accepted.values()) == {1}
    play.kraken.calm()
    await buy(play)
