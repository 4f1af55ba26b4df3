"""One question to a web service: what is asked, what may be told of it, how its answer is read."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

_WHOLE_SECONDS = re.compile(r"\d{1,9}")
_SHORTEST_SECRET = 6


@dataclass(frozen=True, slots=True)
class Question:
    """One request.

    Attributes:
        method, url: GET or POST, and where.
        headers: the key.
        body: what is posted.
        also: statuses beside 200 whose body is an answer.
    """

    method: str
    url: httpx.URL
    headers: Mapping[str, str]
    body: Any = None
    also: Collection[int] = ()

    def trouble(self, what: str, trouble: Trouble) -> FeedUnavailable:
        """Return the error that names the place but neither its query nor a header."""
        said = self.without_keys(f"{self.url.host}{self.url.path} {what}".encode()).decode()
        return FeedUnavailable(said, trouble=trouble)

    def without_keys(self, body: bytes) -> bytes:
        """Return an answer in which no header value of the question stands."""
        for value in self.headers.values():
            for secret in (value, value.rpartition(" ")[2]):
                if len(secret) >= _SHORTEST_SECRET:
                    body = body.replace(secret.encode(), b"***")
        return body

    def moved(self, location: str) -> "Question":
        """Return the question for the new address, which must be on the same host.

        Raises:
            FeedUnavailable: it is elsewhere, shows the key, or is none.
        """
        try:
            target = self.url.join(location)
        except httpx.InvalidURL as error:
            raise self.trouble("moved to no address", Trouble.MALFORMED) from error
        here = self.url
        is_same = (target.scheme, target.host, target.port) == (here.scheme, here.host, here.port)
        is_safer = target.scheme == "https" and target.host == here.host and target.port is None
        if not (is_same or is_safer):
            raise self.trouble("wanted to send us to another host", Trouble.MALFORMED)
        address = str(target).encode()
        if self.without_keys(address) != address:  # addresses are logged
            raise self.trouble("wanted the key in an address", Trouble.MALFORMED)
        return replace(self, url=target)

    def parsed(self, body: bytes) -> Any:  # noqa: ANN401  # JSON of any shape
        """Return the answer with every number as a decimal.

        Raises:
            FeedUnavailable: it is not JSON, or holds a NaN or an infinity.
        """
        if body.lstrip()[:1] == b"<":
            raise self.trouble("sent a web page instead of data", Trouble.MALFORMED)
        try:
            return json.loads(
                body, parse_float=_decimal, parse_int=_decimal, parse_constant=_no_number
            )
        except (ValueError, RecursionError) as error:
            raise self.trouble("sent something that is not JSON", Trouble.MALFORMED) from error


def seconds_until(text: str, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, None when it asks for nothing."""
    if _WHOLE_SECONDS.fullmatch(text.strip()):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text[:40]) from error


def _no_number(text: str) -> Decimal:
    """Refuse NaN and the infinities, which JSON does not know."""
    raise ValueError(text)
