"""A real ccxt client in front of an emulated Kraken, at a time that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import ccxt.async_support as ccxt

from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING, ApiKey, Permission
from tests.emulators.kraken.limits import Tier
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FUNDS: Mapping[str, str] = {"ZUSD": "10000", "XXBT": "0.5"}
BOOK = (
    [("49990", "0.1"), ("49980", "0.4")],
    [("50000", "0.1"), ("50010", "0.1"), ("50020", "5")],
)
"""A small book of BTC/USD: bids and asks."""
IOC: Mapping[str, str] = {"timeInForce": "IOC", "oflags": "fciq"}


def later(seconds: float) -> str:
    """Return an instant so many seconds after the morning, as a deadline is written."""
    return f"{MORNING + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


@dataclass
class Scene:
    """What a test of the emulator plays with; one client, and a new exchange for each test."""

    clock: ManualClock
    server: KrakenServer
    client: Any  # ccxt ships no types

    @property
    def kraken(self) -> Kraken:
        """The exchange of this test."""
        return self.server.kraken

    def begin(self, balances: Mapping[str, str] = FUNDS, tier: Tier | None = None) -> Kraken:
        """Put a new exchange in place, and give the client a key that may trade."""
        self.clock.at = MORNING
        self.server.kraken = Kraken(self.clock, balances, tier=tier)
        self.client.timeout = 10_000
        self.use(self.kraken.issue_key(TRADING))
        return self.kraken

    def use(self, key: ApiKey) -> ApiKey:
        """Give the client another key."""
        self.client.apiKey, self.client.secret = key.public, key.secret
        return key

    def use_new(self, permissions: Iterable[Permission]) -> ApiKey:
        """Give the client a new key."""
        return self.use(self.kraken.issue_key(permissions))

    async def place(
        self, side: str, amount: str, price: str | None, **params: str
    ) -> dict[str, Any]:
        """Place an order in BTC/USD; a price makes it a limit order."""
        kind = "market" if price is None else "limit"
        placed: dict[str, Any] = await self.client.create_order(
            "BTC/USD", kind, side, amount, price, params
        )
        return placed

    async def ask(self, endpoint: str, **params: object) -> Any:  # noqa: ANN401  # any JSON
        """Return the result of any private endpoint."""
        answer = await self.client.request(endpoint, ["private"], "POST", params)
        return answer["result"]


def client_of(server: KrakenServer) -> Any:  # noqa: ANN401  # ccxt ships no types
    """Return a ccxt client of a served exchange, without a key."""
    client = ccxt.kraken({"enableRateLimit": False, "urls": server.urls})
    client.number = str
    return client


@asynccontextmanager
async def scene() -> AsyncIterator[Scene]:
    """Serve an exchange, and open a client that knows its markets."""
    clock = ManualClock(MORNING)
    async with KrakenServer(Kraken(clock)) as server:
        client = client_of(server)
        try:
            await client.load_markets()
            yield Scene(clock, server, client)
        finally:
            await client.close()
