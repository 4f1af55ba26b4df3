"""The database itself keeps the journal append-only, whoever asks."""

import sqlite3
from pathlib import Path

import pytest

from bot.store.sqlite import open_store
from tests.store import damage
from tests.store.samples import AT

INSERT = "INTO journal VALUES (?, '2026-03-02T00:05:00Z', 'a.b', 'eve', '{}', 'prev', 'hash')"


@pytest.fixture
def journal(path: Path) -> Path:
    """Give a closed database with three journal entries."""
    with open_store(path) as store, store.transaction() as tx:
        for number in range(3):
            tx.journal.append("a.b", "ada", {"n": number}, at=AT)
    return path


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET actor = 'eve' WHERE seq = 2",
        "UPDATE journal SET hash = hash",
        "UPDATE OR IGNORE journal SET seq = 9 WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM journal",
        f"INSERT {INSERT}".replace("?", "5"),
        f"INSERT {INSERT}".replace("?", "0"),
        f"INSERT OR REPLACE {INSERT}".replace("?", "2"),
        f"REPLACE {INSERT}".replace("?", "3"),
    ],
)
def test_every_edit_is_refused(journal: Path, sql: str) -> None:
    """No entry is changed, removed, replaced or put anywhere but at the end."""
    before = damage.run(journal, "SELECT * FROM journal")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        damage.run(journal, sql)
    assert damage.run(journal, "SELECT * FROM journal") == before


def test_the_end_is_open(journal: Path) -> None:
    """An entry with the next number is taken: the triggers refuse edits only."""
    damage.run(journal, f"INSERT {INSERT}", (4,))
    assert damage.run(journal, "SELECT MAX(seq) FROM journal") == [(4,)]
