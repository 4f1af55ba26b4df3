"""Readings, the series decisions saw, withheld plans; and the engine's memory in its new shape."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_readings()
    _create_withheld()
    _rewrite_state()


def downgrade() -> None:
    for table in ("withheld_mark", "withheld", "reading_series", "reading"):
        op.drop_table(table)


def _create_readings() -> None:
    op.create_table(
        "reading",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("entry", sa.Integer(), sa.ForeignKey("journal.seq"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("known_at", sa.Text(), nullable=False),
        sa.Column("is_append_only", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("kind", "asset", "source", "about", "value", name="one_row_per_value"),
    )
    op.create_index("ix_reading_entry", "reading", ["entry"])
    op.create_table(
        "reading_series",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
    )


def _create_withheld() -> None:
    decision = sa.ForeignKey("decision.decision_id")
    op.create_table(
        "withheld",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("decision_id", sa.String(), decision, nullable=False, unique=True),
        sa.Column("pause_on", sa.Date(), nullable=False, unique=True),
        sa.Column("withheld_at", sa.Text(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
    )
    withheld = sa.ForeignKey("withheld.decision_id")
    op.create_table(
        "withheld_mark",
        sa.Column("decision_id", sa.String(), withheld, primary_key=True),
        sa.Column("days", sa.Integer(), primary_key=True),
        sa.Column("marked_at", sa.Text(), nullable=False),
        sa.Column("gained", sa.Text(), nullable=False),
    )


def _rewrite_state() -> None:
    """Turn the regime's and the pause's names into documents; the phase stays what it was.

    Nothing bears a digest of the memory, so it may be rewritten; stored decisions may not.
    """
    memory = sa.table("memory", sa.column("name"), sa.column("value"))
    of_state = memory.c.name == "engine/state"
    document = op.get_bind().scalar(sa.select(memory.c.value).where(of_state))
    try:
        state = {} if document is None else json.loads(document)
    except ValueError:
        return  # whoever reads the memory says that it is damaged
    names = [state.get(name) for name in ("regime", "stress")] if isinstance(state, dict) else []
    if [type(name) for name in names] != [str, str]:
        return
    state["regime"] = {"published": state["regime"]}
    state["stress"] = _stress(state["stress"])
    text = json.dumps(state, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    op.execute(memory.update().where(of_state).values(value=text))


def _stress(phase: str) -> dict[str, str]:
    """Return the pause's document; a phase is counted from the newest decision on."""
    decision = sa.table("decision", sa.column("decided_at"))
    newest = op.get_bind().scalar(sa.select(sa.func.max(decision.c.decided_at)))
    if phase == "NORMAL" or newest is None:
        return {"phase": phase}
    return {"phase": phase, "since": newest[:10], "day": newest[:10]}
