"""Kraken's wire format: errors, parameters of a request, amounts and instants as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]

_TRUE = frozenset({"true", "True", "TRUE", "1"})


class KrakenError(Exception):
    """A refusal in Kraken's words."""

    def __init__(self, text: str) -> None:
        """Keep the words."""
        super().__init__(text)
        self.text = text


def invalid(name: str) -> KrakenError:
    """Return the refusal of one parameter."""
    return KrakenError(f"EGeneral:Invalid arguments:{name}")


def cut(amount: Decimal, decimals: int) -> Decimal:
    """Return ``amount`` with what is beyond ``decimals`` cut off, as Kraken does."""
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)


def text_of(amount: Decimal, decimals: int) -> str:
    """Return ``amount`` with exactly ``decimals`` digits after the point."""
    return f"{cut(amount, decimals):f}"


def digits_after_point(amount: Decimal) -> int:
    """Return how many digits after the point ``amount`` needs."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def stamp(at: datetime) -> float:
    """Return an instant in seconds with four digits, as Kraken writes it."""
    return int(at.timestamp() * 10_000) / 10_000


def number_in(text: str) -> Decimal | None:
    """Return a plain finite number, or None."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@dataclass(frozen=True)
class Params:
    """The parameters of one request, all of them texts.

    Attributes:
        texts: by name; a nested one is named as in a form, ``close[price]``.
        is_strict: whether only a lower-case ``true`` counts as true.
    """

    texts: Mapping[str, str]
    is_strict: bool = False

    def text(self, name: str) -> str | None:
        """Return a parameter; None when it is not given or empty."""
        return self.texts.get(name) or None

    def required(self, name: str) -> str:
        """Return a parameter that must be there.

        Raises:
            KrakenError: it is not.
        """
        text = self.text(name)
        if text is None:
            raise invalid(name)
        return text

    def flag(self, name: str) -> bool:
        """Say whether a parameter is true."""
        text = self.texts.get(name, "")
        return text == "true" if self.is_strict else text in _TRUE

    def integer(self, name: str) -> int | None:
        """Return a whole number; None when it is not given.

        Raises:
            KrakenError: it is not a whole number.
        """
        text = self.text(name)
        if text is None:
            return None
        try:
            return int(text)
        except ValueError:
            raise invalid(name) from None

    def number(self, name: str) -> Decimal | None:
        """Return a number; None when it is not given.

        Raises:
            KrakenError: it is not a plain number.
        """
        text = self.text(name)
        if text is None:
            return None
        number = number_in(text)
        if number is None:
            raise invalid(name)
        return number

    def listed(self, name: str) -> list[str]:
        """Return a comma list."""
        return [part.strip() for part in (self.text(name) or "").split(",") if part.strip()]


def read_body(raw: str, content_type: str) -> dict[str, str]:
    """Return the parameters of a body, a form or a JSON object.

    Raises:
        KrakenError: a JSON body is no object.
    """
    if "json" not in content_type:
        return dict(parse_qsl(raw, keep_blank_values=True))
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise KrakenError("EGeneral:Invalid arguments")
    texts: dict[str, str] = {}
    for name, value in body.items():
        _flatten(texts, str(name), value)
    return texts


def read_instant(text: str) -> datetime | None:
    """Return an RFC 3339 instant, or None; one without a zone is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def _flatten(texts: dict[str, str], name: str, value: object) -> None:
    if isinstance(value, dict):
        for key, part in value.items():
            _flatten(texts, f"{name}[{key}]", part)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            _flatten(texts, f"{name}[{position}]", part)
    elif isinstance(value, bool):
        texts[name] = "true" if value else "false"
    elif value is not None:
        texts[name] = str(value)
