"""From a path to an open connection: whose file it is comes first, then everything else."""

import os
import sqlite3
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from bot.store.errors import named_errors
from bot.store.file_lock import FileLock
from bot.store.schema import HEAD, check_known, foreign, migrate, revision_of
from core.domain.errors import InputInvalid

BUSY_SECONDS = 5.0


def last_written(path: Path) -> float:
    """Return when a database was last written to, in seconds since 1970; its log counts as well."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return max((file.stat().st_mtime for file in files if file.exists()), default=0.0)


def open_to_write(file: Path) -> tuple[sqlite3.Connection, FileLock]:
    """Lock ``file``, make it where it is missing, and bring its tables up to date.

    Raises:
        StoreCorrupt: it is damaged, foreign, or of a newer version.
        InputInvalid: code ``IN_USE`` or ``STORE_UNUSABLE``.
        OSError: the folder or the file cannot be made or opened.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with named_errors(file), ExitStack() as undo:
        lock = FileLock.take(file)
        undo.callback(lock.release)
        if not file.exists():
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        driver = _driver(file, "mode=rw")
        undo.callback(driver.close)
        _bring_to_date(driver, file)
        undo.pop_all()
    return driver, lock


def open_beside(file: Path) -> sqlite3.Connection:
    """Open ``file`` for a short write beside the bot that holds its lock; it must be up to date.

    Raises:
        StoreCorrupt: it is damaged, foreign, or of a newer version.
        InputInvalid: code ``NO_DATABASE``, ``OLD_DATABASE`` or ``STORE_UNUSABLE``.
        OSError: the file cannot be opened.
    """
    return _open_as_it_is(file, "mode=rw")


def open_to_read(file: Path) -> sqlite3.Connection:
    """Open ``file`` as it is, and change nothing.

    Raises:
        StoreCorrupt: it is damaged, foreign, or of a newer version.
        InputInvalid: code ``NO_DATABASE``, ``OLD_DATABASE`` or ``STORE_UNUSABLE``.
        OSError: the file cannot be opened.
    """
    driver = _open_as_it_is(file, reading_mode(file) if file.exists() else "mode=ro")
    driver.execute("PRAGMA query_only = ON")
    return driver


def _open_as_it_is(file: Path, mode: str) -> sqlite3.Connection:
    if not file.exists():
        raise _nothing_there(file)
    with named_errors(file), ExitStack() as undo:
        driver = _driver(file, mode)
        undo.callback(driver.close)
        revision = revision_of(driver, file)
        if revision is None:
            raise _nothing_there(file)
        if revision != HEAD:
            check_known(file, revision)
            raise InputInvalid(
                f"{file} was made by an older version of Evenkeel; start `evenkeel run` once, "
                "it brings the database up to date",
                code="OLD_DATABASE",
            )
        undo.pop_all()
    return driver


def _driver(file: Path, mode: str) -> sqlite3.Connection:
    """Open ``file`` through SQLite, and through nothing else.

    To close any other descriptor of it would drop this process's locks on it: then whoever looks at
    the database next believes to be alone, and takes the log of a running bot away.
    """
    uri = f"{file.as_uri()}?{mode}"
    # No isolation level: this module alone begins and ends transactions.
    driver = sqlite3.connect(
        uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        driver.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        driver.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise foreign(file) from None
        raise
    driver.execute("PRAGMA foreign_keys = ON")
    driver.execute("PRAGMA synchronous = FULL")
    # What is blanked, such as a nonce, must not stay readable in the free space of a page.
    driver.execute("PRAGMA secure_delete = ON")
    return driver


def reading_mode(file: Path) -> str:
    """Return how SQLite is to open an existing ``file`` so that looking leaves no trace.

    SQLite shares a file through two others beside it, and only who may write takes them away again.
    """
    if file.with_name(f"{file.name}-wal").exists():
        return "mode=ro"
    if not os.access(file.parent, os.W_OK):
        return "immutable=1"  # it must read alone
    return "mode=rw" if os.access(file, os.W_OK) else "mode=ro"


def _bring_to_date(driver: sqlite3.Connection, file: Path) -> None:
    # Nothing is written before this: a foreign file is left as it was found.
    revision = revision_of(driver, file)
    if revision is not None and revision != HEAD:
        check_known(file, revision)
    driver.execute("PRAGMA journal_mode = WAL")
    if revision == HEAD:
        return
    # SQLAlchemy's transaction keeps alembic from committing halfway; its end is the driver's end.
    with connection_on(driver) as connection, connection.begin():
        driver.execute("BEGIN IMMEDIATE")
        migrate(connection)


def _nothing_there(file: Path) -> InputInvalid:
    return InputInvalid(
        f"there is no database at {file}; `evenkeel run` makes one", code="NO_DATABASE"
    )


def connection_on(driver: sqlite3.Connection) -> Connection:
    """Return SQLAlchemy's view of an open connection; closing it leaves ``driver`` open."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: driver,
        poolclass=StaticPool,
        hide_parameters=True,  # they hold secrets of buttons, and errors go into the log
    )
    # AUTOCOMMIT keeps SQLAlchemy from beginning and ending transactions of its own.
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")
