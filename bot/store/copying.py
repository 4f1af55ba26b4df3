"""A database of ours -> a copy of it that is whole, even while a bot writes to the original."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.database_file import reading_mode
from core.domain.errors import StoreCorrupt


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
