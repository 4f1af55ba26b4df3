"""The owner's account at Kraken keeps the contract of every exchange, over HTTP through ccxt."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal

import pytest

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.market import CcxtMarket
from bot.exchange.live.placer import KrakenPlacer
from bot.venues.connection import Connection, Manners
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from core.domain.market import FeeMode, Side
from core.domain.units import Asset, Price, Quantity, text_of
from tests.contracts.exchange_bench import Bench, Venue
from tests.contracts.exchange_contract import ExchangeContract
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.faults import Disconnects, Unseen
from tests.emulators.kraken.keys import TRADING
from tests.emulators.kraken.server import KrakenServer
from tests.exchange.manual_clock import ManualClock

BRISK = Manners(answer_seconds=10, is_paced=False)
IDS: Mapping[str, str] = {"USD": "ZUSD", "BTC": "XXBT", "ETH": "XETH"}
FAR_ABOVE = Decimal("1.5")
"""Where an order by hand rests that is to meet nobody, times the price."""


class KrakenBench(Bench):
    """An account at an emulated Kraken; every program on it has connections of its own.

    Kraken's books keep four digits of a dollar, and its trades five. Fees are always asked for in
    quote currency, so those in coins cannot be shown.
    """

    def __init__(self, server: KrakenServer, clock: ManualClock, coin: str) -> None:
        self.clock: ManualClock = clock
        self.quote = Asset("USD")
        self.coin = Asset(coin)
        self.fee_modes = frozenset({FeeMode.QUOTE})
        self.cut = Decimal("0.0001")
        self.has_other_hands = True
        self._server = server
        self._opened: list[Connection | CcxtMarket] = []

    @property
    def kraken(self) -> Kraken:
        """The exchange of this test."""
        return self._server.kraken

    async def open(
        self, balances: Mapping[Asset, Quantity], *, fee_mode: FeeMode = FeeMode.QUOTE
    ) -> Venue:
        """Put a new exchange in place, and open an account there."""
        if fee_mode not in self.fee_modes:
            raise ValueError(f"{fee_mode} is not asked for here")
        funds = {IDS[asset]: text_of(amount) for asset, amount in balances.items()}
        self._server.kraken = Kraken(self.clock, funds)
        issued = self.kraken.issue_key(TRADING)
        self._key = ApiKey(issued.public, issued.secret)
        return await self.reopen()

    async def reopen(self) -> Venue:
        """Connect anew, and remember nothing."""
        await self.close()
        base = self._server.base_url
        connection = Connection(
            spot_venue("kraken"), self.clock, base_url=base, manners=BRISK, key=self._key
        )
        market = CcxtMarket("kraken", self.quote, self.clock, base_url=base, manners=BRISK)
        self._opened += [connection, market]
        account = KrakenAccount(connection, self.quote, self.clock)
        return Venue(market, account, KrakenPlacer(connection, self.quote))

    async def deposit(self, asset: Asset, amount: Quantity) -> None:
        """Let the owner bring something in."""
        self.kraken.owner.deposit(IDS[asset], text_of(amount))

    async def withdraw(self, asset: Asset, amount: Quantity) -> None:
        """Let the owner take something out."""
        self.kraken.owner.withdraw(IDS[asset], text_of(amount))

    async def reward(self, asset: Asset, amount: Quantity) -> None:
        """Let interest come in."""
        self.kraken.owner.reward(IDS[asset], text_of(amount))

    def keep(self, asset: Asset, amount: Quantity) -> None:
        """Let an order by hand rest far above the price."""
        symbol = f"{asset}/{self.quote}"
        price = Price(self.kraken.market(symbol).pair.start * FAR_ABOVE)
        self.kraken.owner.trade(symbol, "sell", text_of(amount), text_of(price))

    def trade_by_hand(self, side: Side, quantity: Quantity) -> None:
        """Let the owner trade at the market."""
        symbol = f"{self.coin}/{self.quote}"
        self.kraken.owner.trade(symbol, side.value.lower(), text_of(quantity))

    def lose_next_answer(self) -> None:
        """End the connection when the next order has been taken."""
        self.kraken.misbehave("AddOrder", Disconnects())

    def lose_next_request(self) -> None:
        """End the connection before the next order is seen."""
        self.kraken.misbehave("AddOrder", Unseen(Disconnects()))

    def halt(self, asset: Asset) -> None:
        """Let the market of ``asset`` take no orders."""
        self.kraken.market(f"{asset}/{self.quote}").pair.status = "cancel_only"

    async def close(self) -> None:
        """Close what the last program opened."""
        opened, self._opened = self._opened, []
        await asyncio.gather(*(one.close() for one in opened))


class TestKrakenExchange(ExchangeContract):
    @pytest.fixture(params=["BTC", "ETH"])
    async def bench(self, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
        """Serve an exchange; at the end nobody has asked it to send coins away."""
        clock = ManualClock()
        async with KrakenServer(Kraken(clock)) as server:
            bench = KrakenBench(server, clock, request.param)
            yield bench
            await bench.close()
            assert bench.kraken.record.moving_coins() == []
