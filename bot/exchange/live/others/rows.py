"""Rows of an answer about an account, read strictly: the text, number or instant, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.exchange.live.amounts import amount_of, count_of
from bot.exchange.live.numbers import inner
from bot.venues.troubles import malformed
from core.domain.errors import FeedUnavailable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = 10**14


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer; what it lacks is an error that names it.

    Attributes:
        what: the row in a sentence, such as "Binance's list of deposits".
        told: as the venue told it.
    """

    what: str
    told: object

    def __post_init__(self) -> None:
        """Refuse what is no row.

        Raises:
            FeedUnavailable: it is none.
        """
        if not isinstance(self.told, Mapping):
            raise malformed(f"{self.what} has a row without content")

    def has(self, *names: str) -> bool:
        """Say whether there is something under these nested names."""
        return inner(self.told, *names) is not None

    def text(self, *names: str) -> str:
        """Return a text that is not empty; a whole number is one as well."""
        value = inner(self.told, *names)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value:
            raise self._odd(names)
        return value

    def amount(self, *names: str) -> Decimal:
        """Return an amount with its sign."""
        number = amount_of(inner(self.told, *names))
        if number is None:
            raise self._odd(names)
        return number

    def size(self, *names: str) -> Decimal:
        """Return an amount that is not below zero."""
        number = self.amount(*names)
        if number < 0:
            raise self._odd(names)
        return number

    def flag(self, *names: str) -> bool:
        """Return a yes or no."""
        value = inner(self.told, *names)
        if not isinstance(value, bool):
            raise self._odd(names)
        return value

    def count(self, *names: str) -> int:
        """Return a whole number from zero on."""
        number = count_of(inner(self.told, *names))
        if number is None:
            raise self._odd(names)
        return number

    def millisecond(self, *names: str) -> datetime:
        """Return the instant of milliseconds since 1970."""
        number = self.count(*names)
        if not 0 < number < _FAR:
            raise self._odd(names)
        return _EPOCH + timedelta(milliseconds=number)

    def instant(self, *names: str) -> datetime:
        """Return the instant of a text such as 2026-03-02T09:30:00Z; without a zone it is UTC."""
        try:
            found = datetime.fromisoformat(self.text(*names))
        except ValueError:
            raise self._odd(names) from None
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

    def _odd(self, names: tuple[str, ...]) -> FeedUnavailable:
        return malformed(f"{self.what} has a row whose {'.'.join(names)!r} cannot be read")


def rows_of(answer: Any, what: str, key: str | None = None) -> list[Row]:  # noqa: ANN401
    """Return the rows of an answer.

    Args:
        answer: as the venue told it.
        what: the list in a sentence.
        key: under which they lie; None = the answer is the list.

    Raises:
        FeedUnavailable: there is no list.
    """
    told = answer if key is None else inner(answer, key)
    if not isinstance(told, list):
        raise malformed(f"{what} is no list")
    return [Row(what, row) for row in told]


def millis(at: datetime) -> str:
    """Return an instant as a venue wants it: whole milliseconds since 1970, as text."""
    return str((at - _EPOCH) // timedelta(milliseconds=1))
