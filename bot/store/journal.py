"""The audit trail: entries are added at the end, each sealed together with the one before.

The kinds the store writes stand in ``bot.store.kinds``; checking the chain is ``bot.store.verify``.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from unicodedata import normalize

from sqlalchemy import bindparam, insert, select

from bot.ports.journal import Followed, JournalEntry
from bot.settings.redaction import redacted
from bot.store.chain import RawRow, fault_of
from bot.store.seal import seal
from bot.store.tables import JOURNAL
from bot.store.unit_of_work import Record, UnitOfWork
from core.codec import GENESIS, canonical, instant_text
from core.domain.errors import StoreCorrupt

_HEAD = select(JOURNAL.c.seq, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1)
_INSERT = insert(JOURNAL)
_ENTRIES = select(JOURNAL).order_by(JOURNAL.c.seq)
_NEWEST = (
    select(JOURNAL)
    .where(JOURNAL.c.kind == bindparam("of_kind"))
    .order_by(JOURNAL.c.seq.desc())
    .limit(1)
)
# Bytes, because a damaged text need not be UTF-8 and must still be read to be named.
_RAW = (
    "SELECT seq, CAST(ts AS BLOB), CAST(kind AS BLOB), CAST(actor AS BLOB), CAST(payload AS BLOB), "
    "CAST(prev AS BLOB), CAST(hash AS BLOB) FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
)


class SqliteJournal:
    """``bot.ports.records.Journal`` on the journal table."""

    def __init__(self, work: UnitOfWork) -> None:
        """Write through ``work``."""
        self._work = work
        self._head: tuple[int, str] | None = None

    def append(
        self, kind: str, actor: str, payload: Mapping[str, object], *, at: datetime
    ) -> JournalEntry:
        """Add one entry; secrets and nonces never enter ``payload``, and are masked if they do."""
        seq, prev = self.head()
        kind, actor = normalize("NFC", kind), normalize("NFC", actor)
        ts, body = instant_text(at), redacted(canonical(payload).decode()).encode()
        sealed = seal(seq + 1, ts.encode(), kind.encode(), actor.encode(), body, prev.encode())
        columns = {
            "seq": seq + 1,
            "kind": kind,
            "actor": actor,
            "payload": body.decode(),
            "prev": prev,
            "hash": sealed,
        }
        self._work.change(_INSERT, {**columns, "ts": ts})
        self._head = (seq + 1, sealed)
        return JournalEntry(at=at, **columns)  # type: ignore[arg-type]  # seq is a number, the rest texts

    def head(self) -> tuple[int, str]:
        """Return the newest entry's number and hash; (0, 64 zeros) when there is none."""
        if self._head is None:
            row = self._work.row(_HEAD)
            self._head = (0, GENESIS) if row is None else (row["seq"], row["hash"])
        return self._head

    def entries(
        self,
        *,
        kinds: Collection[str] = (),
        after: int = 0,
        limit: int | None = None,
        since: datetime | None = None,
    ) -> Sequence[JournalEntry]:
        """Return entries, oldest first; no kinds = all kinds."""
        statement = _ENTRIES.where(JOURNAL.c.seq > after).limit(limit)
        if since is not None:
            # To the second, without the Z: so texts with and without microseconds keep their order.
            second = instant_text(since.replace(microsecond=0)).removesuffix("Z")
            statement = statement.where(JOURNAL.c.ts >= second)
        if kinds:
            statement = statement.where(JOURNAL.c.kind.in_(kinds))
        return [_entry(row) for row in self._work.rows(statement)]

    def newest(self, kind: str) -> JournalEntry | None:
        """Return the newest entry of a kind, or None."""
        row = self._work.row(_NEWEST, {"of_kind": kind})
        return None if row is None else _entry(row)

    def follow(self, seq: int, head: str, *, limit: int) -> Followed:
        """Follow the chain from an entry that holds, over at most ``limit`` entries."""
        newest = self.head()[0]
        if newest < seq:
            return Followed(seq, head, f"the journal ends at {newest}, but entry {seq} was there")
        sealed = head.encode()
        for row in self.raw_rows(after=seq, limit=limit):
            if fault := fault_of(row, seq=seq, head=sealed):
                return Followed(seq, sealed.decode(), fault)
            seq, sealed = row[0], row[-1]
        return Followed(seq, sealed.decode())

    def raw_rows(self, *, after: int, limit: int) -> Sequence[RawRow]:
        """Return (seq, ts, kind, actor, payload, prev, hash) with every text as bytes."""
        return self._work.raw(_RAW, (after, limit))


def _entry(row: Record) -> JournalEntry:
    values = dict(row)
    try:
        at = datetime.fromisoformat(values.pop("ts"))
    except (TypeError, ValueError) as error:
        raise StoreCorrupt(f"entry {row['seq']} bears no time: {error}") from error
    return JournalEntry(at=at, **values)
