"""Commands on what is stored: ``replay``, ``settings`` and ``unhalt``."""

import json
import sys
from enum import Enum, auto
from typing import Annotated

import typer

from bot.cli.options import AsJson, DataDir, PolicyPath, database_of, databases_of, settings_of
from bot.ports.records import Store
from bot.settings import values_in_force
from core.codec import digest_of
from core.engine import ENGINE_VERSION, decide

DIFFERS = 1

Most = Annotated[
    int | None,
    typer.Option("--last", min=1, metavar="N", help="Only the newest so many decisions."),
]

AdoptBalances = Annotated[
    bool,
    typer.Option(
        "--adopt-balances",
        metavar="",
        help="Also take balances that the books do not explain as they are, as an opening.",
    ),
]


def replay(data: DataDir = None, last: Most = None, as_json: AsJson = False) -> None:
    """Make every stored decision again from its stored inputs, and compare the digests.

    A decision of another version of the engine is not made again: it would rightly differ. Its
    inputs are still checked against their digests.
    """
    from bot.store.sqlite import open_store

    with open_store(database_of(data), read_only=True) as store:
        with store.reading() as tx:
            ids = tx.decisions.ids()
        ids = ids if last is None else ids[-last:]
        verdicts = {name: _made_again(store, name) for name in ids}
    different, foreign = (
        [name for name, verdict in verdicts.items() if verdict is sought]
        for sought in (_Again.DIFFERENT, _Again.OTHER_VERSION)
    )
    if as_json:
        row = {"decisions": len(ids), "different": different, "other_version": foreign}
        print(json.dumps(row))
    else:
        _print_replay(len(ids) - len(foreign), different, foreign)
    if different:
        sys.exit(DIFFERS)


class _Again(Enum):
    """What came of making a decision again."""

    EQUAL = auto()
    DIFFERENT = auto()
    OTHER_VERSION = auto()


def _made_again(store: Store, decision_id: str) -> _Again:
    with store.reading() as tx:
        stored = tx.decisions.get(decision_id)
    if stored is None:
        return _Again.DIFFERENT
    if stored.decision.engine_version != ENGINE_VERSION:
        return _Again.OTHER_VERSION
    again = decide(stored.snapshot, stored.policy, stored.state)
    is_equal = digest_of(again) == digest_of(stored.decision)
    return _Again.EQUAL if is_equal else _Again.DIFFERENT


def _print_replay(compared: int, different: list[str], foreign: list[str]) -> None:
    if different:
        print(f"{len(different):,} of {compared:,} decisions come out differently today:")
        for name in different[:20]:
            print(f"  {name[:12]}")
    elif compared or not foreign:
        print(f"{compared:,} decisions made again, all equal.")
    if foreign:
        print(
            f"{len(foreign):,} were made by another version of the engine and are not compared; "
            "their inputs are as they were recorded."
        )


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


def unhalt(data: DataDir = None, adopts: AdoptBalances = False) -> None:
    """Lift a halt. Only possible here, at the machine; the bot may be running."""
    from bot.app import adopt_balances, halted_among, lift_halt

    path = halted_among(databases_of(data))
    if lift_halt(path):
        print("The halt is lifted. Proposals begin again; nothing trades by itself.")
    else:
        print("There was no halt.")
    if adopts:
        adopt_balances(path)
        print(
            "At its next check, within the hour or at its next start, the bot takes over what the "
            "books do not explain, and tells you what that was."
        )
    print(f"File: {path}")
