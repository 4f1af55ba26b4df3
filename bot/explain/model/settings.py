"""Where the language model stands, and how much of it there may be."""

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from pydantic import SecretStr

from bot.explain.template import SOURCE
from core.domain.errors import InputInvalid

# A name or an IPv4 address, its labels as the domain name system has them, or an IPv6 address.
_HOST = re.compile(rb"([0-9a-z_-]{1,63}\.)*[0-9a-z_-]{1,63}\.?|[0-9a-f.]*:[0-9a-f.:]+")

LONGEST_NAME: Final = 253
LAST_PORT: Final = 65535


class Form(StrEnum):
    """How a server is told the form of an answer; ``AUTO`` finds out from its refusals."""

    AUTO = "auto"
    SCHEMA = "schema"
    OBJECT = "object"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """One model behind one server.

    Attributes:
        base_url: where Chat Completions are, mostly ending in ``/v1``.
        model: its name, as the server knows it.
        key: None where the server asks for none; never shown.
        json: how the form of an answer is asked for.
        seconds: the longest one call may take.
        first_seconds: the longest the warm-up may take, while a local server loads its model.
        max_tokens: the room an answer has at the least; a model that thinks first needs more.
        price_in, price_out: US dollars per million tokens, for servers that name no cost.
        calls_per_day: the most calls of a UTC day.
        dollars_per_day: the most US dollars of a UTC day, as far as costs are known.

    Raises:
        InputInvalid: a value that cannot be used; the key is named, never shown.

    Source: METHODS 7.8.
    """

    base_url: str
    model: str
    key: SecretStr | None = None
    json: Form = Form.AUTO
    seconds: float = 8
    first_seconds: float = 180
    max_tokens: int = 350
    price_in: Decimal | None = None
    price_out: Decimal | None = None
    calls_per_day: int = 50
    dollars_per_day: Decimal = Decimal("1.00")

    def __post_init__(self) -> None:
        """Refuse what no call could be made with."""
        problems = [text for text in (self._address(), self._key(), *self._figures()) if text]
        if not self.model.strip() or not self.model.isprintable():
            problems.append("model is empty or not readable; give the name the server knows it by")
        if self.model.strip().casefold() == SOURCE:
            # Who reads a record would take its texts for code's.
            problems.append(f"model is {self.model!r}, as the bot's own words are called")
        if problems:
            raise InputInvalid(*problems)

    def _address(self) -> str:
        # The library takes a quarter of a second to load: only who has a model shall wait for it.
        import httpx2  # noqa: PLC0415

        expected = "expected something like http://127.0.0.1:11434/v1"
        if "@" in self.base_url:
            # A secret in an address would be written down with it.
            return "base_url holds a user name or password; give the secret as the key"
        if "?" in self.base_url or "#" in self.base_url:
            return f"base_url holds a question mark or hash; {expected}"
        try:
            url = httpx2.URL(self.base_url)
        except httpx2.InvalidURL:
            return f"base_url is no address: {self.base_url!r}; {expected}"
        is_place = len(url.raw_host) <= LONGEST_NAME and _HOST.fullmatch(url.raw_host)
        is_port = url.port is None or 0 < url.port <= LAST_PORT
        is_usable = url.scheme in ("http", "https") and is_place and is_port
        return "" if is_usable else f"base_url is {self.base_url!r}; {expected}"

    def _key(self) -> str:
        # A header takes nothing else, and the error that says so would quote the key.
        text = "" if self.key is None else self.key.get_secret_value()
        if self.key is None or (text and text.isascii() and text.isprintable() and " " not in text):
            return ""
        return "the key is empty or holds a space, line break or foreign letter; copy it once more"

    def _figures(self) -> list[str]:
        problems = [
            f"{name} is {value}; expected more than nothing"
            for name, value in (
                ("seconds", self.seconds),
                ("first_seconds", self.first_seconds),
                ("max_tokens", self.max_tokens),
            )
            if not (math.isfinite(value) and value > 0)
        ]
        amounts = {
            "price_in": self.price_in,
            "price_out": self.price_out,
            "dollars_per_day": self.dollars_per_day,
            "calls_per_day": Decimal(self.calls_per_day),
        }
        problems += [
            f"{name} is {amount}; expected zero or more"
            for name, amount in amounts.items()
            if amount is not None and not (amount.is_finite() and amount >= 0)
        ]
        return problems
