"""Two records of one bot -> whether one of them only goes on where the other ends."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.store.database_file import reading_mode
from core.codec import GENESIS

_END = "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
_AT = "SELECT hash FROM journal WHERE seq = ?"


def what_would_be_lost(present: Path, restored: Path) -> str:
    """Return what ``present`` has and ``restored`` has not, or an empty text.

    Only the journals are compared: every decision, proposal, order and fill is witnessed there.

    Args:
        present: the database that would be replaced; it may be damaged.
        restored: the one that would take its place.
    """
    try:
        seq, head = _end(present)
        other, other_head = _end(restored)
        is_behind = _hash_at(restored, seq) == head
        is_ahead = _hash_at(present, other) == other_head
    except sqlite3.Error as error:
        return f"cannot be compared with the backup ({error})"
    if is_behind:
        return ""
    if is_ahead:
        return f"goes on after the backup, by {seq - other:,} entries of its journal"
    return "holds another record than the backup"


def _end(database: Path) -> tuple[int, str]:
    with closing(_open(database)) as connection:
        row = connection.execute(_END).fetchone()
    return (0, GENESIS) if row is None else (int(row[0]), str(row[1]))


def _hash_at(database: Path, seq: int) -> str:
    if seq == 0:
        return GENESIS
    with closing(_open(database)) as connection:
        row = connection.execute(_AT, (seq,)).fetchone()
    return "" if row is None else str(row[0])


def _open(database: Path) -> sqlite3.Connection:
    file = database.absolute()
    return sqlite3.connect(f"{file.as_uri()}?{reading_mode(file)}", uri=True)
