"""The SQLite store keeps the store's contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.sqlite import SqliteStore, open_store
from tests.contracts.store_contract import StoreContract


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteStore]:
        """Give a new database in a file of its own."""
        with open_store(tmp_path / "evenkeel.db") as store:
            yield store
