"""What decisions were made from, and what feeds said, is held against what was witnessed."""

from pathlib import Path

import pytest

from bot.store.sqlite import open_store
from bot.store.verify import JournalVerdict, verify_journal
from core.codec import GENESIS
from tests.store import damage, samples
from tests.store.arranging import add_decision
from tests.store.book_cards import BOOKS, book_day
from tests.store.samples import AT


def check(path: Path) -> JournalVerdict:
    """Check the journal of a closed database."""
    with open_store(path, read_only=True) as store:
        return verify_journal(store)


def heads(path: Path) -> list[tuple[int, str]]:
    """Return (seq, hash) of every entry."""
    return damage.run(path, "SELECT seq, hash FROM journal ORDER BY seq")


@pytest.fixture
def inputs(path: Path) -> Path:
    """Give a database with readings, and two decisions that rest on the same ones."""
    with open_store(path) as store, store.transaction() as tx:
        tx.readings.add([samples.fear("20"), samples.fear("30", days_ago=1)], known_at=AT)
        for number in (1, 2):
            add_decision(tx, number)
        tx.readings.add([samples.fear("25")], known_at=AT)
    assert check(path).ok
    return path


@pytest.mark.parametrize(
    ("table", "column", "bad_seq"),
    [
        ("reading_series", "document", 2),
        ("bar_series", "columns", 2),
        ("bar_series", "source", 2),
        ("policy", "document", 2),
        ("decision", "snapshot", 2),
        ("decision", "state", 2),
        ("reading", "source", 1),
        ("reading", "about", 1),
        ("reading", "value", 1),
        ("reading", "known_at", 1),
    ],
)
def test_flipped_byte_of_an_input_is_found(
    inputs: Path, table: str, column: str, bad_seq: int
) -> None:
    """Whatever a decision was made from: a byte that is not as it was recorded is found."""
    rows = f"SELECT rowid, typeof({column}), CAST({column} AS BLOB) FROM {table} LIMIT 1"  # noqa: S608  # our own names
    row, kind, content = damage.run(inputs, rows)[0]
    change = f"UPDATE {table} SET {column} = CAST(? AS {kind}) WHERE rowid = ?"  # noqa: S608  # our own names
    before = heads(inputs)[: bad_seq - 1]
    head = before[-1][1] if before else GENESIS
    for place in {0, len(content) // 2, len(content) - 1}:
        flipped = bytearray(content)
        flipped[place] ^= 1
        damage.run(inputs, change, (bytes(flipped), row))
        verdict = check(inputs)
        assert (verdict.ok, verdict.bad_seq) == (False, bad_seq), place
        assert (verdict.count, verdict.head) == (bad_seq - 1, head)
        assert verdict.problem.startswith(f"entry {bad_seq}: the stored ")
    damage.run(inputs, change, (content, row))
    assert check(inputs).ok


@pytest.mark.parametrize(
    ("sql", "bad_seq"),
    [
        ("DELETE FROM reading_series", 2),
        ("DELETE FROM bar_series WHERE asset = 'ETH'", 2),
        ("DELETE FROM reading WHERE value = '25'", 4),
        ("UPDATE reading SET is_append_only = 0 WHERE value = '30'", 1),
        ("UPDATE reading SET entry = 1", 1),
        ("UPDATE decision SET state = x'00' WHERE seq = 2", 3),
        ("UPDATE decision SET snapshot = 'text' WHERE seq = 2", 3),
    ],
)
def test_changed_inputs_are_found(inputs: Path, sql: str, bad_seq: int) -> None:
    """Inputs that were taken away, moved or replaced are found at the first entry they concern."""
    damage.run(inputs, sql)
    verdict = check(inputs)
    assert (verdict.ok, verdict.bad_seq) == (False, bad_seq)


@pytest.mark.parametrize(
    ("sql", "bad_seq"),
    [
        ("UPDATE book_mark SET value = '1' WHERE book = 'plain' AND day < '2026-03-04'", 3),
        ("UPDATE book_mark SET balances = '[' WHERE book = 'plain'", 3),
        ("UPDATE book_mark SET cost = 'much' WHERE day > '2026-03-03'", 4),
        ("UPDATE book_day SET prices = '[]' WHERE day > '2026-03-03'", 4),
        ("DELETE FROM book_mark WHERE book = 'never' AND day > '2026-03-03'", 4),
        ("UPDATE shadow_book SET document = '{}' WHERE name = 'always'", 4),
        ("DELETE FROM shadow_book WHERE name = 'always'", 4),
    ],
)
def test_changed_books_are_found(path: Path, sql: str, bad_seq: int) -> None:
    """A mark, a price or a shadow book that is not as it was kept is found, and where."""
    with open_store(path) as store, store.transaction() as tx:
        for number in (1, 2):
            add_decision(tx, number)
        for number in (1, 2):
            tx.books.add(book_day(number), BOOKS)
    assert check(path).ok
    damage.run(path, sql)
    verdict = check(path)
    assert (verdict.ok, verdict.bad_seq) == (False, bad_seq)
    assert verdict.problem.startswith(f"entry {bad_seq}: the stored ")
