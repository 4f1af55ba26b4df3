"""The database: opening it safely, and one transaction at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.store.books import SqliteBooks
from bot.store.database_file import connection_on, open_beside, open_to_read, open_to_write
from bot.store.decisions import SqliteDecisions
from bot.store.errors import named_errors
from bot.store.file_lock import FileLock
from bot.store.flows import SqliteFlows
from bot.store.inbox import SqliteInbox
from bot.store.journal import SqliteJournal
from bot.store.memory import SqliteMemory
from bot.store.orders import SqliteOrders
from bot.store.outbox import SqliteOutbox
from bot.store.proposals import SqliteProposals
from bot.store.readings import SqliteReadings
from bot.store.shortfalls import SqliteShortfalls
from bot.store.unit_of_work import UnitOfWork
from bot.store.withheld import SqliteWithheld
from core.domain.errors import InputInvalid, InvariantBroken


class SqliteTransaction:
    """``bot.ports.records.Transaction``: every repository on one open transaction."""

    def __init__(self, work: UnitOfWork) -> None:
        """Offer the repositories of ``work``."""
        self.journal = SqliteJournal(work)
        self.decisions = SqliteDecisions(work, self.journal)
        self.proposals = SqliteProposals(work, self.journal)
        self.orders = SqliteOrders(work, self.journal)
        self.shortfalls = SqliteShortfalls(work, self.journal)
        self.flows = SqliteFlows(work, self.journal)
        self.readings = SqliteReadings(work, self.journal)
        self.withheld = SqliteWithheld(work, self.journal)
        self.books = SqliteBooks(work, self.journal)
        self.outbox = SqliteOutbox(work, self.journal)
        self.inbox = SqliteInbox(work)
        self.memory = SqliteMemory(work, self.journal)


class SqliteStore:
    """``bot.ports.records.Store`` on one connection to one file.

    Threads take turns. Beginning a transaction inside another one of the same thread is a bug and
    raises ``InvariantBroken``; so a block must not await anything that might begin another.
    """

    def __init__(
        self,
        path: Path,
        driver: sqlite3.Connection,
        lock: FileLock | None,
        *,
        may_write: bool,
    ) -> None:
        """Take over an open connection and the lock that guards it; ``open_store`` makes both."""
        self.path = path
        self._driver = driver
        self._lock = lock
        self._may_write = may_write
        self._connection = connection_on(driver)
        self._turn = threading.Lock()
        self._owner: int | None = None
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[SqliteTransaction]:
        """Begin a writing transaction; leaving the block commits, an exception rolls back.

        Raises:
            InvariantBroken: this thread is inside a transaction, or the store is read-only.
        """
        if not self._may_write:
            raise InvariantBroken(f"{self.path} was opened for reading only")
        with self._alone(), named_errors(self.path):
            self._driver.execute("BEGIN IMMEDIATE")
            with self._working(may_write=True) as work:
                yield SqliteTransaction(work)
                self._driver.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[SqliteTransaction]:
        """Begin a transaction that sees one instant and writes nothing.

        Raises:
            InvariantBroken: this thread is inside a transaction, or something is to be written.
        """
        with self._alone(), named_errors(self.path):
            self._driver.execute("BEGIN")
            with self._working(may_write=False) as work:
                yield SqliteTransaction(work)

    @contextmanager
    def aside(self) -> Iterator[SqliteTransaction]:
        """Begin such a transaction on a connection of its own, so that no other one waits for it.

        Threads take turns on the store's own connection, and the bot's loop is one of them: what
        takes long to read is read here, in a thread. To open the connection takes milliseconds.

        Raises:
            StoreCorrupt: the file is damaged.
            InputInvalid: code ``STORE_UNUSABLE``.
        """
        with open_store(self.path, read_only=True) as other, other.reading() as tx:
            yield tx

    def close(self) -> None:
        """Close the file and give the lock back; twice is no error.

        Raises:
            InvariantBroken: this thread is inside a transaction.
        """
        if self._owner == threading.get_ident():
            raise InvariantBroken("the store was to be closed inside a transaction")
        with self._turn:
            if not self._is_open:
                return
            self._is_open = False
            self._connection.close()
            self._connection.engine.dispose()
            self._driver.close()
            if self._lock is not None:
                self._lock.release()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._owner == me:
            raise InvariantBroken("a transaction was begun inside another one")
        with self._turn:
            if not self._is_open:
                raise InvariantBroken(f"{self.path} is closed")
            self._owner = me
            try:
                yield
            finally:
                self._owner = None

    @contextmanager
    def _working(self, *, may_write: bool) -> Iterator[UnitOfWork]:
        work = UnitOfWork(self._connection, may_write=may_write)
        try:
            yield work
        finally:
            work.end()
            if self._driver.in_transaction:
                self._driver.execute("ROLLBACK")


def open_store(path: Path | str, *, read_only: bool = False) -> SqliteStore:
    """Open the database at ``path``; make it, or bring it up to date, where it is to be written.

    Args:
        path: the database file; its folder is made with mode 700, the file with mode 600.
        read_only: take no lock and change nothing, for commands that only look.

    Raises:
        StoreCorrupt: the file is damaged, foreign, or of a newer version.
        InputInvalid: code ``IN_USE`` (another process has it), ``STORE_UNUSABLE``, and when
            reading only ``NO_DATABASE`` or ``OLD_DATABASE``.
    """
    file = Path(path).absolute()
    try:
        if read_only:
            return SqliteStore(file, open_to_read(file), None, may_write=False)
        return SqliteStore(file, *open_to_write(file), may_write=True)
    except OSError as error:
        raise _unusable(file, error) from error


def open_store_beside(path: Path | str) -> SqliteStore:
    """Open a database for a short write while a bot runs on it, as ``evenkeel unhalt`` does.

    No lock is taken and nothing is migrated; SQLite lets one writer in at a time.

    Raises:
        StoreCorrupt: the file is damaged, foreign, or of a newer version.
        InputInvalid: code ``NO_DATABASE``, ``OLD_DATABASE`` or ``STORE_UNUSABLE``.
    """
    file = Path(path).absolute()
    try:
        return SqliteStore(file, open_beside(file), None, may_write=True)
    except OSError as error:
        raise _unusable(file, error) from error


def _unusable(file: Path, error: OSError) -> InputInvalid:
    return InputInvalid(
        f"{file} cannot be used: {error.strerror}; check the folder and its permissions",
        code="STORE_UNUSABLE",
    )
