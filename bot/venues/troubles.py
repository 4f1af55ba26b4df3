"""What ccxt raises -> one word for why a venue gave nothing, and a sentence without addresses."""

import re
from collections.abc import Iterator

from core.domain.errors import FeedUnavailable
from core.domain.readings import Trouble

MISREAD = (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError)
"""What ccxt's parsers raise on an answer that is not shaped as they expect."""

_BY_CLASS = {
    "RateLimitExceeded": Trouble.LIMITED,
    "DDoSProtection": Trouble.LIMITED,
    "AuthenticationError": Trouble.REFUSED,
    "RestrictedLocation": Trouble.REFUSED,
    "BadResponse": Trouble.MALFORMED,
    "OperationFailed": Trouble.DOWN,
    "ExchangeClosedByUser": Trouble.DOWN,
    "ExchangeError": Trouble.REFUSED,
}
"""ccxt's classes, by name so that nothing is imported; the most specific one decides."""

_BUSY = re.compile(r"throttled|rate limit|too many requests", re.IGNORECASE)
_ADDRESS = re.compile(r"\S+://\S+")
_TAG = re.compile(r"<[^>]*>?")
# ccxt begins with its own name of the venue and the method: "binance GET https://…".
_LEAD = re.compile(r"^[a-z]+ (?=GET|POST|\{|\d)(?:GET|POST)?\s*")
_MOST = 120

_SENTENCES = {
    Trouble.LIMITED: "asks for fewer questions",
    Trouble.REFUSED: "refused the question",
    Trouble.MALFORMED: "gave an answer that cannot be read",
    Trouble.DOWN: "did not answer",
}


def unavailable(title: str, error: Exception) -> FeedUnavailable:
    """Return what a venue's error means here.

    Args:
        title: the venue's name in a sentence.
        error: one of ccxt's, or one of ``MISREAD``.
    """
    trouble = _trouble_of(error)
    detail = _detail_of(error)
    told = f"{type(error).__name__}: {detail}" if detail else type(error).__name__
    return FeedUnavailable(f"{title} {_SENTENCES[trouble]} ({told})", trouble=trouble)


def malformed(message: str) -> FeedUnavailable:
    """Return the error for an answer that cannot be believed."""
    return FeedUnavailable(message, trouble=Trouble.MALFORMED)


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, OSError):
        return Trouble.DOWN
    if isinstance(error, MISREAD):
        return Trouble.MALFORMED
    if _BUSY.search(str(error)):
        return Trouble.LIMITED
    name = next(name for name in _names_of(error) if name in _BY_CLASS)
    if type(error).__name__ == "ExchangeError" and error.__cause__ is not None:
        # A body that ends before its announced length; a plain error without a cause is an answer.
        return Trouble.MALFORMED
    return _BY_CLASS[name]


def _names_of(error: Exception) -> Iterator[str]:
    """Yield the error's class and its parents, the last of them one that the table knows."""
    for kind in type(error).__mro__:
        yield kind.__name__
    yield "ExchangeError"


def _detail_of(error: Exception) -> str:
    """Return what the venue said, without ccxt's lead, addresses, markup and length."""
    bare = _TAG.sub(" ", _ADDRESS.sub(" ", _LEAD.sub("", str(error))))
    words = " ".join(bare.split())
    return words if len(words) <= _MOST else f"{words[:_MOST]}…"
