"""The migrations and the tables say the same, and what an older version wrote stays readable."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from bot.cli.records import replay
from bot.ports.messages import Card
from bot.store.schema import APPLICATION_ID, HEAD, MIGRATIONS, migrate
from bot.store.sqlite import SqliteStore, open_store
from bot.store.verify import JournalVerdict, verify_journal
from core.domain.errors import StoreCorrupt
from core.domain.readings import ReadingKind
from core.domain.regime import Regime, RegimeState
from core.domain.stress import Stress, StressState
from core.domain.tilt import TiltState
from core.domain.units import ZERO, Asset, Weight
from core.engine import ENGINE_VERSION
from core.lifecycle import PROPOSAL_LIVE
from tests.store import damage, old_database, samples
from tests.store.arranging import PID
from tests.store.book_cards import BOOKS, book_day
from tests.store.sample_messages import messages
from tests.store.samples import AT, PLAN, POLICY, STATE
from tests.store.shortfall_cards import leg


@pytest.fixture
def old(path: Path) -> Path:
    """Give a database that the version before wrote."""
    old_database.build(path)
    return path


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
        command.downgrade(old_database.config(connection), "base")
    assert damage.run(path, "SELECT name FROM sqlite_master WHERE type = 'table'") == [
        ("alembic_version",),
        ("sqlite_sequence",),
    ]
    assert damage.run(path, "PRAGMA application_id") == [(0,)]


def test_database_without_measured_costs_is_brought_up(path: Path) -> None:
    """A database of the revision before knows no cost of trading yet, and takes them from then on.

    Its executions of before are not measured afterwards.
    """
    old_database.build(path, "0002")
    with open_store(path) as store, store.transaction() as tx:
        assert list(tx.shortfalls.of(PID)) == list(tx.shortfalls.latest(9)) == []
        tx.shortfalls.add([leg(1)])
    with open_store(path, read_only=True) as store, store.reading() as tx:
        assert list(tx.shortfalls.of(PID)) == [leg(1)]


def test_database_without_books_is_brought_up(path: Path) -> None:
    """A database of the revision before has no books yet, and begins them with its next day."""
    old_database.build(path, "0003")
    with open_store(path) as store, store.transaction() as tx:
        assert tx.books.latest() is None
        assert (list(tx.books.days()), list(tx.books.current())) == ([], [])
        assert tx.books.add(book_day(decision_id=tx.decisions.ids()[0]), BOOKS)
    with open_store(path, read_only=True) as store, store.reading() as tx:
        assert list(tx.books.current()) == list(BOOKS)


def test_old_database_is_read_whole(old: Path) -> None:
    """Whatever the version before wrote is read after the update: not a row is lost or refused."""
    with open_store(old) as store, store.reading() as tx:
        stored = [tx.decisions.get(name) for name in tx.decisions.ids()]
        assert [row.decision for row in stored if row] == [*reversed(tx.decisions.latest(9))]
        assert len(stored) == 2
        assert tx.memory.policy() == POLICY
        assert tx.memory.get("job:daily:last") == "1"
        live = tx.proposals.live()
        assert live is not None
        assert live.plan == PLAN
        assert len(tx.orders.of(PID)) == 2
        assert (len(tx.orders.fills()), len(tx.flows.all())) == (1, 1)
        assert tx.inbox.unhandled() == [("1", "a tap")]
        assert tx.withheld.latest(9) == []
        assert tx.readings.series(ReadingKind.FEAR_GREED, Asset(""), samples.FEAR) is None


def test_old_state_keeps_its_phase(old: Path) -> None:
    """The memory is rewritten: the pause stays what it was, and the rest of it is untouched."""
    with open_store(old) as store, store.reading() as tx:
        state = tx.memory.state()
    today = AT.date()
    assert state.stress == StressState(phase=Stress.GUARDED, since=today, day=today)
    assert state.regime == RegimeState(published=Regime.RANGING)
    turnovers = tuple(replace(row, tilt=Weight(ZERO)) for row in STATE.turnovers)
    rest = replace(STATE, regime=state.regime, stress=state.stress, tilt=TiltState())
    assert state == replace(rest, turnovers=turnovers)
    (text,) = damage.run(old, "SELECT value FROM memory WHERE name = 'engine/state'")[0]
    assert json.loads(text)["stress"]["phase"] == "GUARDED"


def test_old_decisions_keep_their_texts(old: Path) -> None:
    """Stored decisions are read in today's shape, yet not a byte of them or of bars changes."""
    sql = "SELECT snapshot, state, decision, document FROM decision JOIN policy ON digest = policy"
    before = damage.run(old, sql)
    with open_store(old) as store, store.reading() as tx:
        stored = tx.decisions.get(samples.decision().decision_id)
    assert damage.run(old, sql) == before
    assert stored is not None
    assert stored.state.stress == stored.decision.next_state.stress == StressState(Stress.GUARDED)
    assert stored.snapshot.readings == ()
    # The rows were written when the sample's bars opened at five past midnight.
    assert [row.closes for row in stored.snapshot.bars] == [
        row.closes for row in samples.SNAPSHOT.bars
    ]
    assert {row.opened_at.minute for row in stored.snapshot.bars} == {5}


def test_old_messages_are_still_sent(old: Path) -> None:
    """Messages the version before wrote down, digests with a state included, go out unharmed."""
    kinds = []
    with open_store(old) as store, store.transaction() as tx:
        while (waiting := tx.outbox.next("42")) is not None:
            kinds.append(type(waiting.message))
            tx.outbox.sent(waiting.outbox_id, ["m"], at=AT)
    assert [Card, *kinds] == [type(message) for message in messages()]


def test_old_journal_holds(old: Path) -> None:
    """The chain and the inputs of old decisions verify after the update, and damage is found."""
    with open_store(old) as store:
        assert verify_journal(store) == JournalVerdict(True, 12, store_head(store))
    damage.run(old, "UPDATE policy SET document = document || ' '")
    with open_store(old) as store:
        assert verify_journal(store).bad_seq == 2


def test_fresh_state_of_the_version_before(old: Path) -> None:
    """A calm memory stays calm, without a day from which it is counted."""
    change = "UPDATE memory SET value = replace(value, '\"GUARDED\"', '\"NORMAL\"')"
    damage.run(old, change)
    with open_store(old) as store, store.reading() as tx:
        assert tx.memory.state().stress == StressState()


@pytest.mark.parametrize("value", ["{", "[]", '{"stress": 7, "regime": "up"}'])
def test_damaged_memory_is_named_after_the_update(old: Path, value: str) -> None:
    """A memory that cannot be read stays as it is; whoever asks for it hears so."""
    damage.run(old, "UPDATE memory SET value = ? WHERE name = 'engine/state'", (value,))
    with open_store(old) as store, pytest.raises(StoreCorrupt), store.reading() as tx:
        tx.memory.state()


def store_head(store: SqliteStore) -> str:
    """Return the hash of the newest entry."""
    with store.reading() as tx:
        return tx.journal.head()[1]


def test_replay_leaves_other_versions_alone(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Replay says which decisions another engine made, and calls only its own different."""
    open_store(old).close()
    replay(old)
    assert "2 were made by another version of the engine" in capsys.readouterr().out
    ours = replace(samples.decision(3), engine_version=ENGINE_VERSION)
    with open_store(old) as store, store.transaction() as tx:
        tx.decisions.add(ours, samples.SNAPSHOT, POLICY, STATE)
    with pytest.raises(SystemExit) as ended:
        replay(old, as_json=True)
    assert ended.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["decisions"], said["different"]) == (3, [ours.decision_id])
    assert len(said["other_version"]) == 2
    with pytest.raises(SystemExit):
        replay(old)
    assert "1 of 1 decisions come out differently today" in capsys.readouterr().out
