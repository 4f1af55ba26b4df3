"""The venue that misbehaves on demand does what it is told, so that other tests can lean on it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.exchange.bar_sources import SimulatedBars
from bot.exchange.markets import BarMarket
from bot.exchange.paper import PaperExchange
from core.domain.errors import FeedUnavailable, OrderOutcomeUnknown, OrderRejected
from core.domain.market import Side
from core.domain.proposal import Order, OrderState
from core.domain.units import Asset, Price, Quantity
from tests.emulators.flaky_venue import (
    Delay,
    FillPartly,
    Fine,
    FlakyVenue,
    LoseAnswer,
    LoseRequest,
    Refuse,
)
from tests.exchange.manual_clock import START, ManualClock

ORDER = Order(
    client_id="one",
    proposal_id="test",
    leg=1,
    attempt=1,
    asset=Asset("BTC"),
    side=Side.BUY,
    quantity=Quantity(Decimal("0.1")),
    limit_price=Price(Decimal(61_000)),
    state=OrderState.SENDING,
    intent_at=START,
    deadline_at=START + timedelta(seconds=5),
)


@pytest.fixture
async def paper() -> PaperExchange:
    """Give an account with money."""
    clock = ManualClock()
    market = BarMarket(SimulatedBars(7, START), clock)
    paper = PaperExchange(":memory:", market, clock, quote=Asset("USD"))
    await paper.open_with({Asset("USD"): Quantity(Decimal(50_000))})
    return paper


@pytest.fixture
def venue(paper: PaperExchange) -> Iterator[FlakyVenue]:
    """Give the account behind a connection that may break."""
    yield FlakyVenue(paper, paper._clock)  # noqa: SLF001  # the same clock
    paper.close()


async def test_faults_come_in_line(venue: FlakyVenue, paper: PaperExchange) -> None:
    """Each order meets the next fault, and after them all is fine."""
    venue.expect(Fine(), Refuse("no"), LoseRequest(), LoseAnswer())
    assert (await venue.place(ORDER)).fills
    with pytest.raises(OrderRejected, match="no"):
        await venue.place(ORDER)
    for _ in range(2):
        with pytest.raises(OrderOutcomeUnknown):
            await venue.place(ORDER)
    assert (await venue.place(ORDER)).fills
    assert venue.sent == [ORDER] * 5
    assert len(paper.orders_of("one")) == 3


async def test_a_late_order_meets_its_deadline(venue: FlakyVenue) -> None:
    """A delayed order is taken before its deadline and refused after it."""
    venue.expect(Delay(4), Delay(4))
    assert (await venue.place(ORDER)).fills
    with pytest.raises(OrderRejected, match="after its deadline"):
        await venue.place(ORDER)


async def test_a_part_is_filled(venue: FlakyVenue) -> None:
    """Only the said part of an order fills."""
    venue.expect(FillPartly(Quantity(Decimal("0.03"))))
    report = await venue.place(ORDER)
    assert sum(fill.quantity for fill in report.fills) == Decimal("0.03")
    free = {row.asset: row.free for row in await venue.balances()}
    assert free[ORDER.asset] == Decimal("0.03")


async def test_lookups_lag_and_fail(venue: FlakyVenue) -> None:
    """A search fails, finds nothing, and finds the order, as often as was said."""
    await venue.place(ORDER)
    venue.go_down(1)
    venue.hide_orders(2)
    with pytest.raises(FeedUnavailable):
        await venue.find("one")
    assert await venue.find("one") is None
    assert await venue.find("one") is None
    assert await venue.find("one") is not None
    await venue.cancel("one")
    assert len(await venue.flows(None)) == 4
