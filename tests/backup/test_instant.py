"""Several databases of a bot that goes on writing are copied as of one instant."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.store.copying import copy_together
from core.domain.errors import InputInvalid, StoreCorrupt

COPIES = 60


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=30)


def _founded(path: Path) -> Path:
    with closing(_opened(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE step (number INTEGER, filling BLOB)")
        connection.execute("INSERT INTO step VALUES (0, zeroblob(400000))")
    return path


def _number(path: Path) -> int:
    with closing(_opened(path)) as connection:
        return int(connection.execute("SELECT number FROM step").fetchone()[0])


@contextmanager
def writing(main: Path, other: Path) -> Iterator[None]:
    """Count up in both files, always in the first one first, as a bot and its paper venue do."""
    stopping = threading.Event()

    def count() -> None:
        number = 0
        with closing(_opened(main)) as one, closing(_opened(other)) as two:
            while not stopping.is_set():
                number += 1
                for connection in (one, two):
                    connection.execute("UPDATE step SET number = ?", (number,))

    writer = threading.Thread(target=count)
    writer.start()
    try:
        yield
    finally:
        stopping.set()
        writer.join()


def test_the_files_fit_together(tmp_path: Path) -> None:
    """The venue's file is never ahead of the bot's and never more than one step behind it."""
    main, other = _founded(tmp_path / "evenkeel.db"), _founded(tmp_path / "paper.db")
    seen = set()
    with writing(main, other):
        for number in range(COPIES):
            folder = tmp_path / f"copy-{number}"
            folder.mkdir()
            one, two = (_number(copy) for copy in copy_together([main, other], folder))
            assert one - two in {0, 1}
            seen.add(one)
    assert len(seen) > 1


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A file that is no database is named, and its copy is no success."""
    (tmp_path / "evenkeel.db").write_bytes(b"something else entirely" * 100)
    (tmp_path / "out").mkdir()
    with pytest.raises(StoreCorrupt, match=r"evenkeel\.db is damaged"):
        copy_together([tmp_path / "evenkeel.db"], tmp_path / "out")


def test_a_bot_that_cannot_be_held_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody else's bot writes and we may only read, the user is named as the mend."""
    main = _founded(tmp_path / "evenkeel.db")
    (tmp_path / "out").mkdir()
    with closing(_opened(main)) as writer:
        writer.execute("UPDATE step SET number = 1")
        monkeypatch.setattr("os.access", lambda path, mode: False)
        with pytest.raises(InputInvalid, match="as the user that the bot runs as"):
            copy_together([main], tmp_path / "out")
