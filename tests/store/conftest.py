"""A database in a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.sqlite import SqliteStore, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the place of a database that does not exist yet."""
    return tmp_path / "home" / "evenkeel.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    """Give a new database."""
    with open_store(path) as store:
        yield store
