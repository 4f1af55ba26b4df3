"""The four books: what they were worth day by day, and the shadow books as they stand."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or_keep

from bot.store.book_tables import BOOK_DAY, BOOK_MARK, SHADOW_BOOK
from bot.store.documents import digest_of_document, document_of, rebuilt, value_of
from bot.store.journal import SqliteJournal
from bot.store.kinds import BOOKS_MARKED, STORE_ACTOR
from bot.store.unit_of_work import Record, UnitOfWork
from core.domain.errors import StoreCorrupt
from core.domain.scorecard import BookName
from core.domain.units import Asset, Money, Quantity
from core.simulation.books import SHADOWS, BookDay, BookMark, ShadowBook

_PRICES: Final[Any] = tuple[tuple[Asset, Decimal], ...]
_BALANCES: Final[Any] = tuple[tuple[Asset, Quantity], ...]
_ORDER = {name: place for place, name in enumerate(BookName)}

_ADD_DAY = insert(BOOK_DAY)
_ADD_MARK = insert(BOOK_MARK)
_ADD_BOOK = insert_or_keep(SHADOW_BOOK)
_PUT_BOOK = _ADD_BOOK.on_conflict_do_update(
    index_elements=["name"], set_={"document": _ADD_BOOK.excluded.document}
)
_DAYS = select(BOOK_DAY).order_by(BOOK_DAY.c.day)
_NEWEST = select(BOOK_DAY).order_by(BOOK_DAY.c.day.desc()).limit(1)
_DAY = select(BOOK_DAY).where(BOOK_DAY.c.day == bindparam("on"))
_MARKS = select(BOOK_MARK).where(
    BOOK_MARK.c.day >= bindparam("since"), BOOK_MARK.c.day <= bindparam("until")
)
_BOOKS = select(SHADOW_BOOK)


class SqliteBooks:
    """``bot.ports.books.Books`` on the tables of days, marks and shadow books."""

    def __init__(self, work: UnitOfWork, journal: SqliteJournal) -> None:
        """Write through ``work`` and witness each day in ``journal``."""
        self._work = work
        self._journal = journal

    def add(self, day: BookDay, books: Sequence[ShadowBook]) -> bool:
        """Store a day and the books after it, with a journal entry; False when it has one.

        The decision it names must be stored before.
        """
        documents = {book.name: document_of(ShadowBook, book) for book in books}
        if self._work.row(_DAY, {"on": day.day}) is not None:
            return False
        payload = _payload(day) | {
            "books": {name: digest_of_document(text) for name, text in documents.items()}
        }
        entry = self._journal.append(BOOKS_MARKED, STORE_ACTOR, payload, at=day.marked_at)
        self._work.change(_ADD_DAY, _day_row(day) | {"entry": entry.seq})
        self._work.change_many(_ADD_MARK, [_mark_row(day.day, mark) for mark in day.marks])
        rows = [{"name": name, "document": text} for name, text in documents.items()]
        self._work.change_many(_PUT_BOOK, rows)
        return True

    def latest(self) -> BookDay | None:
        """Return the newest day, or None."""
        days = self._with_marks(self._work.rows(_NEWEST))
        return days[0] if days else None

    def current(self) -> Sequence[ShadowBook]:
        """Return the shadow books after the newest day; none before the first.

        Raises:
            StoreCorrupt: one of them is missing, or cannot be read.
        """
        rows = sorted(self._work.rows(_BOOKS), key=lambda row: _ORDER[row["name"]])
        if rows and [row["name"] for row in rows] != list(SHADOWS):
            raise StoreCorrupt("the stored shadow books are not the three that belong together")
        return [value_of(ShadowBook, row["document"]) for row in rows]

    def days(self, *, since: date | None = None) -> Sequence[BookDay]:
        """Return the days, oldest first, from ``since`` on."""
        statement = _DAYS if since is None else _DAYS.where(BOOK_DAY.c.day >= since)
        return self._with_marks(self._work.rows(statement))

    def first_damage(self) -> tuple[int, str] | None:
        """Return the first journal entry whose day or books are not those stored, and why."""
        entries = self._journal.entries(kinds=[BOOKS_MARKED])
        for entry in entries:
            witnessed = json.loads(entry.payload)
            if self._digest_on(date.fromisoformat(witnessed["day"])) != witnessed["digest"]:
                return entry.seq, f"the stored books of {witnessed['day']} are not those marked"
        if entries and self._digests_now() != json.loads(entries[-1].payload)["books"]:
            return entries[-1].seq, "the stored shadow books are not those that were kept"
        return None

    def _digest_on(self, day: date) -> str:
        """Return the digest of what is stored of a day; an empty text where it cannot be read."""
        try:
            found = self._with_marks(self._work.rows(_DAY, {"on": day}), until=day)
        except StoreCorrupt:
            return ""
        return _digest(found[0]) if found else ""

    def _digests_now(self) -> dict[str, str]:
        try:
            rows = self._work.rows(_BOOKS)
        except StoreCorrupt:
            return {}
        return {row["name"].value: digest_of_document(row["document"]) for row in rows}

    def _with_marks(self, rows: Sequence[Record], *, until: date = date.max) -> list[BookDay]:
        if not rows:
            return []
        marks: dict[date, list[BookMark]] = {}
        for row in self._work.rows(_MARKS, {"since": rows[0]["day"], "until": until}):
            marks.setdefault(row["day"], []).append(_mark(row))
        return [_day(row, marks.get(row["day"], ())) for row in rows]


def _day_row(day: BookDay) -> dict[str, object]:
    return {
        "day": day.day,
        "marked_at": day.marked_at,
        "decision_id": day.decision_id,
        "quote": day.quote,
        "is_first": day.is_first,
        "prices": document_of(_PRICES, day.prices),
        "flows_to": day.flows_to,
    }


def _mark_row(day: date, mark: BookMark) -> dict[str, object]:
    return {
        "day": day,
        "book": mark.book,
        "value": mark.value,
        "flow": mark.flow,
        "cost": mark.cost,
        "balances": document_of(_BALANCES, mark.balances),
    }


def _day(row: Record, marks: Iterable[BookMark]) -> BookDay:
    in_order = tuple(sorted(marks, key=lambda mark: _ORDER[mark.book]))
    if [mark.book for mark in in_order] != list(BookName):
        raise StoreCorrupt(f"the stored books of {row['day']} are not all four")
    return BookDay(
        day=row["day"],
        marked_at=row["marked_at"],
        decision_id=row["decision_id"],
        quote=Asset(row["quote"]),
        is_first=row["is_first"],
        prices=_pairs(_PRICES, row["prices"]),
        flows_to=row["flows_to"],
        marks=in_order,
    )


def _mark(row: Record) -> BookMark:
    return BookMark(
        book=row["book"],
        value=Money(row["value"]),
        flow=Money(row["flow"]),
        cost=Money(row["cost"]),
        balances=_pairs(_BALANCES, row["balances"]),
    )


def _pairs(hint: Any, document: str) -> Any:  # noqa: ANN401  # the hint says what comes back
    try:
        return rebuilt(hint, json.loads(document))
    except ValueError as error:
        raise StoreCorrupt(f"a stored list of amounts is no JSON: {error}") from error


def _digest(day: BookDay) -> str:
    return digest_of_document(document_of(BookDay, day))


def _payload(day: BookDay) -> dict[str, object]:
    return {
        "day": day.day,
        "decision_id": day.decision_id,
        "is_first": day.is_first,
        "values": {mark.book: mark.value for mark in day.marks},
        "flows": {mark.book: mark.flow for mark in day.marks},
        "digest": _digest(day),
    }
