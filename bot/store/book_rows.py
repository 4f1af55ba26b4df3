"""Days and marks of the books -> rows and digests, and back."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from bot.store.documents import digest_of_document, document_of, rebuilt
from bot.store.unit_of_work import Record
from core.domain.errors import BooksCorrupt, StoreCorrupt
from core.domain.scorecard import BookName
from core.domain.units import Asset, Money, Quantity
from core.simulation.books import BookDay, BookMark, ShadowBook

_PRICES: Final[Any] = tuple[tuple[Asset, Decimal], ...]
_BALANCES: Final[Any] = tuple[tuple[Asset, Quantity], ...]

ORDER: Final = {name: place for place, name in enumerate(BookName)}
"""In which order the books of a day stand."""


def day_row(day: BookDay) -> dict[str, object]:
    """Return the row of a day, without its journal entry."""
    return {
        "day": day.day,
        "marked_at": day.marked_at,
        "decision_id": day.decision_id,
        "quote": day.quote,
        "is_first": day.is_first,
        "prices": document_of(_PRICES, day.prices),
        "flows_to": day.flows_to,
    }


def mark_row(day: date, mark: BookMark) -> dict[str, object]:
    """Return the row of one book on one day."""
    return {
        "day": day,
        "book": mark.book,
        "value": mark.value,
        "flow": mark.flow,
        "cost": mark.cost,
        "balances": document_of(_BALANCES, mark.balances),
    }


def day_of(row: Record, marks: Iterable[BookMark]) -> BookDay:
    """Return the day of a row with its marks.

    Raises:
        BooksCorrupt: they are not the four that belong together.
        StoreCorrupt: its prices cannot be read.
    """
    in_order = tuple(sorted(marks, key=lambda mark: ORDER[mark.book]))
    if [mark.book for mark in in_order] != list(BookName):
        raise BooksCorrupt(f"the stored books of {row['day']} are not all four", day=row["day"])
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


def mark_of(row: Record) -> BookMark:
    """Return the mark of a row.

    Raises:
        StoreCorrupt: its balances cannot be read.
    """
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


def digests(books: Iterable[ShadowBook]) -> dict[str, str]:
    """Return the digest of each book by its name."""
    return {book.name.value: digest_of_document(document_of(ShadowBook, book)) for book in books}


def digest_of_day(day: BookDay) -> str:
    """Return the SHA-256 of a day with its marks."""
    return digest_of_document(document_of(BookDay, day))


def payload_of(day: BookDay) -> dict[str, object]:
    """Return what the journal keeps of a day, the digests of the books after it left out."""
    return {
        "day": day.day,
        "decision_id": day.decision_id,
        "is_first": day.is_first,
        "values": {mark.book: mark.value for mark in day.marks},
        "flows": {mark.book: mark.flow for mark in day.marks},
        "digest": digest_of_day(day),
    }
