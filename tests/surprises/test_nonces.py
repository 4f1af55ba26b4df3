"""One key, one program, one question at a time: Kraken takes a nonce only if it is the highest."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.placer import KrakenPlacer
from bot.venues.connection import Connection
from bot.venues.table import spot_venue
from core.domain.errors import AccountProblem, OrderOutcomeUnknown
from tests.emulators.kraken.faults import Meanwhile
from tests.emulators.kraken.record import Call
from tests.emulators.public_venue import Holds
from tests.live_orders.scene import BRISK, USD, Floor

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOBODY = "00000000-0000-0000-0000-0000000000ff"
AHEAD = timedelta(hours=1)


@pytest_asyncio.fixture(loop_scope="module")
async def other(desk: Floor) -> AsyncIterator[Connection]:
    """Give another program's connection with the same key."""
    base_url = desk.server.base_url
    venue = spot_venue("kraken")
    connection = Connection(venue, desk.clock, base_url=base_url, manners=BRISK, key=desk.key)
    yield connection
    await connection.close()


def _stop_the_clock(monkeypatch: pytest.MonkeyPatch, *connections: Connection) -> None:
    """Let ccxt's clock stand still, so that both programs count on from the same nonce."""
    for connection in connections:
        exchange = connection._opened()  # noqa: SLF001  # ccxt itself
        monkeypatch.setattr(exchange, "milliseconds", lambda: 0)
        monkeypatch.setitem(exchange.options, "lastNonce", 1_000_000)


async def _use(connection: Connection, *, ahead: timedelta) -> None:
    """Let a program whose clock is ahead use its key once."""
    exchange = connection._opened()  # noqa: SLF001  # ccxt itself
    exchange.options["timeDifference"] = -int(ahead.total_seconds() * 1000)
    await KrakenAccount(connection, USD, connection.clock).balances()


async def test_two_programs_that_share_a_key_are_told_so(
    desk: Floor, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking turns, each uses the nonce of the other up; the error names the shared key."""
    _stop_the_clock(monkeypatch, desk.connection, other)
    ours, theirs = (KrakenAccount(one, USD, desk.clock) for one in (desk.connection, other))
    assert await ours.balances()
    with pytest.raises(AccountProblem, match="another program uses this key"):
        await theirs.balances()
    assert await theirs.balances()
    with pytest.raises(AccountProblem, match="another program uses this key"):
        await ours.balances()


async def test_every_question_names_a_shared_key(desk: Floor, other: Connection) -> None:
    """Balances, ledger, look-up and cancellation alike; none of them passes for an answer."""
    await _use(other, ahead=AHEAD)
    account = KrakenAccount(desk.connection, USD, desk.clock)
    asks: tuple[Callable[[], Awaitable[object]], ...] = (
        account.balances,
        lambda: account.flows(None),
        lambda: desk.placer.find(NOBODY),
        lambda: desk.placer.cancel(NOBODY),
    )
    for ask in asks:
        with pytest.raises(AccountProblem, match="another program uses this key"):
            await ask()


async def test_an_order_with_a_used_up_nonce_is_unknown_and_named(
    desk: Floor, other: Connection
) -> None:
    """Kraken says the same of the second of two equal requests, whose first one it has taken."""
    await _use(other, ahead=AHEAD)
    with pytest.raises(OrderOutcomeUnknown, match="another program uses this key"):
        await desk.placer.place(desk.order())
    assert desk.kraken.record.count("AddOrder") == 1
    assert desk.kraken.orders() == []


async def test_a_nonce_lost_after_the_order_leaves_it_open(desk: Floor) -> None:
    """The order is taken; another program then shuts us out: unknown, named, and found later."""
    (key,) = desk.kraken.key_ring.keys.values()

    def use_up() -> None:
        key.last_nonce = 10**15

    desk.kraken.misbehave("QueryOrders", Meanwhile(use_up))
    order = desk.order()
    with pytest.raises(OrderOutcomeUnknown, match="another program uses this key"):
        await desk.placer.place(order)
    assert desk.kraken.record.count("AddOrder") == 1
    key.last_nonce = 0
    assert await KrakenPlacer(desk.connection, USD).find(order.client_id) is not None


async def test_a_key_once_used_with_longer_nonces_is_lost(desk: Floor) -> None:
    """Kraken's own programs count nanoseconds; ccxt's milliseconds never reach them again."""
    (key,) = desk.kraken.key_ring.keys.values()
    key.last_nonce = 1_900_000_000_000_000_000
    with pytest.raises(AccountProblem, match="Make a key for Evenkeel alone"):
        await KrakenAccount(desk.connection, USD, desk.clock).balances()


async def test_two_questions_are_never_under_way_at_once(desk: Floor) -> None:
    """The second could overtake the first and use its nonce up, so it waits for the answer."""
    came, released = asyncio.Event(), asyncio.Event()

    def notice(_: Call) -> bool:
        came.set()
        return True

    desk.kraken.misbehave("BalanceEx", Holds(released), when=notice)
    account = KrakenAccount(desk.connection, USD, desk.clock)
    first = asyncio.create_task(account.balances())
    await came.wait()
    second = asyncio.create_task(desk.placer.find(NOBODY))
    await asyncio.sleep(0.1)
    under_way = [call.endpoint for call in desk.kraken.record if call.is_private]
    released.set()
    assert await first
    assert await second is None
    assert under_way == ["BalanceEx"]
