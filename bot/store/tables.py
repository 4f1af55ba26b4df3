"""The tables of what happened: journal, decisions and their inputs, proposals, orders, flows.

What feeds said and what pauses held back stand in ``bot.store.watching_tables``.

Rows stay inside this package; what leaves it is a value of ``core.domain`` or of ``bot.ports``.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, Computed, Index, Integer, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.store.types import DecimalText, InstantText, MemberText, PackedText
from core.domain.decision import Verdict
from core.domain.market import Side
from core.domain.portfolio import FlowKind
from core.domain.proposal import OrderState, ProposalState

_LIVE = "CASE WHEN state IN ('PROPOSED', 'APPROVED', 'RECHECKED', 'EXECUTING') THEN 1 END"


class JournalRow(SQLModel, table=True):
    """One entry of the audit trail; triggers refuse every edit, removal and gap.

    ``ts`` and ``payload`` are the very texts that were hashed.
    """

    __tablename__ = "journal"

    seq: int = Field(primary_key=True)
    ts: str
    kind: str = Field(index=True)
    actor: str
    payload: str
    prev: str
    hash: str


class BarSeriesRow(SQLModel, table=True):
    """Daily bars, once per digest; ``columns`` holds the exact doubles, compressed."""

    __tablename__ = "bar_series"

    digest: str = Field(primary_key=True)
    asset: str
    source: str
    opened_at: datetime = Field(sa_type=InstantText)
    columns: bytes


class PolicyRow(SQLModel, table=True):
    """A policy in canonical JSON, once per digest."""

    __tablename__ = "policy"

    digest: str = Field(primary_key=True)
    document: str


class DecisionRow(SQLModel, table=True):
    """A decision and its inputs in canonical JSON; ``seq`` is the order in which they were made."""

    __tablename__ = "decision"

    seq: int | None = Field(default=None, primary_key=True)
    decision_id: str = Field(unique=True)
    decided_at: datetime = Field(sa_type=InstantText, index=True)
    verdict: Verdict = Field(sa_column=Column(MemberText(Verdict), nullable=False))
    policy: str = Field(foreign_key="policy.digest")
    snapshot: str = Field(sa_type=PackedText)
    state: str = Field(sa_type=PackedText)
    decision: str = Field(sa_type=PackedText)


class ProposalRow(SQLModel, table=True):
    """A proposal with the hashes of its nonces; of all of them at most one is live."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index("one_live_proposal", "live", unique=True, sqlite_where=text("live = 1")),
    )

    seq: int | None = Field(default=None, primary_key=True)
    proposal_id: str = Field(unique=True)
    decision_id: str = Field(foreign_key="decision.decision_id", index=True)
    state: ProposalState = Field(sa_column=Column(MemberText(ProposalState), nullable=False))
    live: int | None = Field(sa_column=Column(Integer, Computed(_LIVE, persisted=False)))
    plan: str
    plan_digest: str
    tier: int
    created_at: datetime = Field(sa_type=InstantText, index=True)
    expires_at: datetime = Field(sa_type=InstantText)
    reshows: int
    first_tap_by: str
    first_tap_at: datetime | None = Field(sa_type=InstantText)
    decided_by: str
    decided_at: datetime | None = Field(sa_type=InstantText)
    note: str
    nonce_hash: str
    confirm_hash: str | None


class OrderRow(SQLModel, table=True):
    """An order, written down before it is sent."""

    __tablename__ = "trade_order"
    __table_args__ = (
        UniqueConstraint("proposal_id", "leg", "attempt", name="one_order_per_attempt"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    client_id: str = Field(unique=True)
    proposal_id: str = Field(foreign_key="proposal.proposal_id")
    leg: int
    attempt: int
    asset: str
    side: Side = Field(sa_column=Column(MemberText(Side), nullable=False))
    quantity: Decimal = Field(sa_type=DecimalText)
    limit_price: Decimal = Field(sa_type=DecimalText)
    state: OrderState = Field(sa_column=Column(MemberText(OrderState), nullable=False, index=True))
    intent_at: datetime = Field(sa_type=InstantText)
    deadline_at: datetime | None = Field(sa_type=InstantText)
    venue_id: str


class FillRow(SQLModel, table=True):
    """One trade the venue booked for an order."""

    __tablename__ = "fill"

    seq: int | None = Field(default=None, primary_key=True)
    fill_id: str = Field(unique=True)
    client_id: str = Field(foreign_key="trade_order.client_id", index=True)
    asset: str
    side: Side = Field(sa_column=Column(MemberText(Side), nullable=False))
    quantity: Decimal = Field(sa_type=DecimalText)
    price: Decimal = Field(sa_type=DecimalText)
    fee: Decimal = Field(sa_type=DecimalText)
    fee_asset: str
    executed_at: datetime = Field(sa_type=InstantText, index=True)


class FlowRow(SQLModel, table=True):
    """One change of one balance, classified."""

    __tablename__ = "flow"

    seq: int | None = Field(default=None, primary_key=True)
    flow_id: str = Field(unique=True)
    asset: str
    kind: FlowKind = Field(sa_column=Column(MemberText(FlowKind), nullable=False))
    amount: Decimal = Field(sa_type=DecimalText)
    value: Decimal | None = Field(sa_type=DecimalText)
    occurred_at: datetime = Field(sa_type=InstantText, index=True)
    reference: str


def table_of(row: type[SQLModel]) -> Table:
    """Return the table behind a row class, for statements that need no objects."""
    return SQLModel.metadata.tables[str(row.__tablename__)]


JOURNAL = table_of(JournalRow)
BAR_SERIES = table_of(BarSeriesRow)
POLICY = table_of(PolicyRow)
DECISION = table_of(DecisionRow)
PROPOSAL = table_of(ProposalRow)
ORDER = table_of(OrderRow)
FILL = table_of(FillRow)
FLOW = table_of(FlowRow)
