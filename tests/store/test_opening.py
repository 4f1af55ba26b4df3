"""Opening a database: made safely, refused with one clear message, locked, or only looked at."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

import bot.store.database_file
from bot.store.schema import migrate
from bot.store.sqlite import SqliteStore, open_store, open_store_beside
from core.domain.errors import EvenkeelError, InputInvalid, InvariantBroken, StoreCorrupt
from tests.store import damage, old_database
from tests.store.arranging import executing
from tests.store.processes import child


def mode(path: Path) -> int:
    """Return the permission bits of a file or folder."""
    return path.stat().st_mode & 0o777


def test_new_database_belongs_to_its_owner(path: Path) -> None:
    """Folder, database and everything beside it can be read by nobody else."""
    with open_store(path) as store, store.transaction() as tx:
        tx.memory.put("a", "1")
        files = {file.name: mode(file) for file in path.parent.iterdir()}
    assert mode(path.parent) == 0o700
    assert files == dict.fromkeys(
        ("evenkeel.db", "evenkeel.db-shm", "evenkeel.db-wal", "evenkeel.db.lock"), 0o600
    )


def test_existing_folder_is_left_alone(tmp_path: Path) -> None:
    """A folder that was there before keeps its permissions."""
    tmp_path.chmod(0o755)
    open_store(tmp_path / "evenkeel.db").close()
    assert mode(tmp_path) == 0o755


def test_data_survive_closing(path: Path) -> None:
    """What was committed is there when the file is opened again, by path or by text."""
    with open_store(path) as store, store.transaction() as tx:
        executing(tx)
        head = tx.journal.head()
    with open_store(str(path)) as store, store.reading() as tx:
        assert tx.journal.head() == head
        assert tx.proposals.live() is not None


def test_every_commit_reaches_the_disk(store: SqliteStore) -> None:
    """The connection writes ahead, waits for the disk at each commit, and checks references."""
    driver = store._driver  # noqa: SLF001  # what a connection is set to, only it can tell
    settings = {
        name: driver.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_start_does_without_alembic(path: Path) -> None:
    """A database that is up to date opens without the half second that alembic takes."""
    open_store(path).close()
    script = (
        "import sys; from bot.store.sqlite import open_store; open_store(sys.argv[1]).close(); "
        "print('alembic' in sys.modules)"
    )
    process = child(script, path)
    assert process.communicate()[0] == "False\n"


def test_second_process_is_refused(path: Path) -> None:
    """While one process has the database, another is told which one, and works once it ends."""
    script = (
        "import sys; from bot.store.sqlite import open_store; store = open_store(sys.argv[1]); "
        "print('open', flush=True); sys.stdin.read()"
    )
    with child(script, path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        with pytest.raises(InputInvalid) as refused:
            open_store(path)
        assert refused.value.code == "IN_USE"
        assert str(path) in str(refused.value)
        assert f"process {process.pid};" in str(refused.value)
        open_store(path, read_only=True).close()
        process.kill()
    open_store(path).close()


def test_closed_store(store: SqliteStore) -> None:
    """Closing twice is no error; using a closed store, or closing it midway, is a bug."""
    with pytest.raises(InvariantBroken, match="inside"), store.transaction():
        store.close()
    store.close()
    store.close()
    with pytest.raises(InvariantBroken, match="closed"), store.reading():
        pass


def test_reading_only(path: Path) -> None:
    """A store opened for reading shows what is there, follows the writer, and writes nothing."""
    with open_store(path) as writer, open_store(path, read_only=True) as reader:
        with writer.transaction() as tx:
            tx.memory.put("a", "1")
        with reader.reading() as tx:
            assert tx.memory.get("a") == "1"
        with pytest.raises(InvariantBroken, match="reading"), reader.transaction():
            pass


def test_reading_in_a_folder_of_somebody_else(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy in a folder that may not be written can be read, and nothing appears beside it."""
    with open_store(path) as store, store.transaction() as tx:
        tx.memory.put("a", "1")
    before = sorted(path.parent.iterdir())
    monkeypatch.setattr(os, "access", lambda folder, mode: False)
    with open_store(path, read_only=True) as store, store.reading() as tx:
        assert tx.memory.get("a") == "1"
        assert sorted(path.parent.iterdir()) == before


def test_reading_where_nothing_is(path: Path) -> None:
    """Looking at a database that was never made says so and makes none."""
    with pytest.raises(InputInvalid, match="no database") as refused:
        open_store(path, read_only=True)
    assert refused.value.code == "NO_DATABASE"
    assert not path.parent.exists()
    path.parent.mkdir()
    path.touch()
    with pytest.raises(InputInvalid, match="no database"):
        open_store(path, read_only=True)
    assert path.read_bytes() == b""


def test_place_that_cannot_hold_a_database(tmp_path: Path) -> None:
    """A folder in the database's place, or a file in its folder's place, is named in one line."""
    (tmp_path / "file").touch()
    for place in (tmp_path, tmp_path / "file" / "evenkeel.db"):
        with pytest.raises(InputInvalid, match="cannot be used") as refused:
            open_store(place)
        assert refused.value.code == "STORE_UNUSABLE"
        assert str(place) in str(refused.value)


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("content", [b"a letter to my aunt\n" * 99, b"SQLite format 3\0" * 99])
def test_other_file_is_refused(path: Path, content: bytes, read_only: bool) -> None:
    """A file that is no database is refused with the way out, and stays as it was."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreCorrupt) as refused:
        open_store(path, read_only=read_only)
    assert str(path) in str(refused.value)
    assert "move it away" in str(refused.value)
    assert path.read_bytes() == content
    assert not path.with_name("evenkeel.db-wal").exists()


@pytest.mark.parametrize("read_only", [True, False])
def test_database_of_another_program_is_refused(path: Path, read_only: bool) -> None:
    """Somebody else's database is refused, and stays as it was."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    content = path.read_bytes()
    with pytest.raises(StoreCorrupt, match="another program"):
        open_store(path, read_only=read_only)
    assert path.read_bytes() == content


@pytest.mark.parametrize("read_only", [True, False])
def test_database_of_a_newer_version_is_refused(path: Path, read_only: bool) -> None:
    """A database that a newer Evenkeel made is refused with the revision, and stays as it was."""
    open_store(path).close()
    damage.run(path, "UPDATE alembic_version SET version_num = '9999'")
    content = path.read_bytes()
    with pytest.raises(StoreCorrupt, match=r"newer version of Evenkeel \(revision 9999"):
        open_store(path, read_only=read_only)
    assert path.read_bytes() == content


def test_database_of_an_older_version(path: Path) -> None:
    """An older database is not touched by reading, and brought up to date by opening to write."""
    old_database.build(path)
    content = path.read_bytes()
    with pytest.raises(InputInvalid, match="evenkeel run") as refused:
        open_store(path, read_only=True)
    assert refused.value.code == "OLD_DATABASE"
    assert path.read_bytes() == content
    with open_store(path) as store, store.reading() as tx:
        assert tx.memory.get("job:daily:last") == "1"
    open_store(path, read_only=True).close()


@pytest.mark.parametrize("read_only", [True, False])
def test_database_without_a_revision_is_refused(path: Path, read_only: bool) -> None:
    """A database that lost its revision is refused instead of being built over."""
    open_store(path).close()
    damage.run(path, "DELETE FROM alembic_version")
    with pytest.raises(StoreCorrupt, match="which version"):
        open_store(path, read_only=read_only)


@pytest.mark.parametrize("keep", [200, 4096, 20000])
def test_truncated_database_is_refused(path: Path, keep: int) -> None:
    """A database whose end is missing is found out when it is opened or first read."""
    with open_store(path) as store, store.transaction() as tx:
        executing(tx)
    content = path.read_bytes()
    assert len(content) > keep
    path.write_bytes(content[:keep])
    with pytest.raises(StoreCorrupt, match=r"damaged|not a database|which version"):
        open_store(path)


def test_damage_that_shows_later(path: Path) -> None:
    """A page that is damaged in the middle of the file is named when it is read."""
    with open_store(path) as store, store.transaction() as tx:
        tx.memory.put("a", "1")
    root = damage.run(path, "SELECT rootpage FROM sqlite_master WHERE name = 'memory'")[0][0]
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    with (
        open_store(path) as store,
        pytest.raises(StoreCorrupt, match="damaged"),
        store.reading() as tx,
    ):
        tx.memory.get("a")


def test_lost_table(path: Path) -> None:
    """A table that somebody dropped is named as damage, not as a riddle."""
    open_store(path).close()
    damage.run(path, "DROP TABLE memory")
    with (
        open_store(path) as store,
        pytest.raises(StoreCorrupt, match="memory"),
        store.reading() as tx,
    ):
        tx.memory.get("a")


def test_busy_database(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program writes, ours waits, then says so, and goes on when it has ended."""
    monkeypatch.setattr(bot.store.database_file, "BUSY_SECONDS", 0.01)
    with open_store(path) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(InputInvalid, match="another") as refused, store.transaction():
                pass
            assert refused.value.code == "STORE_UNUSABLE"
        with store.transaction() as tx:
            tx.memory.put("a", "1")


def test_failed_migration_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that breaks off leaves an empty file and no lock, and the next start succeeds."""

    def break_off(connection: Connection) -> None:
        migrate(connection)
        raise InvariantBroken("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(bot.store.database_file, "migrate", break_off)
        with pytest.raises(EvenkeelError, match="power cut"):
            open_store(path)
    assert damage.run(path, "SELECT name FROM sqlite_master") == []
    with open_store(path) as store, store.transaction() as tx:
        executing(tx)


def test_a_short_write_is_possible_beside_the_bot_that_holds_the_lock(tmp_path: Path) -> None:
    """A halt can be lifted while the bot runs, and the bot sees it at once."""
    path = tmp_path / "evenkeel.db"
    with open_store(path) as running, open_store_beside(path) as beside:
        with beside.transaction() as tx:
            tx.memory.put("told:beside", "yes")
        with running.reading() as tx:
            assert tx.memory.get("told:beside") == "yes"


_LOOK = """
import sqlite3, sys
driver = sqlite3.connect(f"file:{sys.argv[1]}?mode=rw", uri=True)
driver.execute("SELECT count(*) FROM sqlite_master").fetchone()
driver.close()
"""


def test_a_second_look_of_the_same_program_does_not_unlock_the_database(tmp_path: Path) -> None:
    """A bot that reads its own file once more keeps its lock: nobody takes its log away."""
    file = tmp_path / "evenkeel.db"
    with open_store(file) as store:
        with store.transaction() as tx:
            tx.memory.put("said", "before")
        with open_store(file, read_only=True) as again, again.reading() as tx:
            assert tx.memory.get("said") == "before"
        subprocess.run([sys.executable, "-c", _LOOK, str(file)], check=True)
        assert file.with_name("evenkeel.db-wal").exists()
        with store.transaction() as tx:
            tx.memory.put("said", "after")
        with open_store(file, read_only=True) as outside, outside.reading() as tx:
            assert tx.memory.get("said") == "after"
