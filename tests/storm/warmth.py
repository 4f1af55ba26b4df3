"""What every forked bot would build anew and may inherit: nothing that is proven depends on it."""

import sqlite3
import ssl
from typing import Any

from sqlalchemy import Connection, StaticPool, create_engine

from bot.store import sqlite

_COMPILED: dict[Any, Any] = {}


def share() -> None:
    """Let this process and its children share certificates and compiled statements."""
    context = ssl.create_default_context()
    # Nobody speaks TLS to 127.0.0.1, and reading all authorities takes longer than a whole life.
    _put(ssl, "create_default_context", lambda *_, **__: context)
    known = create_engine("sqlite://", poolclass=StaticPool)
    with known.connect():
        dialect = known.dialect
    known.dispose()

    def connection_on(driver: sqlite3.Connection) -> Connection:
        engine = create_engine("sqlite://", creator=lambda: driver, poolclass=StaticPool)
        engine.dialect = dialect
        return engine.connect().execution_options(
            isolation_level="AUTOCOMMIT", compiled_cache=_COMPILED
        )

    _put(sqlite, "connection_on", connection_on)


def _put(module: Any, name: str, value: object) -> None:  # noqa: ANN401  # a module
    setattr(module, name, value)
