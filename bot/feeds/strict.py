"""Values as a source writes them -> decimals and days, or a sentence on what is wrong with them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

DAY = timedelta(days=1)

_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,3})?", re.ASCII)
_SMALLEST_EXPONENT = -50
_EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)  # the first block; nothing here is older
_AHEAD = timedelta(minutes=10)
_LONGEST = 40


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def midnight(at: datetime) -> datetime:
    """Return the start of the UTC day of an instant."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def shown(value: object) -> str:
    """Return a source's value as it may stand in a message: short and on one line."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = "".join(letter if letter.isprintable() else " " for letter in str(value)[:200])
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f'"{text}"' if isinstance(value, str) else text


class Strict:
    """Reads the values of one answer of one source; on any doubt there is no value."""

    def __init__(self, source: str, now: datetime) -> None:
        """Keep the source's name for messages, and the instant nothing may be later than."""
        self._source = source
        self._now = now

    def malformed(self, field: str, value: object, expected: str) -> FeedUnavailable:
        """Return the error that names the source, the field, the value and what was expected."""
        said = f"{self._source}: {field} is {shown(value)}, expected {expected}"
        return FeedUnavailable(said, trouble=Trouble.MALFORMED)

    def record(self, value: Any, field: str) -> dict[str, Any]:  # noqa: ANN401  # parsed JSON
        """Return a JSON object.

        Raises:
            FeedUnavailable: it is something else.
        """
        if not isinstance(value, dict):
            raise self.malformed(field, value, "an object")
        return value

    def listing(self, value: Any, field: str) -> list[Any]:  # noqa: ANN401  # parsed JSON
        """Return a JSON list.

        Raises:
            FeedUnavailable: it is something else.
        """
        if not isinstance(value, list):
            raise self.malformed(field, value, "a list")
        return value

    def number(
        self,
        value: Any,  # noqa: ANN401  # parsed JSON
        field: str,
        *,
        low: Decimal,
        high: Decimal,
    ) -> Decimal:
        """Return a number, written as a number or a text, from ``low`` to ``high``.

        Raises:
            FeedUnavailable: it is missing, no number, or out of range.
        """
        expected = f"a number from {low} to {high}"
        if not _is_number(value):
            raise self.malformed(field, value, expected)
        number = Decimal(value)
        # A number of a thousand decimals may well be in range, but nobody meant it.
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < _SMALLEST_EXPONENT:
            raise self.malformed(field, value, expected)
        if not low <= number <= high:
            raise self.malformed(field, value, expected)
        return number

    def unix(self, value: Any, field: str) -> datetime:  # noqa: ANN401  # parsed JSON
        """Return the instant that whole seconds since 1970 stand for.

        Raises:
            FeedUnavailable: no such number, before 2009, or in the future.
        """
        expected = "seconds since 1970, not in the future"
        highest = Decimal(int((self._now + _AHEAD).timestamp()))
        try:
            seconds = self.number(value, field, low=Decimal(0), high=highest)
        except FeedUnavailable:
            raise self.malformed(field, value, expected) from None
        if seconds != seconds.to_integral_value():
            raise self.malformed(field, value, expected)
        return self._believed(datetime.fromtimestamp(int(seconds), UTC), field, value)

    def iso(self, value: Any, field: str) -> datetime:  # noqa: ANN401  # parsed JSON
        """Return the instant of a text like 2024-01-31T00:00:00.000000000Z.

        Raises:
            FeedUnavailable: no such text, no zone, before 2009, or in the future.
        """
        expected = "a time with its zone, not in the future"
        try:
            at = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.malformed(field, value, expected) from None
        if at.tzinfo is None:
            raise self.malformed(field, value, expected)
        return self._believed(at.astimezone(UTC), field, value)

    def day(self, at: datetime, field: str) -> datetime:
        """Return an instant that must be the start of a UTC day.

        Raises:
            FeedUnavailable: it is in the middle of one, so the value is not a day's.
        """
        if at != midnight(at):
            raise self.malformed(field, f"{at:%Y-%m-%d %H:%M:%S}", "the start of a UTC day")
        return at

    def by_day(
        self, rows: Iterable[tuple[datetime, Decimal]], field: str
    ) -> tuple[tuple[datetime, Decimal], ...]:
        """Return the values by day, oldest first; a day that is told twice alike counts once.

        Raises:
            FeedUnavailable: a day has two values.
        """
        values: dict[datetime, Decimal] = {}
        for day, value in rows:
            if values.setdefault(day, value) != value:
                two = f"{values[day]} and {value} on {day:%Y-%m-%d}"
                raise self.malformed(field, two, "one value a day")
        return tuple(sorted(values.items()))

    def _believed(self, at: datetime, field: str, value: object) -> datetime:
        if not _EARLIEST <= at <= self._now + _AHEAD:
            raise self.malformed(field, value, "a time since 2009, not in the future")
        return at
