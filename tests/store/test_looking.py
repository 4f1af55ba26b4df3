"""Looking at a database that nobody uses, or that a bot writes to, leaves everything as it was."""

import os
from pathlib import Path

import pytest

from bot.store.copying import copy_database
from bot.store.sqlite import open_store
from core.domain.errors import StoreCorrupt


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def at_rest(path: Path) -> Path:
    """Give a database that a bot has written and closed."""
    with open_store(path) as store, store.transaction() as tx:
        tx.memory.put("a", "1")
    return path


def test_reading_leaves_nothing_beside(at_rest: Path) -> None:
    """The two files that SQLite shares a database through go when the reader goes."""
    before = contents(at_rest.parent)
    with open_store(at_rest, read_only=True) as store, store.reading() as tx:
        assert tx.memory.get("a") == "1"
    assert contents(at_rest.parent) == before


def test_copying_leaves_nothing_beside(at_rest: Path, tmp_path: Path) -> None:
    """A copy is whole, and the folder of the original is as it was."""
    before = contents(at_rest.parent)
    copy_database(at_rest, tmp_path / "copy.db")
    assert contents(at_rest.parent) == before
    with open_store(tmp_path / "copy.db") as store, store.reading() as tx:
        assert tx.memory.get("a") == "1"


def test_copying_beside_a_writer(path: Path, tmp_path: Path) -> None:
    """What is committed is in the copy, and the writer goes on."""
    with open_store(path) as writer:
        with writer.transaction() as tx:
            tx.memory.put("a", "1")
        copy_database(path, tmp_path / "copy.db")
        with writer.transaction() as tx:
            tx.memory.put("a", "2")
    with open_store(tmp_path / "copy.db") as store, store.reading() as tx:
        assert tx.memory.get("a") == "1"
    with open_store(path) as store, store.reading() as tx:
        assert tx.memory.get("a") == "2"


def test_copying_from_a_folder_that_may_not_be_written(
    at_rest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's records can be copied as well, and nothing appears beside them."""
    before = contents(at_rest.parent)
    monkeypatch.setattr(os, "access", lambda folder, mode: False)
    copy_database(at_rest, tmp_path / "copy.db")
    assert contents(at_rest.parent) == before


def test_copying_what_is_not_there(tmp_path: Path) -> None:
    """A missing original is named, and is not made by looking for it."""
    with pytest.raises(StoreCorrupt, match=r"gone\.db cannot be copied"):
        copy_database(tmp_path / "gone.db", tmp_path / "copy.db")
    assert not (tmp_path / "gone.db").exists()
