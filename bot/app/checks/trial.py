"""The days on which a bot evaluated a real market, on paper or watching: the trial before live."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app.plan import DATABASE
from bot.settings import Settings
from bot.store.copying import copy_database
from bot.store.kinds import DECISION_MADE
from bot.store.sqlite import SqliteStore, open_store
from bot.store.verify import verify_journal
from core.domain.errors import InputInvalid, Invalid, StoreCorrupt
from core.domain.snapshot import Occasion

NEEDED = 14
"""Days of trial before live trading. Source: METHODS 8.7."""


def trial_days(settings: Settings, *, until: datetime) -> int:
    """Return on how many UTC days up to ``until`` the venue's market had its daily evaluation.

    They are read from the records of every paper account and of the owner's account at this venue,
    on data that could be believed. A database that cannot be trusted counts nothing.
    """
    venue, today = settings.file.venue, until.date()
    days: set[date] = set()
    for kind in ("paper", "account"):
        for database in sorted(settings.data_dir.glob(f"{venue}-{kind}-*/{DATABASE}")):
            days.update(day for day in _days_in(database) if day <= today)
    return len(days)


def _days_in(database: Path) -> frozenset[date]:
    try:
        with open_store(database, read_only=True) as store:
            return _evaluated(store)
    except InputInvalid as error:
        return _days_of_old(database) if error.code == "OLD_DATABASE" else frozenset()
    except (Invalid, StoreCorrupt):
        return frozenset()


def _days_of_old(database: Path) -> frozenset[date]:
    """Read a database of an older version from a copy that is brought up to date."""
    with TemporaryDirectory(prefix="evenkeel-trial-") as scratch:
        try:
            copy_database(database, Path(scratch) / DATABASE)
            with open_store(Path(scratch) / DATABASE) as store:
                return _evaluated(store)
        except (Invalid, StoreCorrupt):
            return frozenset()


def _evaluated(store: SqliteStore) -> frozenset[date]:
    return frozenset(_daily(store)) if verify_journal(store, with_books=False).ok else frozenset()


def _daily(store: SqliteStore) -> Iterator[date]:
    with store.reading() as tx:
        entries = tx.journal.entries(kinds=[DECISION_MADE])
    for entry in entries:
        made = json.loads(entry.payload)
        if made.get("occasion") == Occasion.DAILY and made.get("value") is not None:
            yield datetime.fromisoformat(made["decided_at"]).date()
