"""One open transaction, and the only way the repositories reach the database."""

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import IntegrityError

from core.domain.errors import InvariantBroken, StoreConflict, StoreCorrupt

Record = Mapping[str, Any]

_NOT_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class UnitOfWork:
    """Runs statements until its transaction ends, and refuses to run any after that."""

    def __init__(self, connection: Connection, *, may_write: bool) -> None:
        """Hold the connection on which the transaction was begun."""
        self._connection: Connection | None = connection
        self._may_write = may_write

    def end(self) -> None:
        """Refuse everything from now on: the transaction is over."""
        self._connection = None

    def rows(self, statement: Executable, values: Record | None = None) -> Sequence[Record]:
        """Run ``statement`` and return its rows.

        Raises:
            StoreCorrupt: a stored value is not what its column holds.
        """
        result = self._run(statement, values)
        try:
            # A mapping of SQLAlchemy can be asked by column too; nobody here does.
            return cast("Sequence[Record]", result.mappings().all())
        except (ValueError, TypeError, ArithmeticError, zlib.error) as error:
            raise StoreCorrupt(f"a stored value cannot be read: {error}") from error

    def row(self, statement: Executable, values: Record | None = None) -> Record | None:
        """Run ``statement`` and return its first row, or None."""
        rows = self.rows(statement, values)
        return rows[0] if rows else None

    def change(self, statement: Executable, values: Record | None = None) -> int:
        """Run ``statement`` and return how many rows it changed."""
        return self._run(statement, values).rowcount

    def change_many(self, statement: Executable, rows: Sequence[Record]) -> None:
        """Run ``statement`` for every row, in one call of the driver; no rows change nothing."""
        if rows:
            self._run(statement, rows)

    @contextmanager
    def conflict(self, taken: str) -> Iterator[None]:
        """Run statements that a unique index may refuse.

        Raises:
            StoreConflict: it was refused; the text is ``taken``.
        """
        try:
            yield
        except IntegrityError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) not in _NOT_UNIQUE:
                raise
            raise StoreConflict(taken) from error

    def raw(self, sql: str, values: tuple[object, ...]) -> Sequence[tuple[Any, ...]]:
        """Run a plain SELECT and return its rows as the driver gives them."""
        cursor = self._open.connection.cursor()
        try:
            cursor.execute(sql, values)
            return cursor.fetchall()
        finally:
            cursor.close()

    def _run(
        self, statement: Executable, values: Record | Sequence[Record] | None
    ) -> CursorResult[Any]:
        if not (self._may_write or statement.is_select):
            raise InvariantBroken("something was to be written in a transaction for reading")
        return self._open.execute(statement, values or {})

    @property
    def _open(self) -> Connection:
        if self._connection is None:
            raise InvariantBroken("a transaction was used after it had ended")
        return self._connection
