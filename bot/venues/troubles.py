"""What ccxt raises -> one word for why a venue gave nothing, and a sentence without addresses."""

import re
from collections.abc import Iterator, Mapping

from bot.venues.credentials import ApiKey
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
# A signature, or a key in some other form: no sentence has such a word.
_CODE = re.compile(r"[A-Za-z0-9+/=_%\\-]{40,}")
_TAG = re.compile(r"<[^>]*>?")
# ccxt begins with its own name of the venue and the method: "binance GET https://…".
_LEAD = re.compile(r"^[a-z]+ (?=GET|POST|\{|\d)(?:GET|POST)?\s*")
_MOST = 120

_SERVER_FAULT = 500
_TIMED_OUT = 408

_SENTENCES = {
    Trouble.LIMITED: "asks for fewer questions",
    Trouble.REFUSED: "refused the question",
    Trouble.MALFORMED: "gave an answer that cannot be read",
    Trouble.DOWN: "did not answer",
}


class VenueRefusal(FeedUnavailable):
    """The venue itself said no, in its own words; nothing stood beside them in its answer.

    Attributes:
        words: what it said, one text per objection; never empty.
    """

    def __init__(self, message: str, *, trouble: str, words: tuple[str, ...]) -> None:
        """Keep the sentence, the word for why, and the venue's words."""
        super().__init__(message, trouble=trouble)
        self.words = words


def words_of(status: int, answer: object, venue: str = "kraken") -> tuple[str, ...]:
    """Return a venue's own words of refusal; empty where they prove nothing.

    They do not under a status that tells of a fault or of a lost answer, nor beside a result.

    Args:
        status: of HTTP.
        answer: the body, parsed.
        venue: its name; each has its own shape, and another one may be somebody's in between.
    """
    if status >= _SERVER_FAULT or status == _TIMED_OUT:
        return ()
    if not isinstance(answer, dict) or answer.get("result"):
        return ()
    if venue != "kraken":
        return tuple(_named_words(answer))
    words = answer.get("error")
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        return ()
    return tuple(words)


def _named_words(answer: Mapping[str, object]) -> Iterator[str]:
    """Yield what Binance says with a code, and Coinbase with a name or a list of them."""
    listed = answer.get("errors")
    for row in listed if isinstance(listed, list) else [answer]:
        if not isinstance(row, dict):
            continue
        name = row.get("error") or row.get("id") or row.get("code")
        said = row.get("msg") or row.get("message") or row.get("error_description")
        if isinstance(name, str | int) and isinstance(said, str | None):
            yield f"{name}: {said}" if said else str(name)


def unavailable(
    title: str, error: Exception, *, key: ApiKey | None = None, words: tuple[str, ...] = ()
) -> FeedUnavailable:
    """Return what a venue's error means here.

    Args:
        title: the venue's name in a sentence.
        error: one of ccxt's, or one of ``MISREAD``.
        key: what must not be told, should the venue repeat it.
        words: what the venue said in refusing, where it did.
    """
    trouble = _trouble_of(error)
    detail = _detail_of(error, key)
    told = f"{type(error).__name__}: {detail}" if detail else type(error).__name__
    message = f"{title} {_SENTENCES[trouble]} ({told})"
    if words:
        return VenueRefusal(message, trouble=trouble, words=tuple(_bare(w, key) for w in words))
    return FeedUnavailable(message, trouble=trouble)


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


def _detail_of(error: Exception, key: ApiKey | None) -> str:
    """Return what the venue said, without ccxt's lead, addresses, markup, keys and length."""
    said = _ADDRESS.sub(" ", _LEAD.sub("", _bare(str(error), key)))
    bare = _TAG.sub(" ", said)
    words = " ".join(bare.split())
    return words if len(words) <= _MOST else f"{words[:_MOST]}…"


def _bare(said: str, key: ApiKey | None) -> str:
    """Return what a venue said without a key in it, and without what may be one in other form."""
    return _CODE.sub("[code]", said if key is None else key.scrubbed(said))
