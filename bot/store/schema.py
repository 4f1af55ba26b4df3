"""Which tables a file holds: know our own, refuse others, bring older ones up to date."""

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from core.domain.errors import StoreCorrupt

HEAD: Final = "0004"
"""The newest migration; a database that stands there starts without alembic."""

APPLICATION_ID: Final = 0x45564B4C
"""Marks a SQLite file as ours: ``EVKL``."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"

_MEND = "Restore a copy of it, or move it away to begin with an empty one."


def foreign(path: Path) -> StoreCorrupt:
    """Return the error for a file that is no database."""
    return StoreCorrupt(f"{path} is not a database. {_MEND}")


def revision_of(connection: sqlite3.Connection, path: Path) -> str | None:
    """Return the migration at which the database stands, None for an empty one.

    Raises:
        StoreCorrupt: it belongs to another program, or has lost its revision.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not tables and application_id == 0:
        return None
    if application_id != APPLICATION_ID:
        raise StoreCorrupt(f"{path} belongs to another program. {_MEND}")
    rows = (
        connection.execute("SELECT version_num FROM alembic_version").fetchall()
        if "alembic_version" in tables
        else []
    )
    if len(rows) != 1:
        raise StoreCorrupt(f"{path} does not tell which version of Evenkeel made it. {_MEND}")
    return str(rows[0][0])


def check_known(path: Path, revision: str) -> None:
    """Refuse a database that stands at a migration this version does not know.

    Raises:
        StoreCorrupt: a newer version of Evenkeel made it.
    """
    # Alembic takes half a second to import; most starts do without it.
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if revision not in {one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}:
        raise StoreCorrupt(
            f"{path} was made by a newer version of Evenkeel (revision {revision}, this one knows "
            f"{HEAD}). Update Evenkeel, or restore a copy of the database from before."
        )


def migrate(connection: Connection) -> None:
    """Bring the database to HEAD inside the caller's transaction."""
    from alembic.command import upgrade  # noqa: PLC0415  # as above
    from alembic.config import Config  # noqa: PLC0415  # as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    upgrade(config, HEAD)


def unreadable(path: Path, error: sqlite3.Error) -> StoreCorrupt:
    """Return the error for a database that SQLite cannot read."""
    return StoreCorrupt(f"{path} is damaged ({error}). {_MEND}")
