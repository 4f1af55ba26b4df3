"""What the doctor looks at, on 127.0.0.1, and ways to ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from bot.app.checks.finding import Finding, Level
from bot.app.checks.visit import Visit
from bot.app.doctor import checks_of, examine, look
from bot.clocks import SystemClock
from bot.settings import Settings, load_settings
from bot.venues.connection import Manners
from tests.emulators.binance_public import BinancePublic
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING, ApiKey, Permission
from tests.emulators.kraken.server import KrakenServer
from tests.emulators.public_venue import Coin
from tests.emulators.telegram import TelegramEmulator
from tests.feeds.server import FeedServer

ANN, VERA = 7, 9
BRISK = Manners(is_paced=False)

POLICY = """
quote = "USD"
venue = "{venue}"
mode = "{mode}"
approvers = {approvers}
viewers = [9]
start_cash = {start_cash}

[targets]
{targets}

[exchange]
paced = false

[exchange.base_urls]
kraken = "{kraken}"
binance = "{binance}"

[feeds]
second_opinions = ["binance"]
fear_greed = {{ base_url = "{feeds}" }}
glassnode = {{ base_url = "{feeds}" }}
funding = {{ venue = "off" }}

[live]
without_trial = "{words}"

[health]
heartbeat_url = "{heartbeat}"

[telegram]
base_url = "{telegram}"

{more}
"""


@dataclass
class Ward:
    """Everything that the doctor asks; by default all is in order.

    Attributes:
        folder: where the policy, its ``.env`` and the data are.
        mode, venue, targets, approvers, words, heartbeat, start_cash: what the policy says.
        more: further tables of it.
        secrets: what ``.env`` says.
        within: how long the doctor waits, in seconds.
    """

    folder: Path
    server: KrakenServer
    binance: BinancePublic
    feeds: FeedServer
    tg: TelegramEmulator
    mode: str = "live"
    venue: str = "kraken"
    targets: str = "BTC = 50\nETH = 30\nUSD = 20"
    approvers: tuple[int, ...] = (ANN,)
    words: str = "I accept live trading without a trial"
    heartbeat: str = "https://watchdog.example/ping/secret-part-of-it"
    start_cash: int = 50_000
    more: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    within: float = 8.0

    LOOKS: ClassVar[frozenset[str]] = frozenset(
        {"Time", "SystemStatus", "Assets", "AssetPairs", "Ticker", "GetApiKeyInfo", "BalanceEx"}
    )
    """The only questions the doctor may put to Kraken."""

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Ward]:
        """Serve everything; the key may trade, and Ann and Vera have started the bot."""
        clock = SystemClock()
        async with AsyncExitStack() as stack:
            kraken = Kraken(clock, {"ZUSD": "20000", "XXBT": "0.5"})
            server = await stack.enter_async_context(KrakenServer(kraken))
            prices = {"BTC": Decimal(50_000), "ETH": Decimal(2_500)}
            coins = {name: Coin(price) for name, price in prices.items()}
            binance = await stack.enter_async_context(BinancePublic(clock, coins))
            feeds = FeedServer(clock)
            await feeds.start()
            stack.push_async_callback(feeds.stop)
            tg = await stack.enter_async_context(TelegramEmulator())
            for number in (ANN, VERA):
                tg.person(number)
            ward = cls(folder, server, binance, feeds, tg)
            ward.secrets["EVENKEEL_TELEGRAM_TOKEN"] = tg.token
            ward.use_key(TRADING)
            yield ward

    @property
    def kraken(self) -> Kraken:
        """The exchange."""
        return self.server.kraken

    @property
    def data(self) -> Path:
        """The folder of the databases."""
        return self.folder / "data"

    @property
    def policy(self) -> Path:
        """The policy file, written anew together with its ``.env``."""
        path = self.folder / "evenkeel.toml"
        text = POLICY.format(
            venue=self.venue,
            mode=self.mode,
            targets=self.targets,
            approvers=list(self.approvers),
            words=self.words,
            heartbeat=self.heartbeat,
            start_cash=self.start_cash,
            more=self.more,
            kraken=self.server.base_url,
            binance=self.binance.base_url,
            feeds=self.feeds.url,
            telegram=self.tg.base_url,
        )
        path.write_text(text, encoding="utf-8")
        dotenv = self.folder / ".env"
        dotenv.write_text("".join(f"{name}={value}\n" for name, value in self.secrets.items()))
        dotenv.chmod(0o600)
        return path

    @property
    def settings(self) -> Settings:
        """The settings as the program loads them."""
        return load_settings(self.policy, data_dir=self.data, environment={})

    def use_key(
        self, permissions: frozenset[Permission], name: str = "EVENKEEL_EXCHANGE"
    ) -> ApiKey:
        """Make a key at Kraken and write it down."""
        key = self.kraken.issue_key(permissions)
        self.secrets |= {f"{name}_KEY": key.public, f"{name}_SECRET": key.secret}
        return key

    async def examine(self, *names: str) -> Report:
        """Let the doctor look at everything, or at these alone.

        Nothing was stored, and no secret was said.
        """
        settings = self.settings
        before = set(self.folder.rglob("*"))
        if names:
            found = await self._look(settings, names)
        else:
            found = await examine(
                settings, waiting_for=lambda _: None, within=self.within, manners=BRISK
            )
        assert set(self.folder.rglob("*")) == before
        said = " ".join(f"{row.said} {row.mend}" for row in found)
        for secret in (*self.secrets.values(), "secret-part-of-it"):
            assert secret not in said
        return Report(found)

    async def _look(self, settings: Settings, names: Collection[str]) -> Sequence[Finding]:
        async with AsyncExitStack() as stack:
            visit = Visit(settings, SystemClock(), stack, BRISK)
            checks = [check for check in checks_of(visit) if check.name in names]
            found = await asyncio.gather(*(look(check, self.within) for check in checks))
            return [finding for findings in found for finding in findings]


@dataclass(frozen=True)
class Report:
    """What the doctor found."""

    found: Sequence[Finding]

    def of(self, check: str) -> list[tuple[str, str]]:
        """Return level and words of one check."""
        return [
            (row.level.value, f"{row.said} {row.mend}".strip())
            for row in self.found
            if row.check == check
        ]

    def one(self, check: str) -> tuple[str, str]:
        """Return level and words of a check of which there is one line."""
        (line,) = self.of(check)
        return line

    def fails(self) -> list[str]:
        """Return the checks that failed."""
        return [row.check for row in self.found if row.level is Level.FAIL]

    def not_ok(self) -> list[str]:
        """Return the checks that failed or warned."""
        return [row.check for row in self.found if row.level is not Level.OK]
