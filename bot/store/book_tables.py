"""The tables of the four books: a row a day, one for each book in it, and the books as they are."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from bot.store.tables import table_of
from bot.store.types import DecimalText, InstantText, MemberText
from core.domain.scorecard import BookName


class BookDayRow(SQLModel, table=True):
    """One day's prices, and how far flows are in; ``entry`` is the journal's witness."""

    __tablename__ = "book_day"

    day: date = Field(primary_key=True)
    entry: int = Field(foreign_key="journal.seq")
    marked_at: datetime = Field(sa_type=InstantText)
    decision_id: str = Field(foreign_key="decision.decision_id", unique=True)
    quote: str
    is_first: bool
    prices: str
    flows_to: int


class BookMarkRow(SQLModel, table=True):
    """What one book was worth on one day, and what it held after that day's trades."""

    __tablename__ = "book_mark"

    day: date = Field(primary_key=True, foreign_key="book_day.day")
    book: BookName = Field(sa_column=Column(MemberText(BookName), primary_key=True))
    value: Decimal = Field(sa_type=DecimalText)
    flow: Decimal = Field(sa_type=DecimalText)
    cost: Decimal = Field(sa_type=DecimalText)
    balances: str


class ShadowBookRow(SQLModel, table=True):
    """One shadow book after the newest day, with its own memory."""

    __tablename__ = "shadow_book"

    name: BookName = Field(sa_column=Column(MemberText(BookName), primary_key=True))
    document: str


BOOK_DAY = table_of(BookDayRow)
BOOK_MARK = table_of(BookMarkRow)
SHADOW_BOOK = table_of(ShadowBookRow)
