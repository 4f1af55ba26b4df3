"""A database as the version before wrote it, row by row from what that version really stored."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine

from bot.store.schema import MIGRATIONS
from tests.store import damage

_ROWS = Path(__file__).with_name("revision_0001.jsonl")


def build(path: Path, revision: str = "0001") -> None:
    """Make a database that version 0001 filled, brought up to ``revision`` and no further."""
    path.parent.mkdir(parents=True)
    with create_engine(f"sqlite:///{path}").begin() as connection:
        command.upgrade(config(connection), "0001")
    for line in _ROWS.read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        table, row = document["table"], document["row"]
        marks = ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608  # our own names
        damage.run(path, sql, [_stored(value) for value in row.values()])
    with create_engine(f"sqlite:///{path}").begin() as connection:
        command.upgrade(config(connection), revision)


def config(connection: Connection) -> Config:
    """Return alembic's settings for our migrations on an open connection."""
    settings = Config(attributes={"connection": connection})
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


def _stored(value: Any) -> object:  # noqa: ANN401  # any JSON value
    match value:
        case {"packed": text}:
            return zlib.compress(text.encode())
        case {"bytes": text}:
            return base64.b64decode(text)
    return value
