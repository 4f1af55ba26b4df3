"""The four books: what they were worth day by day, and the shadow books as they stand.

The journal holds the digest of every day and of the books after it. Whatever is read here is held
against that, so a day that was changed, lost or slipped in behind our back is found when it is
used, and not only when somebody verifies the journal.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, literal, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.ports.books import WitnessedDay
from bot.ports.journal import JournalEntry
from bot.store.book_rows import (
    ORDER,
    day_of,
    day_row,
    digest_of_day,
    digests,
    mark_of,
    mark_row,
    payload_of,
)
from bot.store.book_tables import BOOK_DAY, BOOK_MARK, SHADOW_BOOK
from bot.store.documents import digest_of_document, document_of, parsed, value_of
from bot.store.journal import SqliteJournal
from bot.store.kinds import BOOKS_BEGUN_ANEW, BOOKS_MARKED, BOOKS_RESTORED, STORE_ACTOR
from bot.store.unit_of_work import UnitOfWork
from core.domain.errors import BooksCorrupt, StoreCorrupt
from core.domain.scorecard import BookName
from core.simulation.books import BookDay, BookMark, ShadowBook

_SAID = frozenset({"day", "decision_id", "is_first", "digest", "books"})

_ADD_DAY = insert(BOOK_DAY)
_ADD_MARK = insert(BOOK_MARK)
_ADD_BOOK = insert_or_keep(SHADOW_BOOK)
_PUT_BOOK = _ADD_BOOK.on_conflict_do_update(
    index_elements=["name"], set_={"document": _ADD_BOOK.excluded.document}
)
_DAYS = (
    select(BOOK_DAY)
    .where(BOOK_DAY.c.day >= bindparam("since"), BOOK_DAY.c.day <= bindparam("until"))
    .order_by(BOOK_DAY.c.day)
)
_DAY = select(literal(1)).where(BOOK_DAY.c.day == bindparam("on"))
_MARK = select(literal(1)).where(BOOK_MARK.c.day == bindparam("on")).limit(1)
_COUNTS = select(
    select(func.count()).select_from(BOOK_DAY).scalar_subquery().label("days"),
    select(func.count()).select_from(BOOK_MARK).scalar_subquery().label("marks"),
)
_MARKS = select(BOOK_MARK).where(
    BOOK_MARK.c.day >= bindparam("since"), BOOK_MARK.c.day <= bindparam("until")
)
_BOOKS = select(SHADOW_BOOK)
_ALL = (delete(BOOK_MARK), delete(BOOK_DAY), delete(SHADOW_BOOK))


class SqliteBooks:
    """``bot.ports.books.Books`` on the tables of days, marks and shadow books."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each day in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, day: BookDay, books: Sequence[ShadowBook]) -> bool:
        """Store a day and the books after it, with a journal entry; False when it has one.

        The decision it names must be stored before.

        Raises:
            BooksCorrupt: something is stored of that day which was never marked.
        """
        if self._is_known(day.day):
            return False
        payload = payload_of(day) | {"books": digests(books)}
        entry = self._journal.append(BOOKS_MARKED, STORE_ACTOR, payload, at=day.marked_at)
        self._write([(entry.seq, day)], books)
        return True

    def latest(self) -> BookDay | None:
        """Return the newest day, or None.

        Raises:
            BooksCorrupt: it is not the one that was marked, or cannot be read.
        """
        newest = self._newest()
        return None if newest is None else self._read([newest])[0]

    def current(self) -> Sequence[ShadowBook]:
        """Return the shadow books after the newest day; none before the first.

        Raises:
            BooksCorrupt: they are not those that were kept, or cannot be read.
        """
        newest = self._newest()
        if newest is None:
            return []
        with _readable("the stored shadow books"):
            rows = sorted(self._work.rows(_BOOKS), key=lambda row: ORDER[row["name"]])
            kept = {row["name"].value: digest_of_document(str(row["document"])) for row in rows}
            if kept != _said(newest)["books"]:
                raise BooksCorrupt("the stored shadow books are not those that were kept")
            return [value_of(ShadowBook, row["document"]) for row in rows]

    def days(self, *, since: date | None = None, limit: int | None = None) -> Sequence[BookDay]:
        """Return the days, oldest first, from ``since`` on, at most ``limit`` of them.

        Raises:
            BooksCorrupt: they are not those that were marked, or cannot be read.
        """
        return self._read(self._entries(since=since, limit=limit))

    def damage(self) -> str:
        """Return what of the books is not as it was witnessed; empty when they are whole."""
        found = self.first_damage()
        return "" if found is None else found[1]

    def first_damage(self) -> tuple[int, str] | None:
        """Return the first journal entry whose day or books are not those stored, and why."""
        entries = self._entries()
        if why := self._problem_of(entries):
            each = ((entry.seq, self._problem_of([entry])) for entry in entries)
            return next((one for one in each if one[1]), (entries[-1].seq, why))
        last = entries[-1].seq if entries else max(1, self._begun())
        try:
            self._refuse_strays(len(entries))
            self.current()
        except BooksCorrupt as error:
            return last, str(error)
        return None

    def witnessed(self) -> Sequence[WitnessedDay]:
        """Return the days that should be there, oldest first, from the journal alone."""
        return [_witnessed(entry) for entry in self._entries()]

    def restore(
        self, days: Sequence[BookDay], books: Sequence[ShadowBook], *, at: datetime
    ) -> None:
        """Put days and books in place of what is stored; they must be those that were witnessed.

        Raises:
            BooksCorrupt: they are not; nothing has changed.
        """
        entries = self._entries()
        _compare(entries, {day.day: day for day in days})
        if entries and digests(books) != _said(entries[-1])["books"]:
            raise BooksCorrupt("the shadow books made again are not those that were kept")
        self._drop()
        seqs = [entry.seq for entry in entries]
        self._write([*zip(seqs, days, strict=True)], books)
        self._journal.append(BOOKS_RESTORED, STORE_ACTOR, {"days": len(days)}, at=at)

    def begin_anew(self, why: str, *, at: datetime, actor: str) -> None:
        """Drop every day and book; what was marked before counts no more."""
        self._drop()
        self._journal.append(BOOKS_BEGUN_ANEW, actor, {"why": why}, at=at)

    def _is_known(self, day: date) -> bool:
        newest = self._newest()
        if newest is not None and day <= _witnessed(newest).day:
            return True
        if any(self._work.row(found, {"on": day}) is not None for found in (_DAY, _MARK)):
            raise BooksCorrupt(f"the stored books of {day} were never marked", day=day)
        return False

    def _refuse_strays(self, count: int) -> None:
        """Refuse rows outside the days that were marked; those between are held against them."""
        expected = {"days": count, "marks": count * len(BookName)}
        if dict(self._work.rows(_COUNTS)[0]) != expected:
            raise BooksCorrupt("days are stored that were never marked")

    def _write(self, days: Sequence[tuple[int, BookDay]], books: Sequence[ShadowBook]) -> None:
        """Write days under the numbers of their journal entries, and the books after them."""
        self._work.change_many(_ADD_DAY, [day_row(day) | {"entry": seq} for seq, day in days])
        marks = [mark_row(day.day, mark) for _, day in days for mark in day.marks]
        self._work.change_many(_ADD_MARK, marks)
        rows = [{"name": book.name, "document": document_of(ShadowBook, book)} for book in books]
        self._work.change_many(_PUT_BOOK, rows)

    def _drop(self) -> None:
        for statement in _ALL:
            self._work.change(statement)

    def _begun(self) -> int:
        """Return the entry after which marks count: where the books last began anew."""
        entry = self._journal.newest(BOOKS_BEGUN_ANEW)
        return 0 if entry is None else entry.seq

    def _newest(self) -> JournalEntry | None:
        entry = self._journal.newest(BOOKS_MARKED)
        return entry if entry is not None and entry.seq > self._begun() else None

    def _entries(
        self, *, since: date | None = None, limit: int | None = None
    ) -> Sequence[JournalEntry]:
        """Return what the journal says of the days, oldest first; an entry bears its day's time."""
        first = None if since is None else datetime.combine(since, time(), UTC)
        return self._journal.entries(
            kinds=[BOOKS_MARKED], after=self._begun(), since=first, limit=limit
        )

    def _problem_of(self, entries: Sequence[JournalEntry]) -> str:
        try:
            self._read(entries)
        except BooksCorrupt as error:
            return str(error)
        return ""

    def _read(self, entries: Sequence[JournalEntry]) -> list[BookDay]:
        """Return the days of these entries, each as it was witnessed, and none between them."""
        try:
            return self._read_at_once(entries)
        except BooksCorrupt:
            for entry in entries:  # one by one, to name the day
                self._read_at_once([entry])
            raise

    def _read_at_once(self, entries: Sequence[JournalEntry]) -> list[BookDay]:
        if not entries:
            return []
        told = [_witnessed(entry).day for entry in entries]
        ends = {"since": told[0], "until": told[-1]}
        with _readable(f"the stored books of {told[0]}", told[0]):
            marks: dict[date, list[BookMark]] = {}
            for row in self._work.rows(_MARKS, ends):
                marks.setdefault(row["day"], []).append(mark_of(row))
            rows = self._work.rows(_DAYS, ends)
            days = [day_of(row, marks.pop(row["day"], ())) for row in rows]
            if marks:
                day = min(marks)
                raise BooksCorrupt(f"marks of {day} are stored, and the day is not", day=day)
            _compare(entries, {day.day: day for day in days})
            return days


@contextmanager
def _readable(what: str, day: date | None = None) -> Iterator[None]:
    """Name what cannot be read inside the block as damage of the books alone."""
    try:
        yield
    except BooksCorrupt:
        raise
    except (AttributeError, RecursionError, StoreCorrupt, TypeError, ValueError) as error:
        raise BooksCorrupt(f"{what} cannot be read", day=day) from error


def _compare(entries: Sequence[JournalEntry], days: Mapping[date, BookDay]) -> None:
    """Refuse days that are not the very ones these entries witness.

    Raises:
        BooksCorrupt: one is another, missing, or one too many.
    """
    known = set()
    for entry in entries:
        day = _witnessed(entry).day
        known.add(day)
        if day not in days:
            raise BooksCorrupt(f"the stored books of {day} are missing", day=day)
        if digest_of_day(days[day]) != _said(entry)["digest"]:
            raise BooksCorrupt(f"the stored books of {day} are not those marked", day=day)
    if unknown := days.keys() - known:
        day = min(unknown)
        raise BooksCorrupt(f"the stored books of {day} were never marked", day=day)


def _witnessed(entry: JournalEntry) -> WitnessedDay:
    said = _said(entry)
    try:
        day = date.fromisoformat(said["day"])
    except (TypeError, ValueError) as error:
        raise StoreCorrupt(f"journal entry {entry.seq} names no day of the books") from error
    return WitnessedDay(day, said["decision_id"], said["is_first"])


def _said(entry: JournalEntry) -> dict[str, Any]:
    """Return what an entry says of a day.

    Raises:
        StoreCorrupt: it does not say it; then the journal is damaged, and not the books alone.
    """
    said = parsed(entry.payload)
    if not (isinstance(said, dict) and said.keys() >= _SAID):
        raise StoreCorrupt(f"journal entry {entry.seq} tells of no day of the books")
    return said
