"""An account reader on an emulated Kraken, at a time that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.exchange.live.account import KrakenAccount
from bot.venues.connection import Connection, Manners
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.portfolio import Flow
from core.domain.units import Asset
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import READING, Permission
from tests.emulators.kraken.limits import Tier
from tests.emulators.kraken.owner import Owner
from tests.emulators.kraken.scene import MORNING
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock

USD = Asset("USD")
FUNDS: Mapping[str, str] = {"ZUSD": "10000", "XXBT": "0.5"}
BRISK = Manners(answer_seconds=10, is_paced=False)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@dataclass
class Scene:
    """What a test of the account plays with; a new exchange and a new key for each test."""

    clock: ManualClock
    server: KrakenServer
    key: ApiKey
    shared: Connection
    opened: list[Connection] = field(default_factory=list)

    @property
    def kraken(self) -> Kraken:
        """The exchange of this test."""
        return self.server.kraken

    @property
    def owner(self) -> Owner:
        """The owner's hand."""
        return self.kraken.owner

    def begin(self, balances: Mapping[str, str] = FUNDS, tier: Tier | None = None) -> Kraken:
        """Put a new exchange in place."""
        self.clock.at = MORNING
        self.server.kraken = Kraken(self.clock, balances, tier=tier)
        return self.kraken

    def connect(
        self,
        permissions: Iterable[Permission] = READING,
        *,
        key: ApiKey | None = None,
    ) -> Connection:
        """Return the shared connection, its key new at this exchange; or one with this key."""
        if key is None:
            issued = self.kraken.issue_key(permissions)
            issued.public, issued.secret = self.key.public, self.key.secret
            self.kraken.key_ring.keys[issued.public] = issued
            return self.shared
        connection = connected(self.server, self.clock, key)
        self.opened.append(connection)
        return connection

    def account(self, permissions: Iterable[Permission] = READING) -> KrakenAccount:
        """Open an account reader with a new key."""
        return KrakenAccount(self.connect(permissions), USD, self.clock)

    async def close(self) -> None:
        """Close what the test opened. At its end no coin was sent out."""
        while self.opened:
            await self.opened.pop().close()
        assert self.kraken.record.moving_coins() == []

    def later(self, span: timedelta = SECOND) -> None:
        """Let time pass."""
        self.clock.at += span


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """Serve an exchange."""
    clock = ManualClock(MORNING)
    async with KrakenServer(Kraken(clock)) as server:
        issued = server.kraken.issue_key(READING)
        key = ApiKey(issued.public, issued.secret)
        shared = connected(server, clock, key)
        try:
            yield Scene(clock, server, key, shared)
        finally:
            await shared.close()


def connected(server: KrakenServer, clock: ManualClock, key: ApiKey) -> Connection:
    """Return a connection to a served exchange."""
    venue, base = spot_venue("kraken"), server.base_url
    return Connection(venue, clock, base_url=base, manners=BRISK, key=key)


def told(flow: Flow) -> tuple[str, str, Decimal]:
    """Return what a flow says, without its names and time."""
    return flow.asset, flow.kind.value, flow.amount


def summed(flows: Iterable[Flow]) -> dict[str, Decimal]:
    """Return what flows add up to, by asset; nothing where it is nothing."""
    sums: dict[str, Decimal] = {}
    for flow in flows:
        sums[flow.asset] = sums.get(flow.asset, Decimal(0)) + flow.amount
    return {asset: amount for asset, amount in sums.items() if amount}
