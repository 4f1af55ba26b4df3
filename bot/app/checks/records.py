"""The records of the next run: can they be opened and believed, and does anything hold it back."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.app.checks.finding import Check, Finding, Level, fine
from bot.app.checks.visit import Visit
from bot.app.halting import halt_files_of
from bot.ports.records import Transaction
from bot.store.sqlite import SqliteStore, open_store
from bot.store.verify import verify_journal
from bot.workflow.account_trouble import ACCOUNT_PROBLEM
from core.domain.errors import InputInvalid, Invalid, StoreCorrupt
from core.domain.proposal import OrderState
from core.domain.units import Money

DATABASE, JOURNAL, BOOKS, HALT = "database", "journal", "books", "halt"
ORDERS = "orders"
DISK, BACKUP = "disk", "backup"

BACKUPS = "backups"
"""The folder of backups, where somebody keeps one below the data folder."""

OLD_BACKUP = timedelta(days=7)
LITTLE_SPACE, NO_SPACE = 500 * 2**20, 50 * 2**20

_GIGABYTE, _MEGABYTE = 2**30, 2**20


def record_checks(visit: Visit) -> Sequence[Check]:
    """Return the checks of what is stored; nothing is made, changed or brought up to date."""
    return (
        _aside(visit, DATABASE, _database),
        _aside(visit, DISK, _space),
        _aside(visit, BACKUP, _backups),
    )


def last_value(visit: Visit) -> Money | None:
    """Return what the portfolio was worth at the last decision; None when nobody knows."""
    try:
        with open_store(visit.database, read_only=True) as store, store.reading() as tx:
            latest = tx.decisions.latest(1)
    except (Invalid, StoreCorrupt):
        return None
    return latest[0].value if latest else None


def _aside(visit: Visit, name: str, look: Callable[[Visit], Iterator[Finding]]) -> Check:
    """Return a check that reads files in a thread, so that the others need not wait."""

    async def looked() -> Sequence[Finding]:
        return await asyncio.to_thread(lambda: tuple(look(visit)))

    return Check(name, str(visit.settings.data_dir), looked)


def _database(visit: Visit) -> Iterator[Finding]:
    try:
        yield from _halt_files(visit)
        yield from _records(visit)
    except InputInvalid as problem:
        level = Level.WARN if problem.code == "OLD_DATABASE" else Level.FAIL
        yield Finding(DATABASE, level, str(problem))
    except StoreCorrupt as problem:
        yield Finding(DATABASE, Level.FAIL, str(problem))


def _records(visit: Visit) -> Iterator[Finding]:
    path = visit.database
    if not path.exists():
        yield fine(DATABASE, f"none yet; the first run makes one in {visit.settings.data_dir}")
        return
    with open_store(path, read_only=True) as store:
        running = "; a bot runs on it" if path.parent.name in visit.running else ""
        yield fine(DATABASE, f"{path} opens{running}")
        yield from _journal(store)
        yield from _books(store)
        with store.reading() as tx:
            yield from _held_back(tx)


def _journal(store: SqliteStore) -> Iterator[Finding]:
    verdict = verify_journal(store, with_books=False)
    if verdict.ok:
        yield fine(JOURNAL, f"whole: {verdict.count:,} entries, head {verdict.head[:12]}")
        return
    said = f"NOT whole: entry {verdict.bad_seq}: {verdict.problem}"
    mend = "trust nothing after it; restore a backup, and find out who could write there"
    yield Finding(JOURNAL, Level.FAIL, said, mend)


def _books(store: SqliteStore) -> Iterator[Finding]:
    """Yield whether the books beside the account are those that were marked, once there are any."""
    with store.reading() as tx:
        count, damage = len(tx.books.witnessed()), tx.books.damage()
    if damage:
        said = f"{damage}; account, plans and approvals do not rest on them"
        mend = "send /review mend to the running bot: it makes them again"
        yield Finding(BOOKS, Level.WARN, said, mend)
    elif count:
        yield fine(BOOKS, f"whole: {count:,} day{'s' * (count > 1)}")


def _held_back(tx: Transaction) -> Iterator[Finding]:
    """Yield what keeps the bot from trading until somebody acts."""
    halt = tx.memory.state().halt
    if halt is not None:
        said = f"halted since {halt.since:%Y-%m-%d %H:%M} UTC: {halt.reason}"
        yield Finding(HALT, Level.FAIL, said, "find the reason, then run `evenkeel unhalt`")
    unknown = [row for row in tx.orders.unsettled() if row.state is OrderState.UNKNOWN]
    if unknown:
        said = f"the outcome of {len(unknown)} order{'s' * (len(unknown) > 1)} is unknown"
        mend = "start the bot: it settles by asking and never sends again"
        yield Finding(ORDERS, Level.FAIL, said, mend)
    if problem := tx.memory.get(ACCOUNT_PROBLEM):
        yield Finding("account", Level.FAIL, f"when it was last read: {problem}")


def _halt_files(visit: Visit) -> Iterator[Finding]:
    for file in halt_files_of(visit.folder, visit.settings.data_dir):
        if os.path.lexists(file):
            said, mend = f"{file} keeps the bot halted", "remove it, then run `evenkeel unhalt`"
            yield Finding(HALT, Level.FAIL, said, mend)


def _space(visit: Visit) -> Iterator[Finding]:
    folder = visit.settings.data_dir.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    room = f"{free // _GIGABYTE:,} GB" if free >= _GIGABYTE else f"{free // _MEGABYTE:,} MB"
    if free < LITTLE_SPACE:
        level = Level.FAIL if free < NO_SPACE else Level.WARN
        yield Finding(DISK, level, f"only {room} free at {folder}", "free some space")
    elif not os.access(folder, os.W_OK):
        mend = "check whose it is, or name another folder with --data"
        yield Finding(DISK, Level.FAIL, f"{folder} cannot be written to", mend)
    else:
        yield fine(DISK, f"{room} free at {folder}")


def _backups(visit: Visit) -> Iterator[Finding]:
    folder = visit.settings.data_dir / BACKUPS
    if not folder.is_dir():
        return
    made = [path.stat().st_mtime for path in folder.iterdir() if path.is_file()]
    if not made:
        yield Finding(BACKUP, Level.WARN, f"{folder} is empty", f"run `evenkeel backup {folder}`")
        return
    age = visit.clock.now() - datetime.fromtimestamp(max(made), UTC)
    said = f"the newest in {folder} is {max(age.days, 0)} days old"
    if age > OLD_BACKUP:
        yield Finding(BACKUP, Level.WARN, said, f"run `evenkeel backup {folder}`")
    else:
        yield fine(BACKUP, said)
