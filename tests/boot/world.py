"""Real settings files in front of an emulated Kraken, and past days in real databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app.account import open_account
from bot.app.boot import check_boot
from bot.app.market import open_market
from bot.app.plan import DATABASE, RunPlan, folder_of
from bot.clocks import SystemClock
from bot.settings import Settings, load_settings
from bot.settings.answering import Answering
from bot.store.sqlite import open_store
from core.domain.snapshot import Occasion
from core.domain.state import EngineState
from core.engine import decide
from tests.dsl import MORNING, portfolio, snapshot
from tests.emulators.kraken.exchange import Kraken
from tests.emulators.kraken.keys import TRADING, ApiKey, Permission
from tests.emulators.kraken.server import KrakenServer

POLICY = """
quote = "USD"
venue = "kraken"
mode = "{mode}"
approvers = {approvers}
trading_capital = 5000
reserve = 250

[targets]
BTC = 50
ETH = 30
USD = 20

[excluded]
BTC = 0.1

[cold]
ETH = 2

[exchange]
paced = false

[exchange.base_urls]
kraken = "{kraken}"

[live]
without_trial = "{words}"
"""

TOKEN = "123456:TEST-token-of-a-bot"
TWO = portfolio("BTC 0.28 @ 110000 -> 50", "ETH 2.6 @ 4200 -> 30", cash="8000 -> 20")


@dataclass
class BootWorld:
    """One folder with a policy and a ``.env``, and a Kraken.

    Attributes:
        folder: where the files are.
        server: where Kraken is.
        mode, approvers, words: what the policy says.
        secrets: what ``.env`` says.
        address: stands in for Kraken's; empty = the emulator.
    """

    folder: Path
    server: KrakenServer
    mode: str = "live"
    approvers: tuple[int, ...] = (7,)
    words: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    address: str = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[BootWorld]:
        """Serve a Kraken with an account; there is no key yet."""
        kraken = Kraken(SystemClock(), {"ZUSD": "10000", "XXBT": "0.5"})
        async with KrakenServer(kraken) as server:
            yield cls(folder, server, secrets={"EVENKEEL_TELEGRAM_TOKEN": TOKEN})

    @property
    def kraken(self) -> Kraken:
        """The exchange."""
        return self.server.kraken

    @property
    def data(self) -> Path:
        """The folder of the databases."""
        return self.folder / "data"

    @property
    def settings(self) -> Settings:
        """The settings as the program loads them from the two files, written anew."""
        policy, dotenv = self.folder / "evenkeel.toml", self.folder / ".env"
        text = POLICY.format(
            mode=self.mode,
            approvers=list(self.approvers),
            kraken=self.address or self.server.base_url,
            words=self.words,
        )
        policy.write_text(text, encoding="utf-8")
        dotenv.write_text("".join(f"{name}={value}\n" for name, value in self.secrets.items()))
        dotenv.chmod(0o600)
        return load_settings(policy, data_dir=self.data, environment={})

    def use_key(
        self, permissions: frozenset[Permission] = TRADING, name: str = "EVENKEEL_EXCHANGE"
    ) -> ApiKey:
        """Make a key at Kraken and write it down."""
        key = self.kraken.issue_key(permissions)
        self.secrets |= {f"{name}_KEY": key.public, f"{name}_SECRET": key.secret}
        return key

    async def check(self, answering: Answering | None = None) -> tuple[str, ...]:
        """Put a run together as the program does, and check whether it may begin."""
        plan = RunPlan(self.settings, replay=None, answering=answering, days=None, fresh=False)
        folder = folder_of(plan)
        async with AsyncExitStack() as stack:
            store = stack.enter_context(open_store(folder / DATABASE))
            market = open_market(plan, store, None, stack=stack)
            account = await open_account(plan, folder, store, market, stack=stack)
            return await check_boot(plan, account, market)


def evaluate_days(
    folder: Path,
    days: int,
    *,
    until: datetime | None = None,
    occasion: Occasion = Occasion.DAILY,
    is_priced: bool = True,
) -> Path:
    """Write so many days of decisions into the database of a folder; return it.

    Args:
        folder: below the data folder, for example ``kraken-paper-1``.
        days: how many days in a row.
        until: an instant of the last one; None = now.
        occasion: of each decision.
        is_priced: whether the data could be believed.
    """
    until = until or datetime.now(UTC)
    last = (until.date() - MORNING.date()).days
    path = folder / DATABASE
    with open_store(path) as store:
        for day in range(last - days + 1, last + 1):
            seen = snapshot(TWO, day=day, occasion=occasion)
            world = seen if is_priced else replace(seen, quotes=())
            state = EngineState()
            decision = decide(world, TWO.policy, state)
            assert (decision.value is not None) == is_priced
            with store.transaction() as tx:
                tx.decisions.add(decision, world, TWO.policy, state)
    return path


def days_ago(count: int) -> datetime:
    """Return an instant so many days ago."""
    return datetime.now(UTC) - timedelta(days=count)
