"""The table of what each leg of an execution cost."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables import table_of
from bot.store.types import DecimalText, InstantText, MemberText
from core.domain.market import Side


class ShortfallRow(SQLModel, table=True):
    """One leg, measured once when its execution ended; ``entry`` is the journal's witness."""

    __tablename__ = "shortfall"
    __table_args__ = (UniqueConstraint("proposal_id", "leg", name="one_row_per_leg"),)

    seq: int | None = Field(default=None, primary_key=True)
    entry: int = Field(foreign_key="journal.seq")
    proposal_id: str = Field(foreign_key="proposal.proposal_id")
    leg: int
    asset: str = Field(index=True)
    side: Side = Field(sa_column=Column(MemberText(Side), nullable=False))
    ended_at: datetime = Field(sa_type=InstantText)
    wanted: Decimal = Field(sa_type=DecimalText)
    filled: Decimal = Field(sa_type=DecimalText)
    paid: Decimal = Field(sa_type=DecimalText)
    decided_price: Decimal = Field(sa_type=DecimalText)
    approved_price: Decimal = Field(sa_type=DecimalText)
    ended_price: Decimal = Field(sa_type=DecimalText)
    is_end_fresh: bool
    delay: Decimal = Field(sa_type=DecimalText)
    execution: Decimal = Field(sa_type=DecimalText)
    fees: Decimal | None = Field(sa_type=DecimalText)
    unfilled: Decimal = Field(sa_type=DecimalText)
    predicted: Decimal = Field(sa_type=DecimalText)


SHORTFALL = table_of(ShortfallRow)
