"""What SQLite complains of -> an error named by who must act."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import StatementError

from bot.store.schema import unreadable
from core.domain.errors import EvenkeelError, InputInvalid, InvariantBroken

_OUTSIDE = {
    sqlite3.SQLITE_BUSY: "another program is writing to it",
    sqlite3.SQLITE_LOCKED: "another program is writing to it",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the folder and its permissions",
    sqlite3.SQLITE_FULL: "the disk is full; free some space",
    sqlite3.SQLITE_IOERR: "the disk refuses; check it",
    sqlite3.SQLITE_PERM: "its permissions forbid it",
    sqlite3.SQLITE_READONLY: "it may only be read; check the file's and the folder's permissions",
}
_PRIMARY = 0xFF  # the low byte of an extended result code names the family


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Turn every error of the driver inside the block into one of ours.

    Raises:
        StoreCorrupt: the file cannot be trusted.
        InputInvalid: the file is fine and cannot be used; code ``STORE_UNUSABLE``.
        InvariantBroken: we asked for something that the tables forbid.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _named(path, error) from error
    except StatementError as error:
        cause = error.orig
        if not isinstance(cause, sqlite3.Error):
            raise InvariantBroken(f"a value cannot be stored: {cause}") from error
        raise _named(path, cause) from error


def _named(path: Path, error: sqlite3.Error) -> EvenkeelError:
    if isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.InterfaceError
    ):
        return InvariantBroken(f"the database refuses: {error}")
    family = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if family in _OUTSIDE:
        return InputInvalid(f"{path} cannot be used: {_OUTSIDE[family]}", code="STORE_UNUSABLE")
    return unreadable(path, error)
