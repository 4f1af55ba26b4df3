"""Commands on what is stored: ``replay``, ``settings`` and ``unhalt``."""

import json
import sys
from typing import Annotated

import typer

from bot.cli.options import AsJson, DataDir, PolicyPath, database_of, settings_of
from bot.ports.records import Store
from bot.settings import values_in_force
from core.codec import digest_of
from core.engine import decide

DIFFERS = 1

Most = Annotated[
    int | None, typer.Option("--last", min=1, help="Only the newest so many decisions.")
]


def replay(data: DataDir = None, last: Most = None, as_json: AsJson = False) -> None:
    """Make every stored decision again from its stored inputs, and compare the digests."""
    from bot.store.sqlite import open_store

    with open_store(database_of(data), read_only=True) as store:
        with store.reading() as tx:
            ids = tx.decisions.ids()
        ids = ids if last is None else ids[-last:]
        different = [name for name in ids if not _is_equal(store, name)]
    if as_json:
        print(json.dumps({"decisions": len(ids), "different": different}))
    elif different:
        print(f"{len(different):,} of {len(ids):,} decisions come out differently today:")
        for name in different[:20]:
            print(f"  {name[:12]}")
    else:
        print(f"{len(ids):,} decisions made again, all equal.")
    if different:
        sys.exit(DIFFERS)


def _is_equal(store: Store, decision_id: str) -> bool:
    with store.reading() as tx:
        stored = tx.decisions.get(decision_id)
    if stored is None:
        return False
    again = decide(stored.snapshot, stored.policy, stored.state)
    return digest_of(again) == digest_of(stored.decision)


def settings(policy: PolicyPath = None, data: DataDir = None, as_json: AsJson = False) -> None:
    """Print every value in force, what it means and where it came from."""
    rows = list(values_in_force(settings_of(policy, data)))
    if as_json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
        return
    width = max(len(row.key) for row in rows)
    shown = max(len(row.value) for row in rows)
    for row in rows:
        print(f"{row.key:{width}}  {row.value:{min(shown, 28)}}  {row.meaning} [{row.source}]")


def unhalt(data: DataDir = None) -> None:
    """Lift a halt. Only possible here, at the machine; the bot may be running."""
    from bot.app import lift_halt

    path = database_of(data)
    if lift_halt(path):
        print("The halt is lifted. Proposals begin again; nothing trades by itself.")
    else:
        print("There was no halt.")
    print(f"File: {path}")
