"""A copy of a run's database -> whether it can be trusted, and where its journal ends."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.store.book_tables import BOOK_DAY, BOOK_MARK
from bot.store.schema import check_known, revision_of
from bot.store.sqlite import SqliteStore, open_store
from bot.store.verify import verify_journal
from core.domain.errors import StoreCorrupt

_WHOLE: Final = "ok"
_BOOKS: Final = frozenset({BOOK_DAY.name, BOOK_MARK.name})
"""Tables whose damage is mended by the running bot, and on which nothing else rests."""

_OBJECTS: Final = "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
_PROGRAMS: Final = "SELECT sql FROM sqlite_master WHERE type = 'trigger'"


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """Where a record ends.

    Attributes:
        seq: how many entries its journal has.
        head: the hash of the last one.
        books: what of the books beside the account is damaged; mostly nothing.
    """

    seq: int
    head: str
    books: str = field(default="", compare=False)


def revision_in(database: Path) -> str | None:
    """Return the migration at which a database stands, None for an empty one.

    Raises:
        StoreCorrupt: it is damaged, foreign, or of a newer version.
    """
    try:
        with closing(_looking_at(database)) as connection:
            revision = revision_of(connection, database)
    except sqlite3.Error as error:
        raise StoreCorrupt(f"{database} is damaged ({error})") from error
    if revision is not None:
        check_known(database, revision)
    return revision


def check_pages(database: Path) -> None:
    """Check a database page by page, as SQLite sees it.

    Raises:
        StoreCorrupt: it is not whole.
    """
    try:
        with closing(_looking_at(database)) as connection:
            connection.execute("PRAGMA cell_size_check = ON")
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise StoreCorrupt(f"{database} is damaged ({error})") from error
    if found != _WHOLE or any(table not in _BOOKS for table, *_ in orphans):
        why = "rows refer to others that are gone" if found == _WHOLE else found
        raise StoreCorrupt(f"{database} is damaged ({why})")


def check_objects(database: Path, model: Path) -> None:
    """Check that a database holds the tables, indices and triggers of ``model`` and no others.

    A trigger or a view that somebody added could do its work whenever the bot writes.

    Raises:
        StoreCorrupt: something is missing or was added.
    """
    given, expected = _objects_of(database), _objects_of(model)
    if given != expected:
        (odd, *_) = sorted(given ^ expected)
        raise StoreCorrupt(f"{database} is not as Evenkeel makes it: look at {' '.join(odd)}")


def checked_end(database: Path) -> RecordEnd:
    """Bring a copy up to date, check all of it, and return where its record ends.

    Raises:
        StoreCorrupt: it is damaged, foreign, newer, or its journal does not verify.
        InputInvalid: the disk refuses.
    """
    check_pages(database)
    with open_store(database) as store:
        end = end_of(store)
    with TemporaryDirectory(prefix=".model-", dir=database.parent) as scratch:
        model = Path(scratch) / "model.db"
        open_store(model).close()
        check_objects(database, model)
    return end


def end_of(store: SqliteStore) -> RecordEnd:
    """Verify the journal of an open database and return where it ends.

    The books beside the account may be damaged: nothing else rests on them, they are made again
    from what is verified here, and whoever has damage must be able to keep the rest.

    Raises:
        StoreCorrupt: the journal does not verify.
    """
    verdict = verify_journal(store, with_books=False)
    if not verdict.ok:
        raise StoreCorrupt(f"the journal of {store.path} does not verify: {verdict.problem}")
    with store.reading() as tx:
        return RecordEnd(verdict.count, verdict.head, tx.books.damage())


def _objects_of(database: Path) -> set[tuple[str, ...]]:
    try:
        with closing(_looking_at(database)) as connection:
            rows = {tuple(map(str, row)) for row in connection.execute(_OBJECTS)}
            return rows | {(" ".join(sql.split()),) for (sql,) in connection.execute(_PROGRAMS)}
    except sqlite3.Error as error:
        raise StoreCorrupt(f"{database} is damaged ({error})") from error


def _looking_at(database: Path) -> sqlite3.Connection:
    """Open a copy that nobody else uses; nothing appears beside it."""
    connection = sqlite3.connect(f"{database.absolute().as_uri()}?immutable=1", uri=True)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection
