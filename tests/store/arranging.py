"""Short words for bringing a store into the state a test begins with."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any, TypeVar

from bot.ports.records import Store, Transaction
from core.domain.proposal import Order, OrderState, Proposal, ProposalState
from core.lifecycle import ORDER_MOVES, PROPOSAL_MOVES
from tests.store import samples
from tests.store.samples import AT, NONCE, POLICY, SNAPSHOT, STATE, hashed

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)

PID = "7f3k9q2m"
HASH = hashed(NONCE)


class Undo(Exception):
    """Ends a transaction without keeping it."""


@contextmanager
def undone(store: Store) -> Iterator[Transaction]:
    """Begin a transaction that an exception takes back when the block is left."""
    with suppress(Undo), store.transaction() as tx:
        yield tx
        raise Undo


def way_to(table: Mapping[tuple[S, V], S], start: S, goal: S) -> tuple[V, ...]:
    """Return the shortest way from one state to another."""
    ways: deque[tuple[S, tuple[V, ...]]] = deque([(start, ())])
    while ways:
        state, way = ways.popleft()
        if state is goal:
            return way
        ways.extend(
            (after, (*way, event)) for (before, event), after in table.items() if before is state
        )
    raise AssertionError(f"no way from {start} to {goal}")


def add_decision(tx: Transaction, number: int = 1) -> None:
    """Store the decision with this number."""
    tx.decisions.add(samples.decision(number), SNAPSHOT, POLICY, STATE)


def add_proposal(tx: Transaction, name: str = PID, *, number: int = 1) -> Proposal:
    """Store a draft and the decision it comes from."""
    add_decision(tx, number)
    draft = samples.proposal(name, number=number)
    tx.proposals.add(draft, nonce_hash=HASH, actor="engine")
    return draft


def bring_proposal(tx: Transaction, goal: ProposalState, name: str = PID) -> None:
    """Move a draft to ``goal`` by the shortest legal way."""
    for event in way_to(PROPOSAL_MOVES, ProposalState.DRAFT, goal):
        tx.proposals.move(name, event, at=AT, actor="ada")


def executing(tx: Transaction) -> tuple[Order, ...]:
    """Store a proposal that is executing, with its orders."""
    add_proposal(tx)
    bring_proposal(tx, ProposalState.EXECUTING)
    orders = samples.orders(PID)
    tx.orders.add(orders, at=AT)
    return orders


def bring_order(tx: Transaction, client_id: str, goal: OrderState) -> None:
    """Move a new order to ``goal`` by the shortest legal way."""
    for event in way_to(ORDER_MOVES, OrderState.NEW, goal):
        tx.orders.move(client_id, event, at=AT)


def payloads(tx: Transaction, kind: str) -> list[dict[str, Any]]:
    """Return what the journal's entries of one kind say, oldest first."""
    return [json.loads(entry.payload) for entry in tx.journal.entries(kinds=[kind])]
