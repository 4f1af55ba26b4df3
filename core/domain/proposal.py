"""A plan that waits for a person, the orders it becomes, and what they brought."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.decision import Plan
from core.domain.market import Side
from core.domain.units import Asset, Money, Price, Quantity


class ProposalState(StrEnum):
    """The life of a proposal (METHODS 8.1)."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    RECHECKED = "RECHECKED"
    EXECUTING = "EXECUTING"
    DONE = "DONE"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class OrderState(StrEnum):
    """The life of an order (METHODS 8.1)."""

    NEW = "NEW"
    SENDING = "SENDING"
    ACKED = "ACKED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"
    FILLED = "FILLED"
    PARTLY_FILLED = "PARTLY_FILLED"
    CANCELLED = "CANCELLED"
    ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan put before a person.

    Attributes:
        proposal_id: eight characters, derived from the decision and the re-show count.
        decision_id: the decision it comes from.
        state: where in its life it stands.
        plan: what would be traded; the approval binds to its digest.
        plan_digest: SHA-256 of the plan in canonical JSON.
        tier: 1 one tap, 2 and 3 a second card.
        created_at, expires_at: its lifetime.
        reshows: how many cards were shown before this one for the same reason.
        first_tap_by, first_tap_at: who began a two-step approval, and when.
        decided_by, decided_at: who ended the waiting, and when; ``auto`` on simulated markets.
        note: a person's reason, or why it ended.
    """

    proposal_id: str
    decision_id: str
    state: ProposalState
    plan: Plan
    plan_digest: str
    tier: int
    created_at: datetime
    expires_at: datetime
    reshows: int = 0
    first_tap_by: str = ""
    first_tap_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One leg on its way: written down before it is sent.

    Attributes:
        client_id: UUID derived from proposal, leg and attempt; not an idempotency key.
        limit_price: never beyond the worst price printed on the card.
        deadline_at: after this instant the venue must not accept it any more; None before sending.
        venue_id: the venue's own id, empty until it answered.
    """

    client_id: str
    proposal_id: str
    leg: int
    attempt: int
    asset: Asset
    side: Side
    quantity: Quantity
    limit_price: Price
    state: OrderState
    intent_at: datetime
    deadline_at: datetime | None = None
    venue_id: str = ""


@dataclass(frozen=True, slots=True)
class Fill:
    """One trade the venue booked for an order.

    Attributes:
        fill_id: the venue's id of the trade.
        client_id: the order it belongs to.
        fee: what the venue charged, in ``fee_asset``.
    """

    fill_id: str
    client_id: str
    asset: Asset
    side: Side
    quantity: Quantity
    price: Price
    fee: Money
    fee_asset: Asset
    executed_at: datetime

    @property
    def notional(self) -> Money:
        """Quantity times price, in quote currency."""
        return Money(self.quantity * self.price)


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What the venue says of an order.

    Attributes:
        venue_id: the venue's id.
        client_id: ours.
        is_open: still resting or being worked.
        fills: every trade booked so far.
    """

    venue_id: str
    client_id: str
    is_open: bool
    fills: tuple[Fill, ...]
