"""Numbers as ccxt hands them on -> Decimal; the one place where it happens."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core.domain.units import ZERO


def decimal_of(value: object) -> Decimal | None:
    """Return a number of the venue exactly as it was written; None when it is none.

    ccxt gives text; a few fees of its own are floats, whose shortest text is what was meant.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def positive(value: object) -> Decimal | None:
    """Return a number of the venue that is above zero, else None."""
    number = decimal_of(value)
    return number if number is not None and number > ZERO else None


def inner(table: object, *names: str) -> Any:  # noqa: ANN401  # whatever the venue says there
    """Return what lies under ``names`` in nested tables, None where one is missing."""
    for name in names:
        if not isinstance(table, Mapping):
            return None
        table = table.get(name)
    return table
