"""The shadow books as they are stored: a row for each day, and the books as they stand."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from core.simulation.books import BookDay, ShadowBook


class Books(Protocol):
    """The marks of the four books, and the shadow books as they stand."""

    def add(self, day: BookDay, books: Sequence[ShadowBook]) -> bool:
        """Store a day and the books after it, with a journal entry; False when it has one."""
        ...

    def latest(self) -> BookDay | None:
        """Return the newest day, or None."""
        ...

    def current(self) -> Sequence[ShadowBook]:
        """Return the shadow books after the newest day; none before the first."""
        ...

    def days(self, *, since: date | None = None) -> Sequence[BookDay]:
        """Return the days, oldest first, from ``since`` on."""
        ...
