"""A whole bot in front of an emulated Kraken over HTTP, without the people around it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.exchange.live.account import KrakenAccount
from bot.exchange.live.market import CcxtMarket
from bot.exchange.live.placer import KrakenPlacer
from bot.explain.questions.rules import RulesReader
from bot.explain.template import TemplateNarrator
from bot.feeds.assemble import VenueSnapshots
from bot.ports.clock import Clock
from bot.ports.messages import Mode
from bot.store.sqlite import SqliteStore, open_store
from bot.venues.connection import Connection, Manners
from bot.venues.credentials import ApiKey
from bot.venues.table import spot_venue
from bot.workflow.desk import Audience, Desk
from bot.workflow.halts import HALT_FILE
from bot.workflow.shortfall import SnapshotsWithPast
from core.domain.policy import Policy
from core.domain.units import Asset

USD = Asset("USD")
CHAT = "chat"
VENUE = "kraken"
UNPACED = Manners(answer_seconds=30, is_paced=False)


@asynccontextmanager
async def open_office(
    file: Path, policy: Policy, clock: Clock, *, base_url: str, key: tuple[str, str]
) -> AsyncIterator[Desk]:
    """Open the database, and everything that asks the exchange; nothing is recovered yet."""
    connection = Connection(
        spot_venue(VENUE), clock, base_url=base_url, manners=UNPACED, key=ApiKey(*key)
    )
    market = CcxtMarket(VENUE, USD, clock, base_url=base_url, manners=UNPACED)
    account = KrakenAccount(connection, USD, clock)
    with open_store(file) as store:
        try:
            yield Desk(
                store=store,
                clock=clock,
                market=market,
                account=account,
                placer=KrakenPlacer(
                    connection,
                    USD,
                    intended_at=partial(_intended_at, store),
                    forbidden=partial(_halt_of, store),
                ),
                snapshots=SnapshotsWithPast(
                    VenueSnapshots(market, account, clock=clock, policy=policy), store
                ),
                narrator=TemplateNarrator(clock=clock, zone=UTC),
                questions=RulesReader(),
                policy=policy,
                mode=Mode.LIVE,
                audience=Audience((CHAT,)),
                halt_files=(file.parent / HALT_FILE,),
            )
        finally:
            await market.close()
            await connection.close()


def _intended_at(store: SqliteStore, client_id: str) -> datetime | None:
    with store.reading() as tx:
        rows = tx.orders.unsettled()
    return next((row.intent_at for row in rows if row.client_id == client_id), None)


def _halt_of(store: SqliteStore) -> str:
    with store.reading() as tx:
        halt = tx.memory.state().halt
    return "" if halt is None else halt.reason
