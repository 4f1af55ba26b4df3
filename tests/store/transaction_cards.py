"""What every store must do with memory, and what a transaction is."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.ports.records import Claim, Store
from core.codec import GENESIS
from core.domain.errors import InvariantBroken, StoreConflict
from core.domain.proposal import ProposalState
from core.domain.state import EngineState
from core.domain.units import Money
from core.lifecycle import ProposalEvent
from tests.store import samples
from tests.store.arranging import (
    HASH,
    PID,
    add_proposal,
    bring_proposal,
    executing,
    payloads,
    undone,
)
from tests.store.sample_messages import outgoing
from tests.store.samples import AT, POLICY, STATE


class MemoryCards:
    """What survives a restart."""

    def test_state_and_facts_survive(self, store: Store) -> None:
        """S70: the engine's state is fresh at first and then what was saved; so are small facts."""
        with store.transaction() as tx:
            assert tx.memory.state() == EngineState()
            assert tx.memory.get("job:daily:last") is None
            tx.memory.save(EngineState(open_proposal=PID))
            tx.memory.save(STATE)
            tx.memory.put("job:daily:last", "1")
            tx.memory.put("job:daily:last", "2 – später")
        with store.reading() as tx:
            assert tx.memory.state() == STATE
            assert tx.memory.get("job:daily:last") == "2 – später"

    def test_policy_in_force(self, store: Store) -> None:
        """S71: the policy in force is the one used last, and each change is journalled."""
        other = replace(POLICY, reserve=Money(POLICY.reserve + 1))
        with store.transaction() as tx:
            assert tx.memory.policy() is None
            for policy in (POLICY, other, POLICY):
                tx.memory.use_policy(policy, at=AT, actor="ada")
                assert tx.memory.policy() == policy
            entries = payloads(tx, "policy.used")
        digests = [entry["policy_digest"] for entry in entries]
        assert digests[0] == digests[2] == samples.decision().policy_digest != digests[1]
        assert entries[0]["targets"] == {"BTC": "0.5", "ETH": "0.3", "USD": "0.2"}


class TransactionCards:
    """Everything or nothing, one at a time."""

    def test_everything_or_nothing(self, store: Store) -> None:
        """S80: an exception takes back everything its transaction did, in every table."""
        with undone(store) as tx:
            orders = executing(tx)
            tx.orders.add_fills([samples.fill(orders[0])], at=AT)
            tx.flows.add([samples.flow()], at=AT)
            tx.outbox.add(outgoing("a"))
            tx.inbox.keep("1", "{}", at=AT)
            tx.memory.save(STATE)
        with store.reading() as tx:
            assert tx.journal.head() == (0, GENESIS)
            assert tx.decisions.ids() == []
            assert tx.proposals.live() is None
            assert tx.orders.fills() == []
            assert tx.flows.all() == []
            assert tx.outbox.chats() == []
            assert tx.inbox.unhandled() == []
            assert tx.memory.state() == EngineState()

    def test_no_transaction_inside_another(self, store: Store) -> None:
        """S81: beginning a transaction inside another one is refused, and the outer one goes on."""
        with store.transaction() as tx:
            for begin in (store.transaction, store.reading):
                with pytest.raises(InvariantBroken, match="inside another"), begin():
                    pass
            tx.memory.put("a", "1")
        with store.reading() as tx:
            assert tx.memory.get("a") == "1"
            with pytest.raises(InvariantBroken), store.transaction():
                pass

    def test_reading_writes_nothing(self, store: Store) -> None:
        """S82: a write in a transaction for reading is refused."""
        with pytest.raises(InvariantBroken, match="reading"), store.reading() as tx:
            tx.memory.put("a", "1")
        with pytest.raises(InvariantBroken, match="reading"), store.reading() as tx:
            tx.proposals.move(PID, ProposalEvent.SHOW, at=AT, actor="ada")
        with store.reading() as tx:
            assert tx.memory.get("a") is None

    def test_no_use_after_the_end(self, store: Store) -> None:
        """S83: a transaction that has ended can be neither read nor written."""
        with store.transaction() as tx:
            tx.memory.put("a", "1")
        for use in (
            lambda: tx.memory.get("a"),
            lambda: tx.memory.put("a", "2"),
            lambda: tx.journal.append("a.b", "ada", {}, at=AT),
        ):
            with pytest.raises(InvariantBroken, match="ended"):
                use()
        with store.reading() as reading:
            assert reading.memory.get("a") == "1"

    def test_two_hundred_threads_tap_approve(self, store: Store) -> None:
        """S90: of two hundred threads that approve at once exactly one wins, with one entry."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.PROPOSED)
        with ThreadPoolExecutor(200) as pool:
            wins = list(pool.map(lambda number: _tap(store, f"tap {number}"), range(200)))
        _check_one_winner(store, wins)

    async def test_two_hundred_tasks_tap_approve(self, store: Store) -> None:
        """S91: of two hundred tasks that approve at once exactly one wins, with one entry."""
        with store.transaction() as tx:
            add_proposal(tx)
            bring_proposal(tx, ProposalState.PROPOSED)

        async def tap(number: int) -> bool:
            await asyncio.sleep(0)
            return _tap(store, f"tap {number}")

        _check_one_winner(store, await asyncio.gather(*(tap(number) for number in range(200))))


def _tap(store: Store, actor: str) -> bool:
    claim = Claim(nonce_hash=HASH, unexpired_at=AT)
    try:
        with store.transaction() as tx:
            tx.proposals.move(PID, ProposalEvent.APPROVE, at=AT, actor=actor, claim=claim)
    except StoreConflict:
        return False
    return True


def _check_one_winner(store: Store, wins: list[bool]) -> None:
    assert (len(wins), sum(wins)) == (200, 1)
    with store.reading() as tx:
        approved = tx.proposals.get(PID)
        (entry,) = tx.journal.entries(kinds=["proposal.approved"])
    assert approved is not None
    assert approved.decided_by == entry.actor == f"tap {wins.index(True)}"
