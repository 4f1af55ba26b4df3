"""The tables of what was watched: readings, series that decisions saw, and withheld plans."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.tables import table_of
from bot.store.types import DecimalText, InstantText, MemberText, PackedText
from core.domain.readings import ReadingKind


class ReadingRow(SQLModel, table=True):
    """One value ever received; ``seq`` is the order of receipt, ``entry`` the journal's witness."""

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("kind", "asset", "source", "about", "value", name="one_row_per_value"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    entry: int = Field(foreign_key="journal.seq", index=True)
    kind: ReadingKind = Field(sa_column=Column(MemberText(ReadingKind), nullable=False))
    asset: str
    source: str
    about: datetime = Field(sa_type=InstantText)
    value: Decimal = Field(sa_type=DecimalText)
    known_at: datetime = Field(sa_type=InstantText)
    is_append_only: bool


class ReadingSeriesRow(SQLModel, table=True):
    """Readings that a decision saw, once per digest; ``document`` is the text that was hashed."""

    __tablename__ = "reading_series"

    digest: str = Field(primary_key=True)
    document: str = Field(sa_type=PackedText)


class WithheldRow(SQLModel, table=True):
    """A plan that was not proposed because of a pause; one per pause."""

    __tablename__ = "withheld"

    seq: int | None = Field(default=None, primary_key=True)
    decision_id: str = Field(foreign_key="decision.decision_id", unique=True)
    pause_on: date = Field(unique=True)
    withheld_at: datetime = Field(sa_type=InstantText)
    plan: str


class WithheldMarkRow(SQLModel, table=True):
    """What a withheld plan would have gained after so many days."""

    __tablename__ = "withheld_mark"

    decision_id: str = Field(primary_key=True, foreign_key="withheld.decision_id")
    days: int = Field(primary_key=True)
    marked_at: datetime = Field(sa_type=InstantText)
    gained: Decimal = Field(sa_type=DecimalText)


READING = table_of(ReadingRow)
READING_SERIES = table_of(ReadingSeriesRow)
WITHHELD = table_of(WithheldRow)
WITHHELD_MARK = table_of(WithheldMarkRow)
