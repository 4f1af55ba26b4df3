"""Secrets stay out of every log line, whoever writes it."""

import logging
from collections.abc import Callable
from typing import Any

MASK = "<secret>"
CHATTY = ("httpx", "httpcore")
"""Libraries that log every address they call, the token in it."""

_secrets: set[str] = set()


def hide(secret: str) -> None:
    """Replace ``secret`` in every log record made from now on, and quieten those who chat."""
    if not _secrets:
        _install()
    _secrets.add(secret)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def redacted(text: str) -> str:
    """Return ``text`` without the hidden secrets."""
    for secret in _secrets:
        text = text.replace(secret, MASK)
    return text


def _install() -> None:
    make = logging.getLogRecordFactory()

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401  # logging's
        return _clean(make(*args, **kwargs))

    logging.setLogRecordFactory(make_redacted)


def _clean(record: logging.LogRecord) -> logging.LogRecord:
    """Rewrite a record that would show a secret; leave every other one as it is."""
    words = _words_of(record.getMessage)
    if words != redacted(words):
        record.msg, record.args = redacted(words), ()
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        if trace != redacted(trace):
            # Handlers print a ready text as it is, and look at the exception only without one.
            record.exc_text, record.exc_info = redacted(trace), None
    return record


def _words_of(message: Callable[[], str]) -> str:
    """Return the finished line; one that cannot be finished is its handler's to complain of."""
    try:
        return message()
    except (TypeError, ValueError):
        return ""
