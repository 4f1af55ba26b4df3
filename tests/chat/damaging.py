"""A record behind the chat that is damaged table by table, and put right again."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.chat.commands.registry import STANDARD
from bot.chat.requests import Button, Command, Press
from bot.workflow.books import keep_books
from tests.chat.stops_charts import one_day, some_days
from tests.chat.world import ANN, Act, World
from tests.store.damage import TRIGGERS

NONSENSE: Final = {"text": "'{' || rowid", "bytes": "CAST(X'80FF' || rowid AS BLOB)"}
"""What may stand in a column that cannot be read: a text that is no value, and no text at all."""

GONE: Final = "gone"
KINDS: Final = (*NONSENSE, GONE)

_ASKED: Final = (
    "/review 90",
    "/review all",
    "/review mend",
    "/chart books",
    "/chart drawdown",
    "/chart drift",
    "/chart market",
    "/ask what happened this week",
    "/ask why did you not trade",
    "/history 5",
)
_SINCE: Final = "SELECT count(*) FROM outbox WHERE chat_id = ? AND state = 'pending'"


async def live_some_days(made: World) -> None:
    """Fill the tables: looks, books, plans that were carried out, and one that waits."""
    await one_day(made)
    await some_days(made, 5)
    made.later(days=3)
    made.market.move("BTC", "1.6")
    await made.propose()
    keep_books(made.desk)
    await made.send(ANN, "/chart")


def acts(made: World) -> Iterator[Act]:
    """Yield every command a person can send, and a press of every button of the open card."""
    name = made.live.proposal_id if made.live is not None else "7f3k9q2m"
    lines = [f"/{line.name}" for line, _ in STANDARD.commands]
    for words in (*lines, *_ASKED, f"/approve {name}", f"/reject {name}"):
        command, *arguments = words.removeprefix("/").split()
        yield Command(command, tuple(arguments))
    for button in Button:
        yield Press(button, name, "Zm9vYmFyYmF6cXV4MTIzNA")


@dataclass
class Record:
    """The database of a world, seen from behind its back."""

    made: World
    path: Path

    def __post_init__(self) -> None:
        """Keep a copy of how it is."""
        _copy(self.path, self._whole)

    @property
    def _whole(self) -> Path:
        return self.path.with_suffix(".whole")

    @property
    def tables(self) -> list[str]:
        """Every table that holds a row, but the one that tells the schema's version."""
        with closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [name for (name,) in rows if not name.startswith(("sqlite_", "alembic_"))]
            filled = "SELECT EXISTS (SELECT 1 FROM {})"
            return [n for n in sorted(names) if connection.execute(filled.format(n)).fetchone()[0]]

    @contextmanager
    def damaged(self, table: str, kind: str, *, only: str = "") -> Iterator[None]:
        """Damage a table for the length of a block: every value of it, or one column, or all."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for trigger in TRIGGERS:
                connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
            if kind == GONE:
                connection.execute(f"DROP TABLE {table}")
            else:
                columns = only or ", ".join(self.columns(table))
                changes = ", ".join(f'"{one}" = {NONSENSE[kind]}' for one in columns.split(", "))
                connection.execute(f"UPDATE {table} SET {changes}")  # noqa: S608  # of the schema
        try:
            yield
        finally:
            _copy(self._whole, self.path)

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table that are no key and no reckoning."""
        with closing(sqlite3.connect(self.path)) as connection:
            rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
        return [row[1] for row in rows if not row[5]]

    async def answers(self, act: Act) -> bool:
        """Do it as Ann; tell whether she got an answer: at once, or by a message written down."""
        before = self._waiting()
        said = await self.made.front.handle(self.made.request(ANN, act))
        return bool(said) or self._waiting() > before

    def _waiting(self) -> int:
        try:
            with closing(sqlite3.connect(self.path)) as connection:
                return int(connection.execute(_SINCE, (ANN,)).fetchone()[0])
        except sqlite3.OperationalError:  # no such table
            return 0


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it is over another one, which may be open."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
