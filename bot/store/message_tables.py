"""The tables of what goes in and out of the chat, and of the engine's memory."""

from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from bot.ports.mail import OutboxState
from bot.ports.messages import MessageType
from bot.store.tables import table_of
from bot.store.types import InstantText, MemberText, PackedText


class OutboxRow(SQLModel, table=True):
    """A message on its way; the nonce stands here only until its journey has ended."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("chat_id", "key", name="one_message_per_key"),
        Index(
            "outbox_pending",
            "chat_id",
            "outbox_id",
            sqlite_where=text("state = 'pending'"),
        ),
        {"sqlite_autoincrement": True},
    )

    outbox_id: int | None = Field(default=None, primary_key=True)
    chat_id: str
    key: str
    type: MessageType = Field(sa_column=Column(MemberText(MessageType), nullable=False))
    message: str = Field(sa_type=PackedText)
    silent: bool
    created_at: datetime = Field(sa_type=InstantText)
    edits: str
    nonce: str
    state: OutboxState = Field(sa_column=Column(MemberText(OutboxState), nullable=False))
    attempts: int
    not_before: datetime | None = Field(sa_type=InstantText)
    repeated: bool
    force_reply: bool
    ended_at: datetime | None = Field(sa_type=InstantText)
    reason: str


class DeliveredRow(SQLModel, table=True):
    """One message id under which a message arrived; a long message has several."""

    __tablename__ = "delivered"
    __table_args__ = (Index("delivered_as", "chat_id", "message_id"),)

    outbox_id: int = Field(primary_key=True, foreign_key="outbox.outbox_id")
    position: int = Field(primary_key=True)
    chat_id: str
    message_id: str


class InboxRow(SQLModel, table=True):
    """What a person sent; the document is blanked once it is handled."""

    __tablename__ = "inbox"

    seq: int | None = Field(default=None, primary_key=True)
    update_id: str = Field(unique=True)
    document: str
    kept_at: datetime = Field(sa_type=InstantText)
    handled_at: datetime | None = Field(sa_type=InstantText, index=True)


class AllowanceRow(SQLModel, table=True):
    """When something that may happen only so often happened last."""

    __tablename__ = "allowance"

    key: str = Field(primary_key=True)
    allowed_at: datetime = Field(sa_type=InstantText)


class MemoryRow(SQLModel, table=True):
    """A small fact that survives a restart."""

    __tablename__ = "memory"

    name: str = Field(primary_key=True)
    value: str


OUTBOX = table_of(OutboxRow)
DELIVERED = table_of(DeliveredRow)
INBOX = table_of(InboxRow)
ALLOWANCE = table_of(AllowanceRow)
MEMORY = table_of(MemoryRow)
