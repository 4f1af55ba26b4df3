"""What each leg of an execution cost against its decision."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    amounts = ("wanted", "filled", "paid", "decided_price", "approved_price", "ended_price")
    parts = ("delay", "execution", "unfilled", "predicted")
    op.create_table(
        "shortfall",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("entry", sa.Integer(), sa.ForeignKey("journal.seq"), nullable=False),
        sa.Column(
            "proposal_id", sa.String(), sa.ForeignKey("proposal.proposal_id"), nullable=False
        ),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in amounts),
        sa.Column("is_end_fresh", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in parts),
        sa.Column("fees", sa.Text()),
        sa.UniqueConstraint("proposal_id", "leg", name="one_row_per_leg"),
    )
    op.create_index("ix_shortfall_asset", "shortfall", ["asset"])


def downgrade() -> None:
    op.drop_table("shortfall")
