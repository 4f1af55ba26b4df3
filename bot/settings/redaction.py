"""Secrets stay out of everything the program writes: logs, tracebacks, the journal and messages.

Whoever reads a secret hides it first; from then on it is replaced wherever text leaves, in each of
the forms that a library or a venue may give it.
"""

import base64
import html
import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from pydantic import SecretStr

from bot.settings.loading import Settings

MASK = "<secret>"
SHORTEST = 8
"""What is shorter stands in ordinary text by chance, and is no secret worth the name."""
CHATTY = ("httpx", "httpcore", "httpx2", "httpcore2", "openai", "aiohttp", "hpack")
"""Libraries that log every address they call, the token in it, or the headers, with the key."""

_forms: list[str] = []


def hide(secret: str) -> None:
    """Replace ``secret`` in everything that is written from now on, and quieten those who chat."""
    if not _forms:
        _install()
    known = {*_forms, *_forms_of(secret)}
    # The longest first: a part of a secret must not be replaced before the whole.
    _forms[:] = sorted(known, key=len, reverse=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide_secrets_of(settings: Settings) -> None:
    """Hide every secret that stands in the settings."""
    pairs = [pair for pair in (settings.trading_key, settings.reading_key) if pair is not None]
    secrets: list[SecretStr | None] = [
        settings.telegram_token,
        settings.glassnode_key,
        settings.santiment_key,
        settings.model_key,
        *(half for pair in pairs for half in (pair.public, pair.secret)),
    ]
    for secret in secrets:
        if secret is not None:
            hide(secret.get_secret_value())
    if address := settings.file.health.heartbeat_url:
        hide(address)


def redacted(text: str) -> str:
    """Return ``text`` without the hidden secrets."""
    for form in _forms:
        text = text.replace(form, MASK)
    return text


def guard_tracebacks() -> None:
    """Print the traceback of an error that ends the program, or a thread, without secrets."""

    def on_error(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        sys.stderr.write(redacted("".join(traceback.format_exception(kind, error, trace))))

    def on_thread(failed: Any) -> None:  # noqa: ANN401  # threading's own type
        if failed.exc_value is not None:
            on_error(failed.exc_type, failed.exc_value, failed.exc_traceback)

    def on_unraisable(failed: Any) -> None:  # noqa: ANN401  # sys' own type
        if failed.exc_value is not None:
            on_error(failed.exc_type, failed.exc_value, failed.exc_traceback)

    sys.excepthook = on_error
    threading.excepthook = on_thread
    sys.unraisablehook = on_unraisable


def _forms_of(secret: str) -> set[str]:
    """Return a secret and its parts that tell it, each in every form that may be written."""
    return {
        form for part in _parts_of(secret) for form in _ways_to_write(part) if len(form) >= SHORTEST
    }


def _parts_of(secret: str) -> Iterator[str]:
    yield secret
    if "://" in secret:
        address = urlsplit(secret)
        yield address.path
        # The last part of a path is what such an address keeps to itself.
        yield address.path.rpartition("/")[2]
        yield address.query
        return
    # The number in front of a token is known to everybody, and what follows is the secret.
    yield secret.partition(":")[2]
    if "\n" in secret:
        yield from (line for line in secret.splitlines() if not line.startswith("-----"))


def _ways_to_write(part: str) -> Iterator[str]:
    as_json = json.dumps(part)[1:-1]
    yield from (part, as_json, as_json.replace("/", "\\/"), repr(part)[1:-1], html.escape(part))
    yield from (quote(part), quote(part, safe=""), quote_plus(part))
    raw = part.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")
    yield raw.hex()


def _install() -> None:
    make = logging.getLogRecordFactory()

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401  # logging's
        return _clean(make(*args, **kwargs))

    logging.setLogRecordFactory(make_redacted)


def _clean(record: logging.LogRecord) -> logging.LogRecord:
    """Rewrite a record that would show a secret; leave every other one as it is."""
    words = _words_of(record.getMessage)
    if words is None or words != redacted(words):
        record.msg = redacted(str(record.msg) if words is None else words)
        record.args = _clean_args(record.args) if words is None else ()
    if record.exc_info:
        trace = logging.Formatter().formatException(record.exc_info)
        if trace != redacted(trace):
            # Handlers print a ready text as it is, and look at the exception only without one.
            record.exc_text, record.exc_info = redacted(trace), None
    if record.stack_info:
        record.stack_info = redacted(record.stack_info)
    return record


def _clean_args(args: Any) -> Any:  # noqa: ANN401  # logging's own shapes
    """Return the arguments of a line that cannot be finished; a handler prints them as given."""
    if isinstance(args, dict):
        return {name: redacted(str(value)) for name, value in args.items()}
    return tuple(redacted(str(value)) for value in args or ())


def _words_of(message: Callable[[], str]) -> str | None:
    """Return the finished line, or None for one that cannot be finished."""
    try:
        return message()
    except (TypeError, ValueError, KeyError):
        return None
