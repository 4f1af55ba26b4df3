"""The first tables, and the triggers that keep the journal append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    "memory",
    "allowance",
    "inbox",
    "delivered",
    "outbox",
    "flow",
    "fill",
    "trade_order",
    "proposal",
    "decision",
    "policy",
    "bar_series",
    "journal",
)
_LIVE = "CASE WHEN state IN ('PROPOSED', 'APPROVED', 'RECHECKED', 'EXECUTING') THEN 1 END"

_TRIGGERS = (
    """
    CREATE TRIGGER journal_keeps_its_entries BEFORE UPDATE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: no entry is ever changed'); END
    """,
    """
    CREATE TRIGGER journal_loses_nothing BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: no entry is ever removed'); END
    """,
    """
    CREATE TRIGGER journal_has_no_gaps BEFORE INSERT ON journal
    WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only: entries are added at its end'); END
    """,
)


def upgrade() -> None:
    op.execute(f"PRAGMA application_id = {0x45564B4C}")
    _create_journal()
    _create_decisions()
    _create_proposals()
    _create_orders()
    _create_fills_and_flows()
    _create_outbox()
    _create_inbox_and_memory()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.execute("PRAGMA application_id = 0")


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("prev", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
    )
    op.create_index("ix_journal_kind", "journal", ["kind"])
    for trigger in _TRIGGERS:
        op.execute(trigger)


def _create_decisions() -> None:
    op.create_table(
        "bar_series",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("columns", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "policy",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("document", sa.String(), nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("decision_id", sa.String(), nullable=False, unique=True),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(), sa.ForeignKey("policy.digest"), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("decision", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_decision_decided_at", "decision", ["decided_at"])


def _create_proposals() -> None:
    decision = sa.ForeignKey("decision.decision_id")
    op.create_table(
        "proposal",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("proposal_id", sa.String(), nullable=False, unique=True),
        sa.Column("decision_id", sa.String(), decision, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("live", sa.Integer(), sa.Computed(_LIVE, persisted=False)),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("plan_digest", sa.String(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("reshows", sa.Integer(), nullable=False),
        sa.Column("first_tap_by", sa.String(), nullable=False),
        sa.Column("first_tap_at", sa.Text()),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.Text()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("nonce_hash", sa.String(), nullable=False),
        sa.Column("confirm_hash", sa.String()),
    )
    op.create_index("ix_proposal_created_at", "proposal", ["created_at"])
    op.create_index("ix_proposal_decision_id", "proposal", ["decision_id"])
    op.create_index(
        "one_live_proposal", "proposal", ["live"], unique=True, sqlite_where=sa.text("live = 1")
    )


def _create_orders() -> None:
    proposal = sa.ForeignKey("proposal.proposal_id")
    op.create_table(
        "trade_order",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("client_id", sa.String(), nullable=False, unique=True),
        sa.Column("proposal_id", sa.String(), proposal, nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("limit_price", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intent_at", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.Text()),
        sa.Column("venue_id", sa.String(), nullable=False),
        sa.UniqueConstraint("proposal_id", "leg", "attempt", name="one_order_per_attempt"),
    )
    op.create_index("ix_trade_order_state", "trade_order", ["state"])


def _create_fills_and_flows() -> None:
    order = sa.ForeignKey("trade_order.client_id")
    op.create_table(
        "fill",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("fill_id", sa.String(), nullable=False, unique=True),
        sa.Column("client_id", sa.String(), order, nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Text(), nullable=False),
        sa.Column("price", sa.Text(), nullable=False),
        sa.Column("fee", sa.Text(), nullable=False),
        sa.Column("fee_asset", sa.String(), nullable=False),
        sa.Column("executed_at", sa.Text(), nullable=False),
    )
    op.create_index("ix_fill_client_id", "fill", ["client_id"])
    op.create_index("ix_fill_executed_at", "fill", ["executed_at"])
    op.create_table(
        "flow",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("flow_id", sa.String(), nullable=False, unique=True),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("occurred_at", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
    )
    op.create_index("ix_flow_occurred_at", "flow", ["occurred_at"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.Integer(), primary_key=True),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("edits", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Text()),
        sa.Column("repeated", sa.Boolean(), nullable=False),
        sa.Column("force_reply", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.Text()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.UniqueConstraint("chat_id", "key", name="one_message_per_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "outbox_pending",
        "outbox",
        ["chat_id", "outbox_id"],
        sqlite_where=sa.text("state = 'pending'"),
    )
    outbox = sa.ForeignKey("outbox.outbox_id")
    op.create_table(
        "delivered",
        sa.Column("outbox_id", sa.Integer(), outbox, primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("chat_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
    )
    op.create_index("delivered_as", "delivered", ["chat_id", "message_id"])


def _create_inbox_and_memory() -> None:
    op.create_table(
        "inbox",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("update_id", sa.String(), nullable=False, unique=True),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.Text()),
    )
    op.create_index("ix_inbox_handled_at", "inbox", ["handled_at"])
    op.create_table(
        "allowance",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("allowed_at", sa.Text(), nullable=False),
    )
    op.create_table(
        "memory",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.String(), nullable=False),
    )
