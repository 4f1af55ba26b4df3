"""The shadow books as they are stored: a row for each day, and the books as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.simulation.books import BookDay, ShadowBook


@dataclass(frozen=True, slots=True)
class WitnessedDay:
    """What the journal says of one day of the books."""

    day: date
    decision_id: str
    is_first: bool


class Books(Protocol):
    """The marks of the four books, and the shadow books as they stand.

    What is returned is what the journal witnessed; every reading raises ``BooksCorrupt`` where what
    is stored is something else, or cannot be read.
    """

    def add(self, day: BookDay, books: Sequence[ShadowBook]) -> bool:
        """Store a day and the books after it, with a journal entry; False when it has one."""
        ...

    def latest(self) -> BookDay | None:
        """Return the newest day, or None."""
        ...

    def current(self) -> Sequence[ShadowBook]:
        """Return the shadow books after the newest day; none before the first."""
        ...

    def days(self, *, since: date | None = None, limit: int | None = None) -> Sequence[BookDay]:
        """Return the days, oldest first, from ``since`` on, at most ``limit`` of them."""
        ...

    def damage(self) -> str:
        """Return what of the books is not as it was witnessed; an empty text when they are whole.

        Unlike the rest this raises nothing over damaged books.
        """
        ...

    def witnessed(self) -> Sequence[WitnessedDay]:
        """Return the days that should be there, oldest first, from the journal alone."""
        ...

    def restore(
        self, days: Sequence[BookDay], books: Sequence[ShadowBook], *, at: datetime
    ) -> None:
        """Put days and books in place of what is stored; they must be those that were witnessed.

        Raises:
            BooksCorrupt: they are not; nothing has changed.
        """
        ...

    def begin_anew(self, why: str, *, at: datetime, actor: str) -> None:
        """Drop every day and book; what was marked before counts no more."""
        ...
