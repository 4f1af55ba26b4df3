"""Pages of 50 rows, newest first, as Kraken's histories give them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tests.emulators.kraken.wire import Json, Params, invalid, number_in

PAGE = 50

Row = TypeVar("Row")


@dataclass(frozen=True)
class Span:
    """What ``start`` (exclusive) and ``end`` (inclusive) let through, in seconds."""

    start: float | None
    end: float | None

    def holds(self, at: datetime) -> bool:
        """Say whether an instant is in it."""
        second = at.timestamp()
        after = self.start is None or second > self.start
        return after and (self.end is None or second <= self.end)


def span(params: Params, at_of: Callable[[str], datetime | None]) -> Span:
    """Return the span of a request; a bound is a time in seconds or the id of a row.

    Args:
        params: of the request.
        at_of: the instant of a row's id; None when there is no such row.

    Raises:
        KrakenError: a bound is neither.
    """
    return Span(_bound(params, "start", at_of), _bound(params, "end", at_of))


def page(
    rows: Sequence[Row], params: Params, name: str, told: Callable[[Row], tuple[str, Json]]
) -> Json:
    """Return the rows that a request asks for under ``name``, with their number.

    Args:
        rows: all that match, newest first.
        params: ``ofs`` = rows to leave out; ``without_count`` = leave the number out.
        name: the key of the rows.
        told: a row's id and shape.
    """
    offset = params.integer("ofs") or 0
    if offset < 0:
        raise invalid("ofs")
    result: Json = {name: dict(told(row) for row in rows[offset : offset + PAGE])}
    if not params.flag("without_count"):
        result["count"] = len(rows)
    return result


def _bound(params: Params, name: str, at_of: Callable[[str], datetime | None]) -> float | None:
    text = params.text(name)
    if text is None:
        return None
    number = number_in(text)
    if number is not None:
        return float(number) or None
    at = at_of(text)
    if at is None:
        raise invalid(name)
    return at.timestamp()
