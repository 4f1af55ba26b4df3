"""The migrations and the tables say the same."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlmodel import SQLModel

from bot.store.schema import APPLICATION_ID, HEAD, MIGRATIONS, migrate
from bot.store.sqlite import open_store
from core.lifecycle import PROPOSAL_LIVE
from tests.store import damage


def test_migrations_make_exactly_the_tables(path: Path) -> None:
    """After all migrations, alembic finds no difference from the SQLModel tables."""
    open_store(path).close()
    with create_engine(f"sqlite:///{path}").connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        connection.exec_driver_sql("ALTER TABLE memory ADD COLUMN extra TEXT")
        assert len(compare_metadata(context, SQLModel.metadata)) == 1


def test_head_is_the_newest_migration() -> None:
    """The revision that needs no migration is the last one there is."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [HEAD]


def test_database_is_marked_as_ours(path: Path) -> None:
    """Migrations mark the file, so that a foreign one is told apart."""
    open_store(path).close()
    assert damage.run(path, "PRAGMA application_id") == [(APPLICATION_ID,)]


def test_live_states_are_those_of_the_life_cycle(path: Path) -> None:
    """The index that allows one live proposal counts the same states as live as the core does."""
    open_store(path).close()
    (sql,) = damage.run(path, "SELECT sql FROM sqlite_master WHERE name = 'proposal'")[0]
    listed = sql.partition("state IN (")[2].partition(")")[0]
    assert {name.strip(" '") for name in listed.split(",")} == set(PROPOSAL_LIVE)


def test_way_back_leaves_nothing(tmp_path: Path) -> None:
    """Going back before the first migration removes every table and the mark."""
    path = tmp_path / "evenkeel.db"
    with create_engine(f"sqlite:///{path}").begin() as connection:
        migrate(connection)
        command.downgrade(_config(connection), "base")
    assert damage.run(path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [
        ("alembic_version",),
        ("sqlite_sequence",),
    ]
    assert damage.run(path, "PRAGMA application_id") == [(0,)]


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
