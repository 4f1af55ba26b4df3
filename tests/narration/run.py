"""A demonstration from its first purchase to its end, in which every plan is approved."""

import json
from dataclasses import dataclass
from pathlib import Path

from bot.app.plan import RunPlan
from bot.app.wiring import run_bot
from bot.app.words import NARRATED
from bot.settings import load_settings
from bot.settings.answering import Answering
from bot.store.sqlite import open_store
from tests.emulators.llm.wire import MODEL

DAYS = 24
MOST = 1000

POLICY = """
[targets]
BTC = 45
ETH = 25
SOL = 10
USD = 20

[messages]
digest_days = "weekly"
"""


@dataclass(frozen=True)
class Record:
    """What a run decided and traded, and what it wrote about it.

    Attributes:
        deeds: plans and orders, with everything that makes them what they are.
        narrations: (choice, codes) of every attempt of a model.
    """

    deeds: tuple[object, ...]
    narrations: tuple[tuple[str, tuple[str, ...]], ...]


async def run(folder: Path, base_url: str = "", *, days: int = DAYS) -> Record:
    """Live through a simulated market with a model at ``base_url``; without one by default."""
    file = folder / "evenkeel.toml"
    llm = f'[llm]\nbase_url = "{base_url}"\nmodel = "{MODEL}"\n' if base_url else ""
    file.write_text(f"{POLICY}{llm}", encoding="utf-8")
    settings = load_settings(file, data_dir=folder / "data", environment={})
    plan = RunPlan(settings, replay=None, answering=Answering.ALL, days=days, fresh=True)
    ended = await run_bot(plan, ready=lambda _: None)
    return _record(ended.database)


def _record(database: Path) -> Record:
    with open_store(database, read_only=True) as store, store.reading() as tx:
        proposals = tx.proposals.latest(MOST)
        orders = [order for row in proposals for order in tx.orders.of(row.proposal_id)]
        deeds = (
            *tx.decisions.ids(),
            *((row.proposal_id, row.plan_digest, row.state, row.expires_at) for row in proposals),
            *orders,
            *tx.orders.fills(),
            tx.memory.state(),
        )
        written = [json.loads(entry.payload) for entry in tx.journal.entries(kinds=[NARRATED])]
    narrations = tuple((row["choice"], tuple(row["codes"])) for row in written)
    return Record(deeds, narrations)
