"""How values stand in the file: exact, once, and gone when they should be gone."""

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect

from bot.ports.mail import OutboxState
from bot.ports.messages import MessageType, Mode, Notice, NoticeCode
from bot.store.moves import moves_by_event
from bot.store.sqlite import SqliteStore, open_store
from bot.store.types import DecimalText, InstantText, MemberText, PackedText
from core.codec import digest_of
from core.domain.errors import InvariantBroken, StoreCorrupt
from core.domain.market import Side
from core.domain.policy import Policy
from core.domain.portfolio import Flow
from core.domain.proposal import OrderState, ProposalState
from core.domain.units import Quantity
from core.lifecycle import ProposalEvent
from tests.store import damage, samples
from tests.store.arranging import PID, executing
from tests.store.sample_messages import outgoing
from tests.store.samples import AT, BTC, NONCE, POLICY, SNAPSHOT, STATE, hashed

SQLITE = dialect()
AMOUNTS = st.decimals(allow_nan=False, allow_infinity=False)
INSTANTS = st.datetimes(timezones=st.timezones())


@given(AMOUNTS)
def test_amount_is_exact(amount: Decimal) -> None:
    """Any amount, however many digits it has, comes back equal from its text."""
    column = DecimalText()
    text = column.process_bind_param(amount, SQLITE)
    assert text is not None
    assert "e" not in text.lower()
    assert column.process_result_value(text, SQLITE) == amount


@pytest.mark.parametrize("value", [1.5, 3, "1", Decimal("NaN"), Decimal("Infinity")])
def test_inexact_amount_is_refused(value: object) -> None:
    """Floats, and whatever else is no finite decimal, never reach an amount's column."""
    with pytest.raises(TypeError, match="exact amount"):
        DecimalText().process_bind_param(value, SQLITE)  # type: ignore[arg-type]


def test_float_in_a_flow_is_a_bug(store: SqliteStore) -> None:
    """A float that slips into a flow stops the transaction as a bug of ours."""
    flow = replace(samples.flow(), amount=1.5)  # type: ignore[arg-type]
    with pytest.raises(InvariantBroken, match=r"1\.5 is not an exact amount"):
        _add_flow(store, flow)


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_texts(one: datetime, two: datetime) -> None:
    """An instant comes back equal, in UTC, and texts sort as the instants do."""
    column = InstantText()
    first, second = (column.process_bind_param(at, SQLITE) for at in (one, two))
    assert first is not None
    assert second is not None
    read = column.process_result_value(first, SQLITE)
    assert read is not None
    assert (read, read.tzinfo) == (one.astimezone(UTC), UTC)
    assert (first < second) == (one.astimezone(UTC) < two.astimezone(UTC))


def test_instant_without_a_zone_is_refused() -> None:
    """An instant that does not say where it is measured is refused."""
    with pytest.raises(TypeError, match="time zone"):
        InstantText().process_bind_param(datetime(2026, 3, 2), SQLITE)  # noqa: DTZ001  # the point
    moved = AT.astimezone(timezone(timedelta(hours=5)))
    assert InstantText().process_bind_param(moved, SQLITE) == "2026-03-02T00:05:00.000000Z"


def test_unknown_member_is_refused() -> None:
    """A state that the enumeration does not know is neither written nor read."""
    column = MemberText(Side)
    assert column.process_bind_param(Side.BUY, SQLITE) == "BUY"
    assert column.process_result_value("SELL", SQLITE) is Side.SELL
    with pytest.raises(ValueError, match="HOLD"):
        column.process_bind_param("HOLD", SQLITE)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="HOLD"):
        column.process_result_value("HOLD", SQLITE)


@given(st.text())
def test_packed_text_comes_back(text: str) -> None:
    """A long text is stored compressed and comes back as it was."""
    column = PackedText()
    assert column.process_result_value(column.process_bind_param(text, SQLITE), SQLITE) == text


def test_columns_keep_nothing_as_nothing() -> None:
    """A value that is not there stays so in every column type."""
    for column in (DecimalText(), InstantText(), MemberText(Side), PackedText()):
        assert column.process_bind_param(None, SQLITE) is None
        assert column.process_result_value(None, SQLITE) is None


def test_no_amount_is_a_number_for_sqlite(path: Path) -> None:
    """Every amount in the file is text, so SQLite never rounds one."""
    with open_store(path) as store, store.transaction() as tx:
        order = executing(tx)[0]
        long = Quantity(samples.LONG)
        tx.orders.add_fills([replace(samples.fill(order), quantity=long)], at=AT)
        tx.flows.add([samples.flow()], at=AT)
        (fill,) = tx.orders.fills()
        assert fill.quantity == samples.LONG
    kinds = {
        kind
        for table, columns in (
            ("fill", ("quantity", "price", "fee")),
            ("trade_order", ("quantity", "limit_price")),
            ("flow", ("amount", "value")),
        )
        for column in columns
        for (kind,) in damage.run(path, f"SELECT typeof({column}) FROM {table}")  # noqa: S608  # our own names
    }
    assert kinds == {"text"}


def test_bars_are_stored_once(path: Path) -> None:
    """Decisions that looked at the same bars and policy share one copy of each."""
    with open_store(path) as store, store.transaction() as tx:
        for number in range(1, 4):
            tx.decisions.add(samples.decision(number), SNAPSHOT, POLICY, STATE)
    assert damage.run(path, "SELECT COUNT(*) FROM bar_series") == [(2,)]
    assert damage.run(path, "SELECT COUNT(*) FROM reading_series") == [(1,)]
    assert damage.run(path, "SELECT COUNT(*) FROM policy") == [(1,)]


def test_bars_with_a_missing_volume(store: SqliteStore) -> None:
    """Bars come back to the last bit, also where a value is missing or there is no bar at all."""
    bars = (samples.bars(BTC, missing=True), samples.bars(samples.ETH, days=0))
    snapshot = replace(SNAPSHOT, bars=bars)
    with store.transaction() as tx:
        tx.decisions.add(samples.decision(snapshot=snapshot), snapshot, POLICY, STATE)
        stored = tx.decisions.get(samples.decision().decision_id)
    assert stored is not None
    assert digest_of(stored.snapshot) == digest_of(snapshot)
    assert [series.digest for series in stored.snapshot.bars] == [series.digest for series in bars]
    assert repr(stored.snapshot.bars) == repr(bars)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE decision SET snapshot = x'00'",
        "UPDATE decision SET state = CAST('{}' AS BLOB)",
        "UPDATE policy SET document = '{}'",
        "UPDATE policy SET document = 'x'",
        "UPDATE bar_series SET source = 'other'",
        "UPDATE bar_series SET columns = x'00'",
        "UPDATE bar_series SET opened_at = 'yesterday'",
        "DELETE FROM bar_series",
        "UPDATE reading_series SET document = x'00'",
        "UPDATE reading_series SET document = (SELECT state FROM decision)",
        "DELETE FROM reading_series",
        "UPDATE policy SET document = document || ' '",
        "UPDATE decision SET state = (SELECT decision FROM decision)",
    ],
)
def test_damaged_decision_is_named(path: Path, sql: str) -> None:
    """A decision whose stored inputs were changed is never made again from them."""
    with open_store(path) as store, store.transaction() as tx:
        tx.decisions.add(samples.decision(), SNAPSHOT, POLICY, STATE)
    damage.run(path, sql)
    with open_store(path) as store, pytest.raises(StoreCorrupt), store.reading() as tx:
        tx.decisions.get(samples.decision().decision_id)


@pytest.mark.parametrize(
    "document", ["[]", "{}", '{"bars": 7}', '{"bars": [], "readings": 7}', '{"bars": []}', "7"]
)
def test_snapshot_of_the_wrong_shape(path: Path, document: str) -> None:
    """A snapshot that names no bars or readings is damage, even where its digest was forged."""
    forged = replace(samples.decision(), snapshot_digest=hashed(document))
    with open_store(path) as store, store.transaction() as tx:
        tx.decisions.add(forged, SNAPSHOT, POLICY, STATE)
    damage.run(path, "UPDATE decision SET snapshot = ?", (zlib.compress(document.encode()),))
    with open_store(path) as store, pytest.raises(StoreCorrupt) as found, store.reading() as tx:
        tx.decisions.get(samples.decision().decision_id)
    assert "a stored Snapshot" in str(found.value)


def test_impossible_policy_is_damage(path: Path) -> None:
    """A stored policy that could never have been in force is damage, not the person's mistake."""
    with open_store(path) as store, store.transaction() as tx:
        tx.memory.use_policy(POLICY, at=AT, actor="ada")
    damage.run(path, """UPDATE policy SET document = replace(document, '"0.5"', '"0.6"')""")
    with open_store(path) as store, pytest.raises(StoreCorrupt, match="110"):
        _policy_of(store)


def test_damaged_amount_is_named(path: Path) -> None:
    """An amount that is no number is damage, not a zero."""
    with open_store(path) as store, store.transaction() as tx:
        tx.flows.add([samples.flow()], at=AT)
    damage.run(path, "UPDATE flow SET amount = 'much'")
    with open_store(path) as store, pytest.raises(StoreCorrupt), store.reading() as tx:
        tx.flows.all()


def test_spent_secrets_are_gone_from_the_file(path: Path) -> None:
    """Delivered nonces and handled updates stand nowhere in the file any more."""
    code = "a person's code 481516 "
    numbers = range(1, 31)
    with open_store(path) as store:
        with store.transaction() as tx:
            for number in numbers:
                tx.outbox.add(outgoing(f"key {number}"))
                tx.inbox.keep(str(number), code * number, at=AT)
        assert NONCE.encode() in path.with_name("evenkeel.db-wal").read_bytes()
        for number in numbers:
            with store.transaction() as tx:
                tx.outbox.sent(number, ["m1"], at=AT)
                tx.inbox.handled(str(number), at=AT)
    files = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    assert set(files) == {"evenkeel.db", "evenkeel.db.lock"}
    assert not any(NONCE.encode() in content for content in files.values())
    assert not any(code.encode() in content for content in files.values())


def test_proposal_needs_its_decision(store: SqliteStore) -> None:
    """A proposal that was made from no stored decision is a bug, not a row."""
    with pytest.raises(InvariantBroken, match="FOREIGN KEY"), store.transaction() as tx:
        tx.proposals.add(samples.proposal(), nonce_hash="x", actor="engine")


def test_new_rows_begin_at_the_beginning(store: SqliteStore) -> None:
    """A proposal beyond DRAFT, an order beyond NEW or a message already sent is never added."""
    sent = outgoing("a")
    with store.transaction() as tx:
        order = executing(tx)[0]
        moved = tx.orders.of(PID)[0]
    with pytest.raises(InvariantBroken, match="PROPOSED"), store.transaction() as tx:
        tx.proposals.add(
            replace(samples.proposal(), state=ProposalState.PROPOSED), nonce_hash="x", actor="a"
        )
    assert moved == order
    with pytest.raises(InvariantBroken, match="SENDING"), store.transaction() as tx:
        tx.orders.add([replace(order, state=OrderState.SENDING)], at=AT)
    with pytest.raises(InvariantBroken, match="sent"), store.transaction() as tx:
        tx.outbox.add(replace(sent, state=OutboxState.SENT))


def test_reserved_names(store: SqliteStore) -> None:
    """The engine's own places in memory cannot be overwritten as small facts."""
    for name in ("engine/state", "engine/policy", "engine/"):
        with pytest.raises(InvariantBroken, match=name), store.transaction() as tx:
            tx.memory.put(name, "{}")
        with pytest.raises(InvariantBroken, match=name), store.reading() as tx:
            tx.memory.get(name)


def test_ambiguous_life_cycle_is_refused() -> None:
    """A table in which one event leads to two states cannot become one UPDATE, and says so."""
    table = {
        (ProposalState.DRAFT, ProposalEvent.SHOW): ProposalState.PROPOSED,
        (ProposalState.DONE, ProposalEvent.SHOW): ProposalState.FAILED,
    }
    with pytest.raises(InvariantBroken, match="show leads to PROPOSED and to FAILED"):
        moves_by_event(table)


def test_alarm_keeps_its_type(store: SqliteStore) -> None:
    """A message's type comes back as it was, whatever the message is."""
    alarm = replace(
        outgoing("alarm", message=Notice(Mode.LIVE, NoticeCode.HALTED)), type=MessageType.ALARM
    )
    with store.transaction() as tx:
        tx.outbox.add(alarm)
        read = tx.outbox.next("42")
    assert read is not None
    assert (read.type, read.message) == (MessageType.ALARM, alarm.message)


def _policy_of(store: SqliteStore) -> Policy | None:
    with store.reading() as tx:
        return tx.memory.policy()


def _add_flow(store: SqliteStore, flow: Flow) -> None:
    with store.transaction() as tx:
        tx.flows.add([flow], at=AT)
