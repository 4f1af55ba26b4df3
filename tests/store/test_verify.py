"""The journal's check: whatever is changed, removed, moved or cut off, it says so and where."""

import json
from datetime import datetime
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.seal import seal
from bot.store.sqlite import SqliteStore, open_store
from bot.store.verify import JournalVerdict, export_journal, verify_journal
from core.codec import GENESIS, canonical, chain_hash, instant_text
from core.domain.errors import StoreCorrupt
from tests.store import damage, samples
from tests.store.arranging import executing
from tests.store.samples import AT, hashed

COLUMNS = ("seq", "ts", "kind", "actor", "payload", "prev", "hash")
VICTIM = 5


@pytest.fixture
def journal(path: Path) -> Path:
    """Give a database whose journal tells of a whole execution, with the triggers taken away."""
    with open_store(path) as store, store.transaction() as tx:
        order = executing(tx)[0]
        tx.orders.add_fills([samples.fill(order)], at=AT)
    damage.disarm(path)
    return path


def check(path: Path, anchors: tuple[tuple[int, str], ...] = ()) -> JournalVerdict:
    """Check the journal of a closed database."""
    with open_store(path, read_only=True) as store:
        return verify_journal(store, anchors)


def heads(path: Path) -> list[tuple[int, str]]:
    """Return (seq, hash) of every entry."""
    return damage.run(path, "SELECT seq, hash FROM journal ORDER BY seq")


def reseal(path: Path) -> None:
    """Compute every hash again, as somebody who knows the rule would after an edit."""
    prev = GENESIS.encode()
    texts = ", ".join(f"CAST({name} AS BLOB)" for name in ("ts", "kind", "actor", "payload"))
    rows = damage.run(path, f"SELECT seq, {texts} FROM journal ORDER BY seq")  # noqa: S608  # our own names
    for seq, ts, kind, actor, payload in rows:
        sealed = seal(seq, ts, kind, actor, payload, prev)
        damage.run(
            path,
            "UPDATE journal SET prev = ?, hash = ? WHERE seq = ?",
            (prev.decode(), sealed, seq),
        )
        prev = sealed.encode()


def test_untouched_journal_holds(journal: Path) -> None:
    """A journal nobody touched holds to its end, also with true anchors."""
    entries = heads(journal)
    expected = JournalVerdict(ok=True, count=len(entries), head=entries[-1][1])
    assert len(entries) > VICTIM
    assert check(journal) == expected
    assert check(journal, ((0, GENESIS), *entries, entries[2])) == expected


def test_empty_journal_holds(path: Path) -> None:
    """A journal without entries holds, unless an entry was witnessed."""
    open_store(path).close()
    assert check(path) == JournalVerdict(ok=True, count=0, head=GENESIS)
    assert check(path, ((1, hashed("x")),)).problem == (
        "the journal ends at 0, but entry 1 was witnessed outside"
    )
    assert not check(path, ((0, hashed("x")),)).ok


@pytest.mark.parametrize("column", COLUMNS[1:])
def test_every_flipped_byte_is_found(journal: Path, column: str) -> None:
    """Whichever byte of an entry is flipped, the check stops at that very entry."""
    (text,) = damage.run(
        journal,
        f"SELECT CAST({column} AS BLOB) FROM journal WHERE seq = ?",  # noqa: S608  # our own names
        (VICTIM,),
    )[0]
    change = f"UPDATE journal SET {column} = CAST(? AS TEXT) WHERE seq = ?"  # noqa: S608  # our own names
    found = set()
    with open_store(journal, read_only=True) as store:
        for place in range(len(text)):
            flipped = bytes([*text[:place], text[place] ^ 1 << place % 8, *text[place + 1 :]])
            damage.run(journal, change, (flipped, VICTIM))
            verdict = verify_journal(store)
            found.add((verdict.ok, verdict.count, verdict.bad_seq))
        damage.run(journal, change, (text, VICTIM))
        assert verify_journal(store).ok
    assert found == {(False, VICTIM - 1, VICTIM)}


@pytest.mark.parametrize("value", [None, 7, b"\xff\xfe", ""])
@pytest.mark.parametrize("column", COLUMNS[1:])
def test_senseless_values_are_found(journal: Path, column: str, value: object) -> None:
    """A value of another type in any column is a bad entry, not a crash of the check."""
    damage.run(journal, "PRAGMA user_version = 1")
    damage.run(journal, "CREATE TABLE loose AS SELECT * FROM journal")
    damage.run(journal, "DROP TABLE journal")
    damage.run(journal, "ALTER TABLE loose RENAME TO journal")
    assert check(journal).ok
    change = f"UPDATE journal SET {column} = ? WHERE seq = ?"  # noqa: S608  # our own names
    damage.run(journal, change, (value, VICTIM))
    verdict = check(journal)
    assert (verdict.ok, verdict.bad_seq) == (False, VICTIM)


def test_changed_number_is_found(journal: Path) -> None:
    """An entry whose number was changed is missing at its place."""
    damage.run(journal, "UPDATE journal SET seq = 500 WHERE seq = ?", (VICTIM,))
    verdict = check(journal)
    assert (verdict.ok, verdict.bad_seq) == (False, VICTIM)
    assert verdict.problem == f"entry {VICTIM} is missing; entry {VICTIM + 1} stands in its place"


@pytest.mark.parametrize("seq", [1, VICTIM])
def test_dropped_entry_is_found(journal: Path, seq: int) -> None:
    """An entry that was taken out is missing, the first one too."""
    damage.run(journal, "DELETE FROM journal WHERE seq = ?", (seq,))
    verdict = check(journal)
    assert (verdict.ok, verdict.count, verdict.bad_seq) == (False, seq - 1, seq)


def test_closed_gap_is_found(journal: Path) -> None:
    """Taking an entry out and moving the others up does not hide it."""
    damage.run(journal, "DELETE FROM journal WHERE seq = ?", (VICTIM,))
    damage.run(journal, "UPDATE journal SET seq = seq - 1 WHERE seq > ?", (VICTIM,))
    verdict = check(journal)
    assert (verdict.bad_seq, verdict.problem) == (
        VICTIM,
        f"entry {VICTIM} does not follow from the entry before it",
    )


def test_swapped_entries_are_found(journal: Path) -> None:
    """Two entries that changed places are found at the first of them."""
    for old, new in ((VICTIM, -1), (VICTIM + 1, VICTIM), (-1, VICTIM + 1)):
        damage.run(journal, "UPDATE journal SET seq = ? WHERE seq = ?", (new, old))
    verdict = check(journal)
    assert (verdict.ok, verdict.bad_seq) == (False, VICTIM)


def test_truncation_is_found_by_an_anchor(journal: Path) -> None:
    """A cut end leaves a whole chain; only an entry witnessed outside tells that it is missing."""
    last = heads(journal)[-1]
    damage.run(journal, "DELETE FROM journal WHERE seq > ?", (VICTIM,))
    assert check(journal).ok
    verdict = check(journal, (last,))
    assert (verdict.ok, verdict.count, verdict.bad_seq) == (False, VICTIM, VICTIM + 1)
    assert verdict.problem == (
        f"the journal ends at {VICTIM}, but entry {last[0]} was witnessed outside"
    )


def test_rewritten_chain_is_found_by_an_anchor(journal: Path) -> None:
    """Who rewrites all hashes after an edit deceives the chain, but not a witness of it."""
    witnessed = heads(journal)[VICTIM]
    damage.run(journal, "UPDATE journal SET actor = 'eve' WHERE seq = ?", (VICTIM,))
    reseal(journal)
    assert check(journal).ok
    verdict = check(journal, (witnessed,))
    assert verdict.bad_seq == witnessed[0]
    assert "witnessed outside" in verdict.problem


def test_two_witnesses_must_agree(journal: Path) -> None:
    """Two anchors that contradict each other cannot both hold."""
    entry = heads(journal)[1]
    assert check(journal, (entry, (entry[0], hashed("other")))).bad_seq == entry[0]
    assert check(journal, ((entry[0], hashed("other")), entry)).bad_seq == entry[0]


@pytest.mark.parametrize(
    ("entries", "bad_seq"),
    [
        ((("proposal.executing", "p", "d"),), 1),
        ((("proposal.executing", "p", "d"), ("proposal.approved", "p", "d")), 1),
        ((("proposal.approved", "p", "d"), ("proposal.executing", "p", "e")), 2),
        ((("proposal.approved", "p", "d"), ("proposal.executing", "q", "d")), 2),
        (
            (
                ("proposal.approved", "p", "d"),
                ("proposal.executing", "p", "d"),
                ("proposal.executing", "p", "d"),
            ),
            3,
        ),
        ((("proposal.approved", "p", "d"), ("order.intended", "p", "d")), 2),
        (
            (
                ("proposal.approved", "p", "d"),
                ("proposal.executing", "p", "d"),
                ("order.intended", "p", "d"),
                ("order.intended", "q", "d"),
            ),
            4,
        ),
        (
            (
                ("proposal.approved", "p", "d"),
                ("proposal.approved", "q", "e"),
                ("proposal.executing", "p", "d"),
                ("order.intended", "p", "d"),
                ("order.intended", "p", "d"),
                ("proposal.executing", "q", "e"),
            ),
            None,
        ),
    ],
)
def test_execution_needs_its_approval(
    store: SqliteStore, entries: tuple[tuple[str, str, str], ...], bad_seq: int | None
) -> None:
    """Every execution follows one approval of the same plan, and every order an execution."""
    with store.transaction() as tx:
        for kind, proposal, plan in entries:
            payload = {"proposal_id": proposal, "plan_digest": plan}
            tx.journal.append(kind, "ada", payload, at=AT)
    verdict = verify_journal(store)
    assert (verdict.ok, verdict.bad_seq) == (bad_seq is None, bad_seq)


def test_long_journal(store: SqliteStore) -> None:
    """A journal of many pages is checked and exported to its last entry."""
    count = 4_500
    with store.transaction() as tx:
        for number in range(count):
            tx.journal.append("test.kind", "ada", {"n": number}, at=AT)
        head = tx.journal.head()
    assert verify_journal(store, [head]) == JournalVerdict(ok=True, count=count, head=head[1])
    assert sum(1 for _ in export_journal(store)) == count


def test_export_can_be_checked_elsewhere(journal: Path) -> None:
    """Each exported line is one JSON object whose hash follows from the rest of it."""
    with open_store(journal, read_only=True) as store:
        lines = [json.loads(line) for line in export_journal(store)]
    prev = GENESIS
    for number, line in enumerate(lines, start=1):
        sealed = line.pop("hash")
        assert (line["seq"], line["prev"]) == (number, prev)
        assert isinstance(line["payload"], dict)
        assert chain_hash(line) == sealed
        prev = sealed
    assert [(number, prev)] == heads(journal)[-1:]


@pytest.mark.parametrize("payload", [b"{", b'"\xff"'])
def test_export_of_a_damaged_entry(journal: Path, payload: bytes) -> None:
    """An entry that cannot be read stops the export with an error that names the damage."""
    change = "UPDATE journal SET payload = CAST(? AS TEXT) WHERE seq = ?"
    damage.run(journal, change, (payload, VICTIM))
    with open_store(journal, read_only=True) as store, pytest.raises(StoreCorrupt):
        list(export_journal(store))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    seq=st.integers(1, 10**9),
    at=st.datetimes(timezones=st.just(AT.tzinfo)),
    kind=st.text(),
    actor=st.text(),
    payload=st.dictionaries(st.text(), JSON, max_size=4),
)
def test_seal_is_the_chain_hash(
    seq: int, at: datetime, kind: str, actor: str, payload: dict[str, object]
) -> None:
    """The quick way to an entry's hash gives exactly ``core.codec.chain_hash`` of that entry."""
    entry = {
        "seq": seq,
        "ts": at,
        "kind": kind,
        "actor": actor,
        "payload": payload,
        "prev": GENESIS,
    }
    quick = seal(
        seq,
        instant_text(at).encode(),
        normalize("NFC", kind).encode(),
        normalize("NFC", actor).encode(),
        canonical(payload),
        GENESIS.encode(),
    )
    assert quick == chain_hash(entry)
