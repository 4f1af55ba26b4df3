"""A venue that says our own key back to us, in every way an answer can be wrong."""

import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.keys import KrakenKeys
from bot.exchange.live.placer import KrakenPlacer
from bot.ports.keys import Purpose
from bot.venues.connection import Connection, Manners
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.errors import EvenkeelError
from core.domain.ids import client_order_id
from core.domain.market import Side
from core.domain.proposal import Order, OrderState
from core.domain.units import Asset, Price, Quantity
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING
from tests.emulators.kraken.scene import MORNING
from tests.exchange.manual_clock import ManualClock
from tests.secrets.mirror import SAYINGS, Mirror
from tests.secrets.scan import Scan

USD = Asset("USD")
Question = Callable[[Connection], Awaitable[object]]


def order() -> Order:
    """Return an order that a venue could take."""
    return Order(
        client_id=client_order_id("7f3k9q2m", 1, 1),
        proposal_id="7f3k9q2m",
        leg=1,
        attempt=1,
        asset=Asset("BTC"),
        side=Side.BUY,
        quantity=Quantity(Decimal("0.01")),
        limit_price=Price(Decimal(50_000)),
        state=OrderState.SENDING,
        intent_at=MORNING,
        deadline_at=MORNING + timedelta(seconds=20),
    )


QUESTIONS: dict[str, Question] = {
    "what may the key do": lambda at: KrakenKeys(at).inspect(Purpose.TRADE),
    "what is there": lambda at: KrakenAccount(at, USD, at.clock).balances(),
    "what changed": lambda at: KrakenAccount(at, USD, at.clock).flows(None),
    "place": lambda at: KrakenPlacer(at, USD).place(order()),
    "find": lambda at: KrakenPlacer(at, USD).find(order().client_id),
    "cancel": lambda at: KrakenPlacer(at, USD).cancel(order().client_id),
}


@pytest.fixture
async def mirror() -> AsyncIterator[Mirror]:
    """Serve an exchange that can say things back."""
    clock = ManualClock(MORNING)
    async with Mirror(Kraken(clock, {"ZUSD": "10000"})) as server:
        yield server


async def told(mirror: Mirror, question: Question) -> tuple[Scan, str]:
    """Ask with a good key; return what to look for, and everything the asker could pass on."""
    made = mirror.kraken.issue_key(TRADING)
    mirror.secret = made.secret
    key = ApiKey(made.public, made.secret)
    connection = Connection(
        spot_venue("kraken"),
        mirror.kraken.clock,
        base_url=mirror.base_url,
        manners=Manners(is_paced=False),
        key=key,
    )
    lines = [repr(key), repr(connection), str(key)]
    try:
        lines.append(repr(await question(connection)))
    except EvenkeelError as error:
        lines += [*traceback.format_exception(error), repr(error), repr(vars(error))]
    finally:
        await connection.close()
    scan = Scan({"the key": key.public, "the secret": key.secret})
    scan.add({f"signature {at}": sign for at, sign in enumerate(mirror.signatures[-3:])})
    return scan, "\n".join(lines)


@pytest.mark.parametrize("asked", QUESTIONS)
async def test_nothing_that_a_venue_says_back_is_passed_on(
    mirror: Mirror, asked: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No error, no trace and no log line tells key, secret or signature, at any log level."""
    caplog.set_level(logging.DEBUG)
    for name, saying in SAYINGS.items():
        mirror.saying = saying
        scan, said = await told(mirror, QUESTIONS[asked])
        assert scan.leaks(f"{asked}: {name}", said + caplog.text) == []
        caplog.clear()


async def test_a_venue_that_is_not_there_is_told_without_the_key(
    mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    """A refused connection is an error without addresses and keys."""
    caplog.set_level(logging.DEBUG)
    mirror.base_url = "http://127.0.0.1:9"
    scan, said = await told(mirror, QUESTIONS["what is there"])
    assert "did not answer" in said
    assert scan.leaks("a refused connection", said + caplog.text) == []
