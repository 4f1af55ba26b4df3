"""The placer in front of an emulated Kraken, at a time that tests move."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import UUID

from bot.exchange.live.placer import KrakenPlacer
from bot.venues.connection import Connection, Manners
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.market import Side
from core.domain.proposal import Order, OrderReport, OrderState
from core.domain.units import Asset, Price, Quantity
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING
from tests.emulators.kraken.keys import ApiKey as IssuedKey
from tests.emulators.kraken.scene import BOOK, FUNDS, MORNING
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock

BTC, USD = Asset("BTC"), Asset("USD")
BRISK = Manners(answer_seconds=10, is_paced=False)
HASTY = Manners(answer_seconds=0.5, is_paced=False)
"""Loses patience soon; for answers that never come."""


@dataclass
class Floor:
    """What a test of orders plays with.

    Attributes:
        server: what the exchange of the test is put into.
        connection: the one with the key; its list of markets outlives a test.
        placer: a new one for each test.
    """

    clock: ManualClock
    server: KrakenServer
    connection: Connection
    issued: IssuedKey
    placer: KrakenPlacer
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def kraken(self) -> Kraken:
        """The exchange of this test."""
        return self.server.kraken

    @property
    def key(self) -> ApiKey:
        """What must be in no error and no log."""
        assert self.connection.key is not None
        return self.connection.key

    def begin(self) -> None:
        """Put a new exchange with a small book in place, at the same time of day."""
        self.clock.at = MORNING
        kraken = self.server.kraken = Kraken(self.clock, FUNDS)
        kraken.key_ring.keys[self.issued.public] = replace(self.issued)
        kraken.market("BTC/USD").set_book(*BOOK)
        self.placer = KrakenPlacer(self.connection, USD)

    def order(
        self,
        quantity: str = "0.15",
        limit: str = "50010",
        *,
        side: Side = Side.BUY,
        asset: Asset = BTC,
        seconds: float | None = 20,
    ) -> Order:
        """Return a fresh order with a deadline so many seconds ahead; None = without one."""
        now = self.clock.now()
        return Order(
            client_id=str(UUID(int=next(self._numbers))),
            proposal_id="floor",
            leg=1,
            attempt=1,
            asset=asset,
            side=side,
            quantity=Quantity(Decimal(quantity)),
            limit_price=Price(Decimal(limit)),
            state=OrderState.SENDING,
            intent_at=now,
            deadline_at=None if seconds is None else now + timedelta(seconds=seconds),
        )

    def sent(self) -> Mapping[str, str]:
        """Return the parameters of the one order that was ever sent."""
        (call,) = self.kraken.record.of("AddOrder")
        return call.params

    def another_placer(self) -> KrakenPlacer:
        """Return a placer that remembers nothing, as after a restart."""
        return KrakenPlacer(self.connection, USD)


def told(report: OrderReport | None) -> list[tuple[str, str, str]]:
    """Return quantity, price and fee of each fill, as texts."""
    assert report is not None
    return [(f"{f.quantity:f}", f"{f.price:f}", f"{f.fee:f}") for f in report.fills]


@asynccontextmanager
async def floor(manners: Manners = BRISK) -> AsyncIterator[Floor]:
    """Serve an exchange, and put a placer in front of it."""
    clock = ManualClock(MORNING)
    kraken = Kraken(clock)
    issued = kraken.issue_key(TRADING)
    key = ApiKey(issued.public, issued.secret)
    async with KrakenServer(kraken) as server:
        venue, base_url = spot_venue("kraken"), server.base_url
        connection = Connection(venue, clock, base_url=base_url, manners=manners, key=key)
        opened = Floor(clock, server, connection, issued, KrakenPlacer(connection, USD))
        try:
            opened.begin()
            yield opened
        finally:
            await connection.close()
