"""How long the check of a long journal takes, against one pass of SHA-256 over the same bytes."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from bot.ports.journal import JournalEntry
from bot.store.sqlite import open_store
from bot.store.verify import verify_journal
from tests.bench.figures import Figure, Limit, S
from tests.bench.market import MORNING

ENTRIES, ROUNDS, COMMANDS = 100_000, 5, 3
LOOKS = 40
"""Decisions without a plan for each that was carried out."""

_PROGRAM = Path(sys.executable).with_name("evenkeel")


def measure(folder: Path, sample: Sequence[JournalEntry]) -> list[Figure]:
    """Measure the check of 100,000 entries like those of ``sample``."""
    path = folder / "long" / "evenkeel.db"
    _write(path, _story(sample))
    checks, hashes = [], []
    for _ in range(ROUNDS):
        checks.append(_check(path))
        hashes.append(_hash(path))
    commands = [_command(path) for _ in range(COMMANDS)]
    limit = Limit("SHA-256 of the same bytes", median(hashes))
    return [
        Figure(f"journal verify, {ENTRIES:,} entries, median", median(checks), S, 2, limit),
        Figure("  the command, start included, median", median(commands), S, 2),
    ]


def _story(sample: Sequence[JournalEntry]) -> list[JournalEntry]:
    """Return what a plan that was carried out leaves behind, and the quiet days before it."""
    last = max(n for n, entry in enumerate(sample) if entry.kind == "proposal.drafted")
    looks = [entry for entry in sample if entry.kind == "decision.made"]
    return [*islice(cycle(looks), LOOKS), *sample[last:]]


def _write(path: Path, story: Sequence[JournalEntry]) -> None:
    with open_store(path) as store, store.transaction() as tx:
        for number, entry in enumerate(islice(cycle(story), ENTRIES)):
            at = MORNING + timedelta(minutes=number)
            tx.journal.append(entry.kind, entry.actor, json.loads(entry.payload), at=at)


def _check(path: Path) -> float:
    began = time.perf_counter()
    with open_store(path, read_only=True) as store:
        verdict = verify_journal(store)
    took = time.perf_counter() - began
    assert verdict.ok, verdict
    assert verdict.count == ENTRIES
    return took


def _hash(path: Path) -> float:
    """Return the seconds of one pass over all that is sealed, as one text in memory."""
    with open_store(path, read_only=True) as store, store.reading() as tx:
        rows = tx.journal.raw_rows(after=0, limit=ENTRIES)
    text = b"".join(part for row in rows for part in row[1:6])
    began = time.perf_counter()
    sha256(text).hexdigest()
    return time.perf_counter() - began


def _command(path: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        [_PROGRAM, "journal", "verify", "--data", path], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began
