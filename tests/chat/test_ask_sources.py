"""Whatever stands in the file, an answer is told from what is proved, or refused.

Nothing here names what answers are told from: every entry of the journal and every column of every
table is changed in turn, so a new source cannot be forgotten.
"""

import re
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import closing, contextmanager
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

MANY = 12
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
_LATE = "2026-03-07T20:00:00"
_EARLY = "2026-02-01T00:00:00"


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[World]:
    """A week with opened books, one plan carried out, one rejected and one open, and two pauses."""
    async with world(tmp_path, approval=GENEROUS) as made:
        await sync_flows(made.desk)
        await made.propose()
        await made.press(ANN, "Approve")
        made.deliver()
        made.later(seconds=4)
        await made.press(ANN, "Confirm")
        await made.carry_out()
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
        damage.disarm(path_of(made))
        yield made


def path_of(made: World) -> Path:
    """Return where the database is."""
    assert isinstance(made.desk.store, SqliteStore)
    return made.desk.store.path


def questions(intent: Intent) -> list[Asked]:
    """Return an intent's questions: about the latest, about a coin in a week, and about two days."""
    return [
        Asked(intent, coin, *days) for days, coin in zip(SPANS, (None, BTC, None), strict=True)
    ]


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

    @contextmanager
    def made(self, path: Path) -> Iterator[None]:
        """Change the file, and put everything back."""
        names = ", ".join(["rowid", *columns_of(path, self.table)])
        rows = damage.run(path, f"SELECT {names} FROM {self.table}")  # noqa: S608  # names of the schema
        if self.column:
            sql = f"UPDATE {self.table} SET {self.column} = ? WHERE rowid = ?"  # noqa: S608  # the same
            damage.run(path, sql, [self.value, self.row])
        else:
            damage.run(path, f"DELETE FROM {self.table} WHERE rowid = ?", [self.row])  # noqa: S608  # the same
        yield
        gaps = ", ".join("?" * len(rows[0]))
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"DELETE FROM {self.table}")  # noqa: S608  # the same
            connection.executemany(f"INSERT INTO {self.table} ({names}) VALUES ({gaps})", rows)  # noqa: S608  # the same


def columns_of(path: Path, table: str) -> list[str]:
    """Return a table's columns that are stored."""
    rows = damage.run(path, f"PRAGMA table_xinfo({table})")
    return [name for _, name, *_, hidden in rows if not hidden]


def tables_of(path: Path) -> list[str]:
    """Return the tables of the program."""
    rows = damage.run(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if not name.startswith(("sqlite", "alembic"))]


def changes_of(path: Path, table: str) -> Iterator[Change]:
    """Yield what somebody could do to a row: another value for each column, or no row.

    Of a long table that no answer is told from, to its first row and its last.
    """
    names = columns_of(path, table)
    rows = damage.run(path, f"SELECT rowid, {', '.join(names)} FROM {table}")  # noqa: S608  # names of the schema
    is_source = any(table in sources for sources in TABLES.values())
    for number, *values in rows if is_source or len(rows) < MANY else (rows[0], rows[-1]):
        yield Change(table, number)
        for name, value in zip(names, values, strict=True):
            for other in dict.fromkeys(others(name, value)):
                if other != value:
                    yield Change(table, number, name, other)


def others(name: str, value: object) -> Iterator[object]:
    """Yield other values for a column: other figures, other instants, another kind or person."""
    if isinstance(value, int):
        yield value + 1_000
    elif isinstance(value, bytes):
        text = zlib.decompress(value).decode()
        yield zlib.compress(_FIGURE.sub(lambda found: f"9{found[0]}", text).encode())
    elif name == "kind" and str(value).startswith("proposal."):
        yield from ("proposal.done", "proposal.expired")
    elif name == "kind":
        yield "nothing.happened"
    elif name == "state":
        yield from ("DONE", "EXPIRED")
    elif isinstance(value, str) and _INSTANT.search(value):
        yield from (_INSTANT.sub(at, value) for at in (_LATE, _EARLY))
    if isinstance(value, str) and value.startswith("{"):
        figures = _FIGURE.sub(lambda found: f"9{found[0]}", value)
        yield _INSTANT.sub(_LATE, figures).replace('"opening"', '"deposit"')
    if name in {"actor", "decided_by", "note", "decision_id", "proposal_id"}:
        yield f"{value}7"


@pytest.mark.parametrize("intent", INTENTS)
async def test_nothing_unproved_is_told(lived: World, intent: Intent) -> None:
    """Whatever one value of the file is changed to, an answer stays what it was, or is refused."""
    path = path_of(lived)
    before = {asked: await told(lived, asked) for asked in questions(intent)}
    assert None not in before.values()
    refused = set()
    for change in [change for table in tables_of(path) for change in changes_of(path, table)]:
        with change.made(path):
            after = {asked: await told(lived, asked) for asked in before}
        refused |= {change.table for found in after.values() if found is None}
        for asked, found in after.items():
            assert found in (None, before[asked]), change
    assert refused == TABLES[intent]
    assert before == {asked: await told(lived, asked) for asked in before}


@pytest.mark.parametrize("intent", INTENTS)
async def test_every_kind_that_is_read_is_proved(
    lived: World, intent: Intent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change in any kind of entry that an answer reads is refused, by the template."""
    path, words = path_of(lived), f"/ask {PHRASES[intent]}"
    for kind in sorted(await kinds_read(lived, questions(intent), monkeypatch)):
        (newest,) = damage.run(path, "SELECT max(seq) FROM journal WHERE kind = ?", [kind])[0]
        if newest is None:
            continue
        with Change("journal", newest, "actor", "nobody").made(path):
            answers = [await told(lived, asked) for asked in questions(intent)]
            (said,) = await lived.send(VERA, words)
        assert None in answers, kind
        if kind in ("decision.made", "shortfall.measured"):
            assert_refused(said)
        lived.later(minutes=2)


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


async def test_an_older_fate_is_refused(lived: World) -> None:
    """What became of a proposal before the first look that is counted is proved as well."""
    path = path_of(lived)
    asked = Asked(Intent.WHY_NO_TRADE, None, date(2026, 3, 7), TODAY)
    assert await told(lived, asked) is not None
    damage.run(path, "UPDATE journal SET kind = 'proposal.done' WHERE kind = 'proposal.rejected'")
    assert await told(lived, asked) is None


@pytest.mark.parametrize("column", ["ts", "kind"])
async def test_an_entry_moved_out_of_the_span_is_missed(lived: World, column: str) -> None:
    """That there was no cost rests on the span's first entry, too: it cannot be moved out of it."""
    path = path_of(lived)
    asked = Asked(Intent.COST, None, date(2026, 3, 3), TODAY)
    assert await told(lived, asked) is not None
    value = _EARLY + "Z" if column == "ts" else "nothing.happened"
    damage.run(
        path,
        f"UPDATE journal SET {column} = ? WHERE seq <= 31 AND ts >= '2026-03-03'",  # noqa: S608  # names of the schema
        [value],
    )
    assert await told(lived, asked) is None


async def test_a_beginning_that_is_gone_is_missed(lived: World) -> None:
    """Entries cut off before the first one that is left are missed."""
    asked = Asked(Intent.COST, None, date(2026, 3, 3), TODAY)
    damage.run(path_of(lived), "DELETE FROM journal WHERE seq <= 31")
    assert await told(lived, asked) is None


async def test_an_empty_journal_is_missed(lived: World) -> None:
    """Where every entry is gone that this process has seen, there is no answer, not no record."""
    damage.run(path_of(lived), "DELETE FROM journal")
    assert await told(lived, Asked(Intent.COST)) is None
