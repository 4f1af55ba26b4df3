"""What every store must do with the journal and with decisions."""

import json
from dataclasses import replace

import pytest

from bot.ports.journal import Followed
from bot.ports.records import Store, StoredDecision
from core.codec import GENESIS, chain_hash
from tests.store import samples
from tests.store.arranging import add_decision, payloads, undone
from tests.store.samples import AT, POLICY, SNAPSHOT, STATE, d, hours


class JournalCards:
    """The audit trail."""

    def test_journal_chains_its_entries(self, store: Store) -> None:
        """S01: entries are numbered from 1 and each one's hash covers the one before."""
        with store.transaction() as tx:
            for number in range(1, 4):
                tx.journal.append("test.kind", "ada", {"n": number, "amount": d("1.50")}, at=AT)
        with store.reading() as tx:
            entries = tx.journal.entries()
        prev = GENESIS
        for number, entry in enumerate(entries, start=1):
            assert (entry.seq, entry.prev) == (number, prev)
            assert json.loads(entry.payload) == {"n": str(number), "amount": "1.5"}
            document = {
                "seq": entry.seq,
                "ts": entry.at,
                "kind": entry.kind,
                "actor": entry.actor,
                "payload": json.loads(entry.payload),
                "prev": entry.prev,
            }
            assert entry.hash == chain_hash(document)
            prev = entry.hash
        assert len(entries) == 3

    def test_journal_head_and_filters(self, store: Store) -> None:
        """S02: the head is the newest entry, and entries can be read by kind, start and count."""
        with store.transaction() as tx:
            assert tx.journal.head() == (0, GENESIS)
            written = [
                tx.journal.append(kind, "ada", {}, at=AT) for kind in ("a.b", "c.d", "a.b", "e.f")
            ]
            assert tx.journal.head() == (4, written[-1].hash)
        with store.reading() as tx:
            assert tx.journal.head() == (4, written[-1].hash)
            assert list(tx.journal.entries()) == written
            assert list(tx.journal.entries(kinds={"a.b"})) == [written[0], written[2]]
            assert list(tx.journal.entries(kinds={"a.b", "e.f"}, after=1)) == written[2:]
            assert list(tx.journal.entries(after=1, limit=2)) == written[1:3]

    def test_journal_can_be_followed(self, store: Store) -> None:
        """S05: a whole chain is followed page by page to its head, from wherever it is known."""
        with store.transaction() as tx:
            assert tx.journal.follow(0, GENESIS, limit=9) == Followed(0, GENESIS)
            written = [tx.journal.append("a.b", "ada", {"n": n}, at=AT) for n in range(5)]
        with store.reading() as tx:
            assert tx.journal.follow(0, GENESIS, limit=2) == Followed(2, written[1].hash)
            assert tx.journal.follow(2, written[1].hash, limit=9) == Followed(5, written[4].hash)
            assert tx.journal.follow(5, written[4].hash, limit=9) == Followed(5, written[4].hash)

    def test_journal_that_is_not_the_one_known(self, store: Store) -> None:
        """S06: what does not follow from the entry that is known, or is gone, is named."""
        with store.transaction() as tx:
            first, second = (tx.journal.append("a.b", "ada", {"n": n}, at=AT) for n in range(2))
        with store.reading() as tx:
            other = tx.journal.follow(1, second.hash, limit=9)
            assert (other.seq, other.head) == (1, second.hash)
            assert "entry 2 does not follow" in other.problem
            gone = tx.journal.follow(3, first.hash, limit=9)
            assert gone == Followed(3, first.hash, "the journal ends at 2, but entry 3 was there")

    def test_journal_forgets_what_was_rolled_back(self, store: Store) -> None:
        """S03: an entry of a transaction that failed is gone, and its number is used again."""
        with undone(store) as tx:
            tx.journal.append("a.b", "ada", {}, at=AT)
        with store.transaction() as tx:
            assert tx.journal.append("c.d", "ada", {}, at=AT).seq == 1

    def test_journal_takes_any_human_text(self, store: Store) -> None:
        """S04: quotes, line ends and letters of any script come back as they were written."""
        text = 'she said "no"\n\\ — später, 後で \x01'
        with store.transaction() as tx:
            entry = tx.journal.append("a.b", text, {"note": text}, at=AT)
        with store.reading() as tx:
            (read,) = tx.journal.entries()
        assert read == entry
        assert read.actor == text
        assert json.loads(read.payload) == {"note": text}


class DecisionCards:
    """Decisions and their inputs."""

    @pytest.mark.parametrize("trades", [True, False])
    def test_decision_comes_back_equal(self, store: Store, trades: bool) -> None:
        """S10: a decision and its inputs come back as equal values, bars and decimals included."""
        decision = samples.decision(trades=trades)
        with store.transaction() as tx:
            assert tx.decisions.add(decision, SNAPSHOT, POLICY, STATE)
        with store.reading() as tx:
            stored = tx.decisions.get(decision.decision_id)
        assert stored == StoredDecision(decision, SNAPSHOT, POLICY, STATE)

    def test_decision_is_stored_once(self, store: Store) -> None:
        """S11: storing the same decision again says so and leaves no second trace."""
        with store.transaction() as tx:
            add_decision(tx)
            head = tx.journal.head()
            assert not tx.decisions.add(samples.decision(), SNAPSHOT, POLICY, STATE)
            assert tx.journal.head() == head
            assert len(tx.decisions.ids()) == 1

    def test_decision_leaves_its_reasons_in_the_journal(self, store: Store) -> None:
        """S12: the journal names a decision's digests, verdict, reasons, value and weights."""
        with store.transaction() as tx:
            tx.decisions.add(samples.decision(trades=False), SNAPSHOT, POLICY, STATE)
            (payload,) = payloads(tx, "decision.made")
        assert payload["decision_id"] == samples.decision().decision_id
        assert payload["snapshot_digest"] == samples.decision().snapshot_digest
        assert (payload["verdict"], payload["gate"]) == ("NO_TRADE", "benefit")
        assert payload["codes"] == [["DATA_VALID", ""], ["BREACH", "BTC"]]
        assert (payload["value"], payload["occasion"]) == ("50123.456", "daily")
        assert payload["weights"] == {"BTC": "0.62", "ETH": "0.22", "USD": "0.16"}

    def test_decision_is_found_by_its_prefix(self, store: Store) -> None:
        """S13: at least six characters find a decision, unless two begin with them."""
        one, two, three = (
            replace(samples.decision(), decision_id=name)
            for name in ("abcdef00", "abcdef01", "abcdf000")
        )
        with store.transaction() as tx:
            for decision in (one, two, three):
                tx.decisions.add(decision, SNAPSHOT, POLICY, STATE)
        expected = {
            "abcdef": None,
            "abcdef01": "abcdef01",
            "abcdf0": "abcdf000",
            "abcdf": None,
            "fedcba": None,
            "abcdef012": None,
            "%%%%%%": None,
        }
        with store.reading() as tx:
            stored = {prefix: tx.decisions.get(prefix) for prefix in expected}
        found = {prefix: row and row.decision.decision_id for prefix, row in stored.items()}
        assert found == expected

    def test_decisions_in_order(self, store: Store) -> None:
        """S14: decisions are listed in the order they were made, from either end."""
        made = [samples.decision(number) for number in range(1, 5)]
        with store.transaction() as tx:
            for decision in made:
                tx.decisions.add(decision, SNAPSHOT, POLICY, STATE)
        with store.reading() as tx:
            assert list(tx.decisions.ids()) == [decision.decision_id for decision in made]
            assert list(tx.decisions.latest()) == [made[3]]
            assert list(tx.decisions.latest(9)) == made[::-1]
            assert list(tx.decisions.latest(9, since=made[2].decided_at)) == [made[3], made[2]]
            assert list(tx.decisions.latest(9, since=AT + hours(100))) == []
