"""What people sent, kept until it is handled, and what may happen only so often."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.store.message_tables import ALLOWANCE, INBOX
from bot.store.unit_of_work import UnitOfWork
from core.domain.errors import StoreConflict

_KEEP = insert_or_keep(INBOX).on_conflict_do_nothing()
_UNHANDLED = (
    select(INBOX.c.update_id, INBOX.c.document)
    .where(INBOX.c.handled_at.is_(None))
    .order_by(INBOX.c.seq)
)
_WAITING = select(INBOX.c.seq).where(
    INBOX.c.update_id == bindparam("update_id"), INBOX.c.handled_at.is_(None)
)
_LAST_ALLOWED = select(ALLOWANCE.c.allowed_at).where(ALLOWANCE.c.key == bindparam("key"))
_ADD_ALLOWANCE = insert_or_keep(ALLOWANCE)
_ALLOW = _ADD_ALLOWANCE.on_conflict_do_update(
    index_elements=["key"], set_={"allowed_at": _ADD_ALLOWANCE.excluded.allowed_at}
)


class SqliteInbox:
    """``bot.ports.records.Inbox`` on the inbox and allowance tables."""

    def __init__(self, work: UnitOfWork) -> None:
        """Write through ``work``."""
        self._work = work

    def keep(self, update_id: str, document: str, *, at: datetime) -> bool:
        """Store an update before the source forgets it; False when it was seen before."""
        values = {"update_id": update_id, "document": document, "kept_at": at, "handled_at": None}
        return self._work.change(_KEEP, values) == 1

    def unhandled(self) -> Sequence[tuple[str, str]]:
        """Return (update_id, document) of what was kept and not handled, oldest first."""
        return [(row["update_id"], row["document"]) for row in self._work.rows(_UNHANDLED)]

    def is_waiting(self, update_id: str) -> bool:
        """Tell whether an update was kept and is not handled yet."""
        return self._work.row(_WAITING, {"update_id": update_id}) is not None

    def handled(self, update_id: str, *, at: datetime) -> None:
        """Mark an update as handled, and forget what it said: it may hold a code.

        Raises:
            StoreConflict: it was never kept, or is handled already.
        """
        statement = (
            update(INBOX)
            .where(INBOX.c.update_id == update_id, INBOX.c.handled_at.is_(None))
            .values(handled_at=at, document="")
        )
        if self._work.change(statement) != 1:
            raise StoreConflict(f"update {update_id} does not wait to be handled")

    def allow_once(self, key: str, *, at: datetime, every_seconds: int) -> bool:
        """Return True when ``key`` was not allowed within the last ``every_seconds``."""
        row = self._work.row(_LAST_ALLOWED, {"key": key})
        # A last time in the future comes from a clock that was set back; it must not silence us.
        if row is not None and timedelta() <= at - row["allowed_at"] < timedelta(
            seconds=every_seconds
        ):
            return False
        self._work.change(_ALLOW, {"key": key, "allowed_at": at})
        return True
