"""An owner's account at an emulated Kraken, in the middle of everything else a bot asks."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.clocks import SystemClock
from tests.e2e.live_world import ONE_DAY, LiveWorld, whale
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING, ApiKey
from tests.emulators.kraken.listings import default_pairs
from tests.emulators.kraken.server import KrakenServer
from tests.emulators.telegram import TelegramEmulator

HELD: Mapping[str, str] = {"XXBT": "0.6", "XETH": "1", "ZUSD": "11000", "XBT.F": "0.05"}
"""A good deal too much BTC for a half, and some of it earning."""

PRICES = {"XXBTZUSD": "60000", "XETHZUSD": "3000", "SOLUSD": "150"}
LONG_AGO = timedelta(days=40)

POLICY = """
[live]
without_trial = "I accept live trading without a trial"

[bands]
confirm_days = 1

[limits]
max_turnover_30d = 80
"""


@dataclass(frozen=True)
class Account:
    """A world with an account in it.

    Attributes:
        world: every service and the program.
        server: where the exchange is served.
        key: the key that the program has.
    """

    world: LiveWorld
    server: KrakenServer
    key: ApiKey

    @property
    def kraken(self) -> Kraken:
        """The exchange."""
        return self.server.kraken

    def held(self, asset: str) -> Decimal:
        """Return what the account truly holds."""
        return self.kraken.balance(asset)


@asynccontextmanager
async def open_account(
    folder: Path, tg: TelegramEmulator, *, mode: str = "live"
) -> AsyncIterator[Account]:
    """Serve everything, with an account whose coins came long ago."""
    pairs = default_pairs()
    for name, price in PRICES.items():
        pairs[name].start = Decimal(price)
    async with LiveWorld.open(folder) as world:
        kraken = Kraken(SystemClock(), pairs=pairs)
        for market in kraken.markets.values():
            market.coin.edits[ONE_DAY] = whale
        kraken.habits.ahead = -LONG_AGO
        for asset, amount in HELD.items():
            kraken.owner.deposit(asset, amount)
        kraken.habits.ahead = timedelta()
        key = kraken.issue_key(TRADING)
        async with KrakenServer(kraken) as server:
            world.venue, world.funding, world.mode = "kraken", "off", mode
            world.more = POLICY
            world.elsewhere["kraken"] = server.base_url
            world.telegram = tg.base_url
            world.secrets = {
                "EVENKEEL_TELEGRAM_TOKEN": tg.token,
                "EVENKEEL_EXCHANGE_KEY": key.public,
                "EVENKEEL_EXCHANGE_SECRET": key.secret,
            }
            yield Account(world, server, key)
