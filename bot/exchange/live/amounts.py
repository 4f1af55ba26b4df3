"""What Kraken tells of an account -> exact numbers and instants, or nothing at all."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_AMOUNT = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,18})?")
_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROS = 1_000_000


def amount_of(value: object) -> Decimal | None:
    """Return an amount that came as text; None for anything else.

    A number that is no text has gone through a float and may have lost digits. The text must be
    plain: no exponent, no NaN, no infinity, no spaces.
    """
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return None
    return Decimal(value)


def instant_of(value: object) -> datetime | None:
    """Return the instant of seconds since 1970, a number or a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    if not _SECONDS.fullmatch(text):
        return None
    return _EPOCH + timedelta(microseconds=int(Decimal(text) * _MICROS))


def count_of(value: object) -> int | None:
    """Return a whole number from zero on, a number or a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else None
