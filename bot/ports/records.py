"""The store as the workflows see it: one transaction at a time, everything or nothing."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.ports.books import Books
from bot.ports.feeds import Readings
from bot.ports.journal import Journal
from bot.ports.mail import Inbox, Outbox
from bot.ports.shortfalls import Shortfalls
from bot.ports.withheld import WithheldPlans
from core.domain.decision import Decision
from core.domain.policy import Policy
from core.domain.portfolio import Flow
from core.domain.proposal import Fill, Order, Proposal
from core.domain.snapshot import Snapshot
from core.domain.state import EngineState
from core.lifecycle import OrderEvent, ProposalEvent


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision with the inputs it was made from, complete enough to make it again."""

    decision: Decision
    snapshot: Snapshot
    policy: Policy
    state: EngineState


class Decisions(Protocol):
    """Every decision ever made."""

    def add(
        self, decision: Decision, snapshot: Snapshot, policy: Policy, state: EngineState
    ) -> bool:
        """Store it with its inputs and a journal entry; False when it is stored already."""
        ...

    def get(self, decision_id: str) -> StoredDecision | None:
        """Return one by its id or an unambiguous prefix of 6 characters or more, or None."""
        ...

    def stored(self, decision_id: str) -> tuple[Decision, str] | None:
        """Return a decision without its inputs, and the SHA-256 of the text that is stored of it.

        The journal witnessed that digest when the decision was made.

        Raises:
            StoreCorrupt: what is stored is no decision.
        """
        ...

    def latest(self, count: int = 1, *, since: datetime | None = None) -> Sequence[Decision]:
        """Return the newest decisions, newest first."""
        ...

    def ids(self) -> Sequence[str]:
        """Return the ids of all decisions, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """What a move insists on besides the state; each given field must match the stored row.

    Attributes:
        nonce_hash: SHA-256 of the card's nonce.
        confirm_hash: SHA-256 of the second card's nonce.
        unexpired_at: the proposal must expire after this instant.
        first_tap_by, first_tap_before: who must have begun, and at the latest when.
        no_first_tap: nobody has begun yet.
    """

    nonce_hash: str | None = None
    confirm_hash: str | None = None
    unexpired_at: datetime | None = None
    first_tap_by: str | None = None
    first_tap_before: datetime | None = None
    no_first_tap: bool = False


class Proposals(Protocol):
    """Proposals and the hashes of their one-use nonces."""

    def add(self, proposal: Proposal, *, nonce_hash: str, actor: str) -> None:
        """Store a new proposal in state DRAFT, with a journal entry.

        Raises:
            StoreConflict: another proposal is live, or this id exists.
        """
        ...

    def get(self, proposal_id: str) -> Proposal | None:
        """Return one proposal, or None."""
        ...

    def stored(self, proposal_id: str) -> tuple[Proposal, str] | None:
        """Return a proposal, and the SHA-256 of the text that is stored of its plan; or None.

        Raises:
            StoreCorrupt: what is stored is no proposal.
        """
        ...

    def live(self) -> Proposal | None:
        """Return the one proposal that is neither ended nor a draft, or None."""
        ...

    def since(self, instant: datetime) -> Sequence[Proposal]:
        """Return proposals created at or after ``instant``, oldest first."""
        ...

    def latest(self, count: int) -> Sequence[Proposal]:
        """Return the newest proposals, newest first."""
        ...

    def of_decision(self, decision_id: str) -> Sequence[Proposal]:
        """Return the proposals made from one decision, oldest first."""
        ...

    def move(
        self,
        proposal_id: str,
        event: ProposalEvent,
        *,
        at: datetime,
        actor: str,
        claim: Claim = Claim(),
        note: str = "",
    ) -> Proposal:
        """Move by one compare-and-set, with its journal entry; return the proposal as it is now.

        APPROVE and REJECT set ``decided_by`` and ``decided_at``.

        Raises:
            StoreConflict: the row no longer stood in a state from which ``event`` is legal, or the
                claim failed.
        """
        ...

    def tap_first(
        self, proposal_id: str, *, by: str, at: datetime, confirm_hash: str, claim: Claim
    ) -> Proposal:
        """Record the first tap of a two-step approval by the same kind of compare-and-set.

        Raises:
            StoreConflict: not PROPOSED any more, or the claim failed.
        """
        ...

    def renew(self, proposal_id: str, *, nonce_hash: str, at: datetime) -> Proposal:
        """Give a PROPOSED proposal a new nonce: older buttons die, a first tap is forgotten."""
        ...

    def note(self, proposal_id: str, note: str, *, at: datetime, actor: str) -> Proposal:
        """Attach a person's reason, with a journal entry."""
        ...


class Orders(Protocol):
    """Orders and the fills they brought."""

    def add(self, orders: Sequence[Order], *, at: datetime) -> None:
        """Write intents in state NEW, with journal entries."""
        ...

    def move(
        self,
        client_id: str,
        event: OrderEvent,
        *,
        at: datetime,
        venue_id: str = "",
        deadline_at: datetime | None = None,
        note: str = "",
    ) -> Order:
        """Move by one compare-and-set with its journal entry.

        Raises:
            StoreConflict: the order no longer stood in a state from which ``event`` is legal.
        """
        ...

    def get(self, client_id: str) -> Order | None:
        """Return one order, or None."""
        ...

    def of(self, proposal_id: str) -> Sequence[Order]:
        """Return the orders of one proposal by leg and attempt."""
        ...

    def unsettled(self) -> Sequence[Order]:
        """Return the orders in SENDING, ACKED or UNKNOWN, oldest first."""
        ...

    def add_fills(self, fills: Sequence[Fill], *, at: datetime) -> Sequence[Fill]:
        """Store fills with journal entries; return those that were new, by fill id."""
        ...

    def fills_of(self, proposal_id: str) -> Sequence[Fill]:
        """Return the fills of one proposal's orders, oldest first."""
        ...

    def fills(self, *, since: datetime | None = None) -> Sequence[Fill]:
        """Return all fills, oldest first."""
        ...


class Flows(Protocol):
    """Every change of a balance, classified."""

    def add(self, flows: Sequence[Flow], *, at: datetime) -> Sequence[Flow]:
        """Store flows with journal entries; return those that were new."""
        ...

    def all(self, *, since: datetime | None = None) -> Sequence[Flow]:
        """Return flows, oldest first."""
        ...


class Memory(Protocol):
    """The engine's state and small facts that survive a restart."""

    def state(self) -> EngineState:
        """Return the engine's state; a fresh one at the very start."""
        ...

    def save(self, state: EngineState) -> None:
        """Replace the engine's state."""
        ...

    def policy(self) -> Policy | None:
        """Return the policy that was last in force, or None."""
        ...

    def use_policy(self, policy: Policy, *, at: datetime, actor: str) -> None:
        """Record the policy now in force, with a journal entry."""
        ...

    def get(self, name: str) -> str | None:
        """Return a small fact, e.g. ``job:daily:last``."""
        ...

    def put(self, name: str, value: str) -> None:
        """Store a small fact."""
        ...


class Transaction(Protocol):
    """One transaction; leaving the block commits, an exception rolls everything back."""

    @property
    def journal(self) -> Journal:
        """The audit trail."""
        ...

    @property
    def decisions(self) -> Decisions:
        """Every decision."""
        ...

    @property
    def proposals(self) -> Proposals:
        """Plans put before a person."""
        ...

    @property
    def orders(self) -> Orders:
        """Orders and fills."""
        ...

    @property
    def shortfalls(self) -> Shortfalls:
        """What each leg of an execution cost."""
        ...

    @property
    def flows(self) -> Flows:
        """What came in and went out."""
        ...

    @property
    def readings(self) -> Readings:
        """What feeds said, and when it was known."""
        ...

    @property
    def withheld(self) -> WithheldPlans:
        """Plans that a pause held back."""
        ...

    @property
    def books(self) -> Books:
        """The account and the books beside it, day by day."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Messages on their way."""
        ...

    @property
    def inbox(self) -> Inbox:
        """Messages received."""
        ...

    @property
    def memory(self) -> Memory:
        """What survives a restart."""
        ...


class Store(Protocol):
    """The database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a writing transaction (IMMEDIATE: one writer at a time)."""
        ...

    def reading(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that writes nothing."""
        ...

    def aside(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that writes nothing and that no other one waits for.

        For what takes long to read, in a thread; it sees what was committed when it began.
        """
        ...
