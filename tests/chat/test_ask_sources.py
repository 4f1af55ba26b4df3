"""Whatever stands in the file, an answer is told from what is proved, or refused.

Nothing here names what answers are told from: every entry of the journal and every column of every
table is changed in turn, so a new source cannot be forgotten.
"""

import re
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.chat.requests import Button
from bot.ports.questions import Asked
from bot.store.journal import SqliteJournal
from bot.store.sqlite import SqliteStore
from bot.workflow.ask import Answered, Outcome, answer
from bot.workflow.flows import sync_flows
from bot.workflow.gathering import GATHER
from bot.workflow.halts import check_journal
from core.domain.asked import Intent
from core.domain.units import Asset
from tests.chat.test_ask_proofs import assert_refused
from tests.chat.test_deciding import GENEROUS
from tests.chat.world import ANN, VERA, World, world
from tests.store import damage

BTC = Asset("BTC")
TODAY = date(2026, 3, 8)
SPANS = ((None, None), (date(2026, 3, 2), TODAY), (date(2026, 3, 7), TODAY))

INTENTS = sorted(GATHER)

MANY = 5
"""Rows of a long table."""

PHRASES = {
    Intent.WHY_NO_TRADE: "why was nothing traded since 2 March?",
    Intent.WHY_TRADE: "why did you sell BTC?",
    Intent.WHY_PAUSED: "why are you paused?",
    Intent.WHY_REGIME: "what is the market doing?",
    Intent.COST: "what did trading cost?",
    Intent.WHAT_CHANGED: "what changed?",
    Intent.PERFORMANCE: "how are we doing?",
}

TABLES = {
    Intent.WHY_NO_TRADE: {"journal", "decision", "proposal"},
    Intent.WHY_TRADE: {"journal", "decision", "proposal"},
    Intent.WHY_PAUSED: {"journal", "decision"},
    Intent.WHY_REGIME: {"journal", "decision"},
    Intent.COST: {"journal"},
    Intent.WHAT_CHANGED: {"journal", "decision"},
    Intent.PERFORMANCE: {"journal", "decision"},
}
"""Where what an answer says stands; damage there is refused."""

_FIGURE = re.compile(r'(?<=")\d+(?:\.\d+)?(?=")')
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
_FIXED = {
    "kind": ("proposal.done",),
    "ts": ("yesterday",),
    "state": ("DONE",),
    **dict.fromkeys(("decided_by", "note", "decision_id", "proposal_id"), ("nobody",)),
}
_LATE = "2026-03-07T20:00:00"
_EARLY = "2026-02-01T00:00:00"


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[World]:
    """A week with opened books, one plan carried out, one rejected and one open, and two pauses."""
    async with world(tmp_path, approval=GENEROUS) as made:
        await sync_flows(made.desk)
        await made.trade_first()
        for act in ("/pause", "/resume", "/status", "/status"):
            made.later(days=1)
            await made.look_daily()
            await made.send(ANN, act)
            if act == "/resume":
                made.market.move("BTC", "1.9")
        made.later(minutes=3)
        await made.tap(ANN, Button.REJECT)
        made.later(days=1)
        await made.look_daily()
        made.later(hours=2)
        await made.send(ANN, "/pause")
        check_journal(made.desk)
        yield made


@pytest.fixture
def file(lived: World) -> Iterator["File"]:
    """Open the file behind the bot's back, with the journal's guards off."""
    assert isinstance(lived.desk.store, SqliteStore)
    damage.disarm(lived.desk.store.path)
    opened = File(lived.desk.store.path)
    yield opened
    opened.close()


def questions(intent: Intent) -> list[Asked]:
    """Return an intent's questions: the latest, a week of one coin, and two days of all."""
    return [Asked(intent, coin, *days) for days, coin in zip(SPANS, (None, BTC, None), strict=True)]


async def told(made: World, asked: Asked) -> tuple[object, ...] | None:
    """Return what is said to a question with the records it names; None for a refusal."""
    found: Answered = await answer(made.desk, asked)
    if found.outcome is Outcome.UNPROVED:
        return None
    lines = () if found.explanation is None else found.explanation.lines
    return found.outcome, lines, found.decisions, found.proposals, found.entries


@dataclass(frozen=True)
class Change:
    """One value of the file that somebody writes over; without a column the row is taken out."""

    table: str
    row: int
    column: str = ""
    value: object = None


class File:
    """The database as somebody with a SQLite shell has it."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = OFF")

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def run(self, sql: str, *values: object) -> list[Any]:
        """Run one statement, and return its rows."""
        return self._connection.execute(sql, values).fetchall()

    def columns_of(self, table: str) -> list[str]:
        """Return a table's columns that are stored; the first is its row's number."""
        rows = self.run(f"PRAGMA table_xinfo({table})")
        names = [name for _, name, *_, hidden in rows if not hidden]
        keys = [(name, kind) for _, name, kind, _, _, place, _ in rows if place]
        return names if keys == [(names[0], "INTEGER")] else ["rowid", *names]

    def rows_of(self, table: str) -> list[dict[str, Any]]:
        """Return all rows of a table by the names of its columns."""
        names = self.columns_of(table)
        rows = self.run(f"SELECT {', '.join(names)} FROM {table}")  # noqa: S608  # names of the schema
        return [dict(zip(names, row, strict=True)) for row in rows]

    def tables(self) -> list[str]:
        """Return the tables of the program."""
        rows = self.run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [name for (name,) in rows if not name.startswith(("sqlite", "alembic"))]

    @contextmanager
    def changed(self, change: Change) -> Iterator[None]:
        """Change the file, and put everything back."""
        rows = (row for row in self.rows_of(change.table) if next(iter(row.values())) == change.row)
        before = next(rows)
        self._take_out(change.table, change.row)
        if not change.column:
            yield
        else:
            after = self._put(change.table, before | {change.column: change.value})
            yield
            self._take_out(change.table, after)
        self._put(change.table, before)

    def _take_out(self, table: str, row: int) -> None:
        self.run(f"DELETE FROM {table} WHERE rowid = ?", row)  # noqa: S608  # names of the schema

    def _put(self, table: str, row: dict[str, Any]) -> int:
        gaps = ", ".join("?" * len(row))
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({gaps}) RETURNING rowid"  # noqa: S608  # the same
        return int(self.run(sql, *row.values())[0][0])

    def changes(self) -> list[Change]:
        """Return what somebody could do: another value for each column, or no row.

        Of a long table that no answer is told from, to its first row and its last.
        """
        return [change for table in self.tables() for change in self._changes_of(table)]

    def _changes_of(self, table: str) -> Iterator[Change]:
        rows = self.rows_of(table)
        is_source = any(table in sources for sources in TABLES.values())
        for row in rows if is_source or len(rows) < MANY else (rows[0], rows[-1]):
            number = next(iter(row.values()))
            yield Change(table, number)
            for name, value in row.items():
                found = () if name == "rowid" else dict.fromkeys(others(name, value))
                yield from (Change(table, number, name, other) for other in found if other != value)


def others(name: str, value: object) -> Iterator[object]:
    """Yield other values for a column: other figures, other instants, another kind or person."""
    if isinstance(value, int):
        yield value + 1_000
    elif isinstance(value, bytes):
        yield zlib.compress(_other_figures(zlib.decompress(value).decode()).encode())
    elif isinstance(value, str):
        yield from _FIXED.get(name, ())
        if value.startswith("{"):
            yield _INSTANT.sub(_LATE, _other_figures(value)).replace('"opening"', '"deposit"')
        elif _INSTANT.search(value):
            yield from (_INSTANT.sub(at, value) for at in (_LATE, _EARLY))


def _other_figures(text: str) -> str:
    return _FIGURE.sub(lambda found: f"9{found[0]}", text)


@pytest.mark.parametrize("intent", INTENTS)
async def test_nothing_unproved_is_told(lived: World, file: File, intent: Intent) -> None:
    """Whatever one value of the file is changed to, an answer stays what it was, or is refused."""
    before = {asked: await told(lived, asked) for asked in questions(intent)}
    assert None not in before.values()
    refused = set()
    for change in file.changes():
        with file.changed(change):
            after = {asked: await told(lived, asked) for asked in before}
        refused |= {change.table for found in after.values() if found is None}
        for asked, found in after.items():
            assert found in (None, before[asked]), change
    assert refused == TABLES[intent]
    assert before == {asked: await told(lived, asked) for asked in before}


@pytest.mark.parametrize("intent", INTENTS)
async def test_every_kind_that_is_read_is_proved(
    lived: World, file: File, intent: Intent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change in any kind of entry that an answer reads is refused, by the template."""
    for kind in sorted(await kinds_read(lived, questions(intent), monkeypatch)):
        ((newest,),) = file.run("SELECT max(seq) FROM journal WHERE kind = ?", kind)
        if newest is not None:
            with file.changed(Change("journal", newest, "actor", "nobody")):
                assert None in [await told(lived, asked) for asked in questions(intent)], kind


@pytest.mark.parametrize("intent", INTENTS)
async def test_a_refusal_tells_no_figure(lived: World, file: File, intent: Intent) -> None:
    """In the chat a refusal is a text that is always the same, with the way to look closer."""
    kind = "shortfall.measured" if intent is Intent.COST else "decision.made"
    for (seq,) in file.run("SELECT seq FROM journal WHERE kind = ?", kind):
        file.run("UPDATE journal SET actor = 'nobody' WHERE seq = ?", seq)
    (words,) = await lived.send(VERA, f"/ask {PHRASES[intent]}")
    assert_refused(words)


async def kinds_read(
    made: World, asked: Collection[Asked], monkeypatch: pytest.MonkeyPatch
) -> set[str]:
    """Return the kinds of entries that some questions make the journal be read for."""
    kinds: set[str] = set()
    real: Callable[..., Any] = SqliteJournal.entries

    def entries(self: SqliteJournal, **rest: Any) -> Any:  # noqa: ANN401  # of the real one
        kinds.update(rest.get("kinds", ()))
        return real(self, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(SqliteJournal, "entries", entries)
        for one in asked:
            await told(made, one)
    return kinds


async def test_an_older_fate_is_refused(lived: World, file: File) -> None:
    """What became of a proposal before the first look that is counted is proved as well."""
    asked = Asked(Intent.WHY_NO_TRADE, None, date(2026, 3, 7), TODAY)
    assert await told(lived, asked) is not None
    file.run("UPDATE journal SET kind = 'proposal.done' WHERE kind = 'proposal.rejected'")
    assert await told(lived, asked) is None


@pytest.mark.parametrize("sql", [
    "UPDATE journal SET ts = '2026-02-01T00:00:00Z' WHERE seq <= 31 AND ts >= '2026-03-03'",
    "UPDATE journal SET kind = 'nothing.happened' WHERE seq <= 31 AND ts >= '2026-03-03'",
    "DELETE FROM journal WHERE seq <= 31",
    "DELETE FROM journal",
])  # fmt: skip
async def test_what_is_taken_out_of_a_span_is_missed(lived: World, file: File, sql: str) -> None:
    """That there was no cost is proved from before the span: no entry can be moved out of it."""
    asked = Asked(Intent.COST, None, date(2026, 3, 3), TODAY)
    assert await told(lived, asked) is not None
    file.run(sql)
    assert await told(lived, asked) is None
