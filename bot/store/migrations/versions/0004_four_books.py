"""Four books beside the account: their marks day by day, and how they stand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    decision = sa.ForeignKey("decision.decision_id")
    op.create_table(
        "book_day",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("entry", sa.Integer(), sa.ForeignKey("journal.seq"), nullable=False),
        sa.Column("marked_at", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(), decision, nullable=False, unique=True),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("prices", sa.String(), nullable=False),
        sa.Column("flows_to", sa.Integer(), nullable=False),
    )
    op.create_table(
        "book_mark",
        sa.Column("day", sa.Date(), sa.ForeignKey("book_day.day"), primary_key=True),
        sa.Column("book", sa.Text(), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("cost", sa.Text(), nullable=False),
        sa.Column("balances", sa.String(), nullable=False),
    )
    op.create_table(
        "shadow_book",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("document", sa.String(), nullable=False),
    )


def downgrade() -> None:
    for table in ("shadow_book", "book_mark", "book_day"):
        op.drop_table(table)
