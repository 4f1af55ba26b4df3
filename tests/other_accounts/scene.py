"""Account readers on an emulated Binance and an emulated Coinbase, at a time that tests move."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.exchange.live.others.binance import BinanceAccount
from bot.exchange.live.others.coinbase import CoinbaseAccount
from bot.venues.connection import Connection, Manners
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.portfolio import Balance, Flow
from core.domain.units import Asset, Quantity
from tests.emulators import binance_account, coinbase_account
from tests.emulators.binance_account import BinanceAccountVenue
from tests.emulators.coinbase_account import CoinbaseAccountVenue
from tests.emulators.public_venue import Coin
from tests.exchange.manual_clock import ManualClock

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BRISK = Manners(answer_seconds=10, is_paced=False)
USD, USDT = Asset("USD"), Asset("USDT")
COINS = (Asset("BTC"), Asset("ETH"))
BINANCE_KEY = ApiKey(binance_account.PUBLIC, binance_account.SECRET)


@dataclass
class BinanceScene:
    """What a test of an account at Binance plays with."""

    clock: ManualClock
    venue: BinanceAccountVenue
    connection: Connection

    @property
    def owner(self) -> binance_account.Owner:
        """The account of this test."""
        return self.venue.owner

    def begin(self) -> BinanceAccount:
        """Start a test with a new account; return its reader."""
        self.clock.at = MORNING
        self.venue.heal()
        self.venue.owner = binance_account.Owner()
        return self.account()

    def account(self) -> BinanceAccount:
        """Return a reader that knows nothing yet."""
        return BinanceAccount(self.connection, USDT, COINS, self.clock)


@dataclass
class CoinbaseScene:
    """What a test of an account at Coinbase plays with."""

    clock: ManualClock
    venue: CoinbaseAccountVenue
    connection: Connection

    @property
    def owner(self) -> coinbase_account.Owner:
        """The account of this test."""
        return self.venue.owner

    def begin(self) -> CoinbaseAccount:
        """Start a test with a new account and the same key; return its reader."""
        self.clock.at = MORNING
        self.venue.heal()
        self.venue.owner = coinbase_account.Owner(key=self.venue.owner.key)
        return self.account()

    def account(self) -> CoinbaseAccount:
        """Return a reader that knows nothing yet."""
        return CoinbaseAccount(self.connection, USD, COINS)


def coins() -> dict[str, Coin]:
    """Return what the venues trade."""
    return {"BTC": Coin(Decimal(100_000)), "ETH": Coin(Decimal(4_000))}


@asynccontextmanager
async def binance_scene() -> AsyncIterator[BinanceScene]:
    """Serve Binance with an account."""
    clock = ManualClock(MORNING)
    async with BinanceAccountVenue(clock, coins()) as venue:
        connection = connected("binance", venue.base_url, clock, BINANCE_KEY)
        try:
            yield BinanceScene(clock, venue, connection)
        finally:
            await connection.close()


@asynccontextmanager
async def coinbase_scene() -> AsyncIterator[CoinbaseScene]:
    """Serve Coinbase with an account."""
    clock = ManualClock(MORNING)
    async with CoinbaseAccountVenue(clock, coins()) as venue:
        key = ApiKey(coinbase_account.NAME, venue.owner.key.secret)
        connection = connected("coinbase", venue.base_url, clock, key)
        try:
            yield CoinbaseScene(clock, venue, connection)
        finally:
            await connection.close()


def connected(venue: str, base_url: str, clock: ManualClock, key: ApiKey) -> Connection:
    """Return a connection with a key to a served venue."""
    return Connection(spot_venue(venue), clock, base_url=base_url, manners=BRISK, key=key)


def balance(asset: str, free: str = "0", locked: str = "0", staked: str = "0") -> Balance:
    """Return a balance."""
    parts = (Quantity(Decimal(part)) for part in (free, locked, staked))
    return Balance(Asset(asset), *parts)


def told(flow: Flow) -> tuple[str, str, Decimal, Decimal | None]:
    """Return what a flow says, without its names and time."""
    return flow.asset, flow.kind.value, flow.amount, flow.value
