"""Everything that a bot on real prices asks, on 127.0.0.1, and ``evenkeel`` in front of it.

    async with LiveWorld.open(tmp_path) as world:
        world.kraken.spoil("OHLC", HTML)             # what a test wants to go wrong
        said = await world.check()                   # the program, as a person starts it
        assert said.code == 0

Time is the machine's own, as the program's is.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.clocks import SystemClock
from bot.settings import Settings, load_settings
from tests.emulators.binance_public import BinancePublic
from tests.emulators.coinbase_public import CoinbasePublic
from tests.emulators.kraken_public import KrakenPublic
from tests.emulators.perpetuals import Contract, Perpetuals
from tests.emulators.public_venue import Coin, Edit, Row
from tests.feeds.server import FeedServer

ONE_DAY, FIVE_MINUTES = timedelta(days=1), timedelta(minutes=5)
PATIENCE = 90.0

POLICY = """
quote = "{quote}"
venue = "{venue}"
mode = "{mode}"
approvers = [7]
viewers = [9]

[targets]
BTC = 50
ETH = 30
{quote} = 20

[exchange]
paced = false

[exchange.base_urls]
kraken = "{kraken}"
binance = "{binance}"
coinbase = "{coinbase}"

[feeds]
fear_greed = {{ base_url = "{feeds}" }}
glassnode = {{ base_url = "{feeds}" }}
santiment = {{ base_url = "{feeds}" }}
coin_metrics = {{ enabled = {coin_metrics}, base_url = "{feeds}/v4" }}
funding = {{ venue = "{funding}", base_url = "{perpetuals}" }}

[telegram]
base_url = "{telegram}"

{more}
"""


@dataclass(frozen=True)
class Said:
    """What a run of the program came to."""

    code: int
    out: str
    err: str


def whale(rows: list[Row]) -> list[Row]:
    """Return days with so much trade that no order of ours is too large."""
    return [[*row[:5], "50000"] for row in rows]


def at_par(rows: list[Row]) -> list[Row]:
    """Return candles that stand still at one."""
    return [[row[0], "1", "1", "1", "1", row[5]] for row in rows]


def coins() -> dict[str, Coin]:
    """Return what every venue trades; the last one is what some people count in."""
    prices = {"BTC": 60_000, "ETH": 3_000, "SOL": 150}
    found = {name: Coin(Decimal(price), edits={ONE_DAY: whale}) for name, price in prices.items()}
    return found | {"USDT": Coin(Decimal(1), edits={FIVE_MINUTES: at_par})}


@dataclass
class LiveWorld:
    """Three venues, a venue of perpetuals, and every feed.

    Attributes:
        folder: where the policy is, and below it the data.
        secrets: variables of the environment that hold keys.
        elsewhere: venue -> address that stands in for the emulator's.
        venue, quote, funding: what the policy says; not the slowest venues unless a test wants so.
        mode: what an approval does.
    more: further tables of the policy.
        coin_metrics: whether the policy switches it on.
        telegram: address of a Bot API.
    """

    folder: Path
    kraken: KrakenPublic
    binance: BinancePublic
    coinbase: CoinbasePublic
    perpetuals: Perpetuals
    feeds: FeedServer
    secrets: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    venue: str = "binance"
    mode: str = "paper"
    more: str = ""
    quote: str = "USD"
    funding: str = "binanceusdm"
    coin_metrics: bool = False
    telegram: str = "http://127.0.0.1:9/bot"

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator["LiveWorld"]:
        """Serve everything in good order."""
        clock = SystemClock()
        async with AsyncExitStack() as stack:
            kraken = await stack.enter_async_context(KrakenPublic(clock, coins()))
            binance = await stack.enter_async_context(BinancePublic(clock, coins()))
            coinbase = await stack.enter_async_context(CoinbasePublic(clock, coins()))
            contracts = {name: Contract() for name in ("BTC", "ETH", "SOL")}
            perpetuals = await stack.enter_async_context(Perpetuals(clock, contracts))
            feeds = FeedServer(clock)
            await feeds.start()
            stack.push_async_callback(feeds.stop)
            yield cls(folder, kraken, binance, coinbase, perpetuals, feeds)

    @property
    def data(self) -> Path:
        """The folder of the databases."""
        return self.folder / "data"

    @property
    def policy(self) -> Path:
        """The policy file, written anew."""
        path = self.folder / "evenkeel.toml"
        addresses = {
            "kraken": self.kraken.base_url,
            "binance": self.binance.base_url,
            "coinbase": self.coinbase.base_url,
        }
        text = POLICY.format(
            quote=self.quote,
            venue=self.venue,
            mode=self.mode,
            more=self.more,
            funding=self.funding,
            feeds=self.feeds.url,
            perpetuals=self.perpetuals.base_url,
            coin_metrics=str(self.coin_metrics).lower(),
            telegram=self.telegram,
            **(addresses | self.elsewhere),
        )
        path.write_text(text, encoding="utf-8")
        return path

    @property
    def settings(self) -> Settings:
        """The settings as the program would load them."""
        return load_settings(self.policy, data_dir=self.data, environment=self.secrets)

    @property
    def environment(self) -> dict[str, str]:
        """This machine's variables, without its proxies and keys, and with the test's own."""
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().endswith("_proxy") and not name.startswith("EVENKEEL_")
        }
        return own | {"PYTHONUNBUFFERED": "1"} | self.secrets

    async def start(self, *arguments: str) -> Process:
        """Start ``evenkeel`` without a terminal."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.cli.main", *arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
        )

    async def evenkeel(self, *arguments: str) -> Said:
        """Run a command to its end."""
        process = await self.start(*arguments)
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
        return Said(process.returncode or 0, out.decode(), err.decode())

    async def check(self, *options: str) -> Said:
        """Run ``evenkeel check``."""
        return await self.evenkeel("check", *self.places, *options)

    @property
    def places(self) -> tuple[str, ...]:
        """The options that name the policy and the data folder."""
        return ("--policy", str(self.policy), "--data", str(self.data))

    def edit_days(self, asset: str, edit: Edit) -> None:
        """Let every venue tell other days of a coin."""
        for venue in (self.kraken, self.binance, self.coinbase):
            venue.coins[asset].edits[ONE_DAY] = lambda rows: edit(whale(rows))
