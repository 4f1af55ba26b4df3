"""Messages written down before they are sent: in order within a chat, and none is lost."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import cast

from sqlalchemy import Update, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.ports.mail import OutboxState, Outgoing
from bot.ports.messages import Message
from bot.settings.redaction import redacted
from bot.store.documents import document_of, value_of
from bot.store.journal import SqliteJournal
from bot.store.kinds import MESSAGE_FAILED, MESSAGE_UNSURE, STORE_ACTOR
from bot.store.message_tables import DELIVERED, OUTBOX
from bot.store.unit_of_work import Record, UnitOfWork
from core.domain.errors import InvariantBroken, StoreConflict

# The codec tells the members of a union apart by their fields; mypy knows no type of a union.
_MESSAGE = cast("type[Message]", Message)

_ALL = select(*(OUTBOX.c[field.name] for field in fields(Outgoing)))
_BY_ID = _ALL.where(OUTBOX.c.outbox_id == bindparam("outbox_id"))
_BY_KEY = _ALL.where(OUTBOX.c.chat_id == bindparam("chat_id"), OUTBOX.c.key == bindparam("key"))
_IS_PENDING = OUTBOX.c.state == OutboxState.PENDING
_NEXT = (
    _ALL.where(OUTBOX.c.chat_id == bindparam("chat_id"), _IS_PENDING)
    .order_by(OUTBOX.c.outbox_id)
    .limit(1)
)
_FIRST = (
    select(OUTBOX.c.outbox_id)
    .where(OUTBOX.c.chat_id == bindparam("chat_id"), _IS_PENDING)
    .order_by(OUTBOX.c.outbox_id)
    .limit(1)
)
_CHATS = select(OUTBOX.c.chat_id).where(_IS_PENDING).distinct().order_by(OUTBOX.c.chat_id)
_ADD = insert_or_keep(OUTBOX).on_conflict_do_nothing(index_elements=["chat_id", "key"])
_IDS = (
    select(DELIVERED.c.message_id)
    .join(OUTBOX)
    .where(OUTBOX.c.chat_id == bindparam("chat_id"), OUTBOX.c.key == bindparam("key"))
    .order_by(DELIVERED.c.position)
)
_FIND = (
    _ALL.join(DELIVERED)
    .where(DELIVERED.c.chat_id == bindparam("chat_id"))
    .where(DELIVERED.c.message_id == bindparam("message_id"))
    .order_by(OUTBOX.c.outbox_id.desc())
    .limit(1)
)
_LATEST = (
    _ALL.where(OUTBOX.c.chat_id == bindparam("chat_id"))
    .where(OUTBOX.c.key >= bindparam("first"), OUTBOX.c.key < bindparam("last"))
    .order_by(OUTBOX.c.outbox_id.desc())
    .limit(1)
)
_DELIVER = insert(DELIVERED)
_UNREADABLE = "it can no longer be read"
_LAST_CHARACTER = "\U0010ffff"


class SqliteOutbox:
    """``bot.ports.records.Outbox`` on the outbox and its delivered message ids."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work``; what could not be delivered is witnessed in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, outgoing: Outgoing) -> int:
        """Store a message to be sent; return its id, the older one's when the key is known."""
        if outgoing.state is not OutboxState.PENDING:
            raise InvariantBroken(f"new message {outgoing.key} is {outgoing.state}")
        values = {field.name: getattr(outgoing, field.name) for field in fields(Outgoing)}
        del values["outbox_id"]
        values |= {
            "message": redacted(document_of(Message, outgoing.message)),
            "ended_at": None,
            "reason": "",
        }
        self._work.change(_ADD, values)
        row = self._work.row(_BY_KEY, {"chat_id": outgoing.chat_id, "key": outgoing.key})
        if row is None:
            raise InvariantBroken(f"message {outgoing.key} was not stored")
        return int(row["outbox_id"])

    def next(self, chat_id: str) -> Outgoing | None:
        """Return the oldest message of a chat that still has to be sent, due or not."""
        return _outgoing(self._work.row(_NEXT, {"chat_id": chat_id}))

    def chats(self) -> Sequence[str]:
        """Return the chats that have messages to be sent."""
        return [row["chat_id"] for row in self._work.rows(_CHATS)]

    def sent(self, outbox_id: int, message_ids: Sequence[str], *, at: datetime) -> None:
        """Confirm delivery as these message ids, and blank the nonce.

        Raises:
            StoreConflict: the message is not waiting to be sent.
        """
        row = self._end(outbox_id, OutboxState.SENT, at)
        for position, message_id in enumerate(message_ids):
            self._work.change(
                _DELIVER,
                {
                    "outbox_id": outbox_id,
                    "position": position,
                    "chat_id": row["chat_id"],
                    "message_id": message_id,
                },
            )

    def postpone(self, outbox_id: int, *, until: datetime) -> None:
        """Nothing was delivered; try again at ``until``.

        Raises:
            StoreConflict: the message is not waiting to be sent.
        """
        self._change(outbox_id, _again(outbox_id, until))

    def unsure(self, outbox_id: int, *, at: datetime, until: datetime) -> None:
        """Delivery is unknown: send once more at ``until``; the second time give up as UNSURE.

        Raises:
            StoreConflict: the message is not waiting to be sent.
        """
        row = self._work.row(_BY_ID, {"outbox_id": outbox_id})
        if row is None or not row["repeated"]:
            self._change(outbox_id, _again(outbox_id, until).values(repeated=True))
            return
        ended = self._end(outbox_id, OutboxState.UNSURE, at)
        self._journal.append(MESSAGE_UNSURE, STORE_ACTOR, _payload(ended), at=at)

    def fail(self, outbox_id: int, reason: str, *, at: datetime) -> None:
        """Delivery is impossible; keep the row and the reason, with a journal entry.

        Raises:
            StoreConflict: the message is not waiting to be sent.
        """
        row = self._end(outbox_id, OutboxState.FAILED, at, redacted(reason))
        self._journal.append(MESSAGE_FAILED, STORE_ACTOR, _payload(row) | {"reason": reason}, at=at)

    def leave_out(self, chat_id: str, *, at: datetime) -> bool:
        """Fail what ``next`` would return and cannot be read; tell whether there was anything.

        Nothing but its number is looked at.
        """
        row = self._work.row(_FIRST, {"chat_id": chat_id})
        if row is None:
            return False
        number = row["outbox_id"]
        values = {"state": OutboxState.FAILED, "ended_at": at, "reason": _UNREADABLE, "nonce": ""}
        self._work.change(update(OUTBOX).where(OUTBOX.c.outbox_id == number).values(values))
        payload = {"outbox_id": number, "chat_id": chat_id, "key": "", "reason": _UNREADABLE}
        self._journal.append(MESSAGE_FAILED, STORE_ACTOR, payload, at=at)
        return True

    def message_ids(self, chat_id: str, key: str) -> Sequence[str]:
        """Return the message ids under which ``key`` was delivered to that chat."""
        return [
            row["message_id"] for row in self._work.rows(_IDS, {"chat_id": chat_id, "key": key})
        ]

    def is_ambiguous(self, chat_id: str, key: str) -> bool:
        """Tell whether a copy of ``key`` may have arrived under an id nobody knows."""
        row = self._work.row(_BY_KEY, {"chat_id": chat_id, "key": key})
        return row is not None and bool(row["repeated"])

    def find(self, chat_id: str, message_id: str) -> Outgoing | None:
        """Return what was delivered to that chat as ``message_id``; after an edit, the edit."""
        return _outgoing(self._work.row(_FIND, {"chat_id": chat_id, "message_id": message_id}))

    def latest(self, chat_id: str, key_prefix: str) -> Outgoing | None:
        """Return the newest message whose key starts so, delivered or not, or None."""
        last = key_prefix + _LAST_CHARACTER
        values = {"chat_id": chat_id, "first": key_prefix, "last": last}
        return _outgoing(self._work.row(_LATEST, values))

    def _end(self, outbox_id: int, state: OutboxState, at: datetime, reason: str = "") -> Record:
        """End the journey: no button has to be drawn any more, so the nonce goes."""
        statement = _pending(outbox_id).values(state=state, ended_at=at, reason=reason, nonce="")
        return self._change(outbox_id, statement)

    def _change(self, outbox_id: int, statement: Update) -> Record:
        row = self._work.row(statement.returning(*_ALL.selected_columns))
        if row is None:
            raise StoreConflict(f"message {outbox_id} is not waiting to be sent")
        return row


def _pending(outbox_id: int) -> Update:
    return (
        update(OUTBOX)
        .where(OUTBOX.c.outbox_id == outbox_id, _IS_PENDING)
        .values(attempts=OUTBOX.c.attempts + 1)
    )


def _again(outbox_id: int, until: datetime) -> Update:
    return _pending(outbox_id).values(not_before=until)


def _payload(row: Record) -> dict[str, object]:
    return {name: row[name] for name in ("outbox_id", "chat_id", "key")}


def _outgoing(row: Record | None) -> Outgoing | None:
    if row is None:
        return None
    return Outgoing(**{**row, "message": value_of(_MESSAGE, row["message"])})
