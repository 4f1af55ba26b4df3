"""What every store must do with the books beside the account."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.ports.books import WitnessedDay
from bot.ports.records import Store
from core.codec import digest_of
from core.domain.errors import BooksCorrupt, InvariantBroken
from core.domain.scorecard import BookName
from core.domain.units import Asset, Money, Quantity
from core.simulation.books import BookDay, BookMark, ShadowBook
from tests.store import samples
from tests.store.arranging import add_decision, payloads
from tests.store.samples import AT, BTC, LONG, STATE, USD, d

BALANCES = ((BTC, Quantity(LONG)), (USD, Quantity(d("0.5"))))
BOOKS = (
    ShadowBook(BookName.ALWAYS, BALANCES, STATE, Money(LONG)),
    ShadowBook(BookName.NEVER, BALANCES),
    ShadowBook(BookName.PLAIN, (), STATE, Money(d("0.01"))),
)


def book_day(number: int = 1, **changes: Any) -> BookDay:  # noqa: ANN401  # handed to the day
    """Return a day whose amounts no double can hold."""
    at = AT + timedelta(days=number)
    marks = tuple(
        BookMark(name, Money(LONG), Money(d("-0.1")), Money(d("0")), BALANCES) for name in BookName
    )
    day = BookDay(
        day=at.date(),
        marked_at=at,
        decision_id=samples.decision(number).decision_id,
        quote=USD,
        is_first=number == 1,
        prices=((BTC, LONG), (Asset("ETH"), d("4200.10"))),
        flows_to=number,
        marks=marks,
    )
    return replace(day, **changes)


class BookCards:
    """Days are written once and witnessed; the books are replaced."""

    def test_days_and_books_come_back_exactly(self, store: Store) -> None:
        """S130: every amount comes back to its last digit, days in order, books as they are."""
        later = (replace(BOOKS[0], costs=Money(d("2"))), *BOOKS[1:])
        with store.transaction() as tx:
            for number in (1, 2):
                add_decision(tx, number)
            assert tx.books.latest() is None
            assert tx.books.add(book_day(1), BOOKS)
            assert tx.books.add(book_day(2), later)
        with store.reading() as tx:
            assert list(tx.books.days()) == [book_day(1), book_day(2)]
            assert list(tx.books.days(since=book_day(2).day)) == [book_day(2)]
            assert tx.books.latest() == book_day(2)
            assert list(tx.books.current()) == list(later)

    def test_a_day_is_written_once(self, store: Store) -> None:
        """S131: a second row of one day changes nothing, the books and the journal included."""
        with store.transaction() as tx:
            add_decision(tx, 1)
            assert tx.books.add(book_day(1), BOOKS)
            again = book_day(1, quote=Asset("EUR"))
            assert not tx.books.add(again, (replace(BOOKS[0], costs=Money(d("9"))),))
            assert list(tx.books.days()) == [book_day(1)]
            assert list(tx.books.current()) == list(BOOKS)
            assert len(payloads(tx, "books.marked")) == 1

    def test_each_day_is_witnessed(self, store: Store) -> None:
        """S132: the journal holds values, flows and the digests of the day and of the books."""
        with store.transaction() as tx:
            add_decision(tx, 1)
            tx.books.add(book_day(1), BOOKS)
            (said,) = payloads(tx, "books.marked")
        assert said["day"] == book_day(1).day.isoformat()
        assert said["values"] == {name.value: str(LONG) for name in BookName}
        assert said["digest"] == digest_of(book_day(1))
        assert said["books"] == {book.name.value: digest_of(book) for book in BOOKS}

    def test_a_day_needs_its_decision(self, store: Store) -> None:
        """S133: a day of a decision that is not stored is a bug, and nothing of it stays."""
        with pytest.raises(InvariantBroken), store.transaction() as tx:
            tx.books.add(book_day(1), BOOKS)
        with store.reading() as tx:
            assert tx.books.latest() is None

    def test_what_was_witnessed_is_known_without_the_books(self, store: Store) -> None:
        """S134: the days that should be there stand in the journal; nothing is damaged at first."""
        with store.transaction() as tx:
            assert tx.books.damage() == ""
            for number in (1, 2):
                add_decision(tx, number)
                tx.books.add(book_day(number), BOOKS)
            days = [book_day(number) for number in (1, 2)]
            assert list(tx.books.witnessed()) == [
                WitnessedDay(day.day, day.decision_id, day.is_first) for day in days
            ]
            assert tx.books.damage() == ""
            assert list(tx.books.days(limit=1)) == days[:1]

    def test_only_what_was_witnessed_is_put_back(self, store: Store) -> None:
        """S135: other days, fewer days or other books are refused, and nothing has changed."""
        days = [book_day(number) for number in (1, 2)]
        with store.transaction() as tx:
            for number, day in enumerate(days, start=1):
                add_decision(tx, number)
                tx.books.add(day, BOOKS)
        others = (replace(BOOKS[0], costs=Money(d("9"))), *BOOKS[1:])
        wrong = [
            (days[:1], BOOKS),
            ([days[0], replace(days[1], flows_to=9)], BOOKS),
            (days, others),
        ]
        for given, books in wrong:
            with pytest.raises(BooksCorrupt), store.transaction() as tx:
                tx.books.restore(given, books, at=AT)
        with store.transaction() as tx:
            assert (list(tx.books.days()), list(tx.books.current())) == (days, list(BOOKS))
            tx.books.restore(days, BOOKS, at=AT)
            assert (list(tx.books.days()), list(tx.books.current())) == (days, list(BOOKS))
            assert payloads(tx, "books.restored") == [{"days": "2"}]

    def test_books_begin_anew(self, store: Store) -> None:
        """S136: what was marked before counts no more, and the same day may be marked again."""
        with store.transaction() as tx:
            add_decision(tx, 1)
            tx.books.add(book_day(1), BOOKS)
            tx.books.begin_anew("lost", at=AT, actor="ada")
            assert (tx.books.latest(), list(tx.books.days())) == (None, [])
            assert (list(tx.books.current()), list(tx.books.witnessed())) == ([], [])
            again = book_day(1, flows_to=7)
            assert tx.books.add(again, BOOKS)
            assert list(tx.books.days()) == [again]
            assert payloads(tx, "books.begun_anew") == [{"why": "lost"}]

    def test_a_long_look_holds_up_nobody(self, store: Store) -> None:
        """S137: beside a look of its own, others read and write; it sees what was there before."""
        with store.transaction() as tx:
            add_decision(tx, 1)
        with store.aside() as looking:
            assert looking.books.latest() is None
            with store.transaction() as tx:
                tx.books.add(book_day(1), BOOKS)
            assert looking.books.latest() is None
            with pytest.raises(InvariantBroken):
                looking.memory.put("x", "y")
        with store.aside() as looking:
            assert looking.books.latest() == book_day(1)
