"""Databases of ours -> copies of them that are whole, even while a bot writes to the originals."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from bot.store.database_file import BUSY_SECONDS, reading_mode
from bot.store.errors import named_errors
from core.domain.errors import InputInvalid, StoreCorrupt


def copy_database(original: Path, copy: Path) -> None:
    """Copy a SQLite file as it stood at one instant; nothing appears beside the original.

    Raises:
        StoreCorrupt: the original cannot be read as a database.
    """
    file = original.absolute()
    mode = reading_mode(file) if file.exists() else "mode=ro"
    try:
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?{mode}", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise StoreCorrupt(f"{original} cannot be copied: {error}") from error


def copy_together(originals: Sequence[Path], folder: Path) -> tuple[Path, ...]:
    """Copy several databases of one bot into ``folder`` as they stood at one and the same instant.

    The bot writes to the first one before and after everything it does to the others. So writers
    of the first are held off for the moment in which every file's state is pinned; then they go on,
    and what was pinned is copied at leisure. The copies fit together as after a power cut.

    Args:
        originals: the files, the bot's own database first.
        folder: where the copies go, under the same names, with mode 600.

    Raises:
        StoreCorrupt: an original cannot be read as a database.
        InputInvalid: code ``STORE_UNUSABLE``, a bot writes to it and we may not hold it off, or
            the disk refuses.
    """
    files = [original.absolute() for original in originals]
    with named_errors(files[0]), ExitStack() as stack:
        pinned = _pinned(files, stack)
        return tuple(
            _copied(source, folder / file.name) for source, file in zip(pinned, files, strict=True)
        )


def _pinned(files: Sequence[Path], stack: ExitStack) -> list[sqlite3.Connection]:
    """Return connections that all see their file as it stands at this instant."""
    gate = _holding_writers_off(files[0], stack)
    sources = [_looking_at(file, stack) for file in files]
    if gate is not None:
        gate.execute("ROLLBACK")
    return sources


def _holding_writers_off(file: Path, stack: ExitStack) -> sqlite3.Connection | None:
    """Return what keeps others from writing to ``file`` until it rolls back; None = nobody could.

    It is closed after those that only read: who may write takes away what lies beside the file.
    """
    mode = reading_mode(file)
    if mode == "immutable=1":
        return None
    if not os.access(file, os.W_OK):
        raise InputInvalid(
            f"{file} may only be read, so a copy could miss what the bot does meanwhile; run this "
            "as the user that the bot runs as",
            code="STORE_UNUSABLE",
        )
    gate = stack.enter_context(closing(_opened(file, "mode=rw")))
    gate.execute("BEGIN IMMEDIATE")
    return gate


def _looking_at(file: Path, stack: ExitStack) -> sqlite3.Connection:
    source = stack.enter_context(closing(_opened(file, reading_mode(file))))
    source.execute("BEGIN")
    source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # only now does it begin
    return source


def _opened(file: Path, mode: str) -> sqlite3.Connection:
    uri = f"{file.as_uri()}?{mode}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _copied(source: sqlite3.Connection, copy: Path) -> Path:
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
