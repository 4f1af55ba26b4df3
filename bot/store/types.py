"""Column types: how an amount, an instant, a state or a long text stands in the database."""

import zlib
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy import Dialect, LargeBinary, Text
from sqlalchemy.types import TypeDecorator

from core.domain.units import text_of

E = TypeVar("E", bound=StrEnum)


class DecimalText(TypeDecorator[Decimal]):
    """An amount as its one exact text, whatever its length; a float is refused."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Return the text of ``value``.

        Raises:
            TypeError: it is no ``Decimal``, or no finite one.
        """
        del dialect
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise TypeError(f"{value!r} is not an exact amount")
        return text_of(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Return the amount whose text is ``value``."""
        del dialect
        return None if value is None else Decimal(value)


class InstantText(TypeDecorator[datetime]):
    """An instant as ISO 8601 in UTC, always 27 characters, so that texts sort as instants do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of ``value``.

        Raises:
            TypeError: it is no aware instant.
        """
        del dialect
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise TypeError(f"{value!r} is not an instant with a time zone")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the instant whose text is ``value``."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class MemberText(TypeDecorator[E], Generic[E]):
    """A member of one enumeration as its value; anything else is refused."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[E]) -> None:
        """Hold the enumeration whose members may stand in the column."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Return the value of the member.

        Raises:
            ValueError: it is no member of the enumeration.
        """
        del dialect
        return None if value is None else self.members(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        """Return the member whose value stands there."""
        del dialect
        return None if value is None else self.members(value)


class PackedText(TypeDecorator[str]):
    """A long text, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Return ``value`` compressed."""
        del dialect
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Return the text that was compressed."""
        del dialect
        return None if value is None else zlib.decompress(value).decode()
