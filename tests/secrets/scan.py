"""Looks for secrets in whatever a program left behind, in every form that might hide one."""

import base64
import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

WINDOW = 12
"""So many letters of a secret in a row are a leak, wherever they stand in it."""


class Scan:
    """Knows the secrets of a test."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """Look for ``secrets``."""
        self._needles: dict[str, list[bytes]] = {}
        self.add(secrets)

    def add(self, secrets: Mapping[str, str]) -> None:
        """Look for these as well; each has a name for the failure."""
        for name, secret in secrets.items():
            forms = {form for form in forms_of(secret) if len(form) >= WINDOW}
            assert forms, f"{name} is too short to be looked for"
            self._needles[name] = sorted(forms)

    def leaks(self, what: str, where: str | bytes) -> list[str]:
        """Return which secrets stand in a text or in bytes, and in which form."""
        hay = where.encode("utf-8", "surrogateescape") if isinstance(where, str) else where
        return [
            f"{what} holds {name} as {needle!r}"
            for name, needles in self._needles.items()
            for needle in needles
            if needle in hay
        ]

    def leaks_below(self, folder: Path) -> list[str]:
        """Return which secrets stand in the files below a folder, also inside packed texts."""
        found = []
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name, content = str(path.relative_to(folder)), path.read_bytes()
            found += self.leaks(name, content)
            if content.startswith(b"SQLite format 3"):
                # A long value lies in pieces in the file, so each is read as a whole, too.
                for value in values_of(path):
                    found += self.leaks(f"a value in {name}", value)
            else:
                for text in unpacked(content):
                    found += self.leaks(f"{name}, packed", text)
        return found


def forms_of(secret: str) -> Iterator[bytes]:
    """Yield a secret and its parts as they may be written: plain, quoted, encoded, decoded."""
    for part in _parts_of(secret):
        text = part.encode()
        yield text
        yield json.dumps(part)[1:-1].encode()
        yield json.dumps(part)[1:-1].replace("/", "\\/").encode()
        yield quote(part, safe="").encode()
        yield quote_plus(part).encode()
        yield text.hex().encode()
        yield from _inside_base64(text)
    try:
        meant = base64.b64decode(secret, validate=True)
    except ValueError:
        return
    yield meant
    yield meant.hex().encode()
    yield repr(meant)[2:-1].encode()


def _parts_of(secret: str) -> Iterator[str]:
    yield secret
    if "://" in secret:
        yield secret.rpartition("/")[2]
        return
    yield secret.partition(":")[2]
    yield from (secret[at : at + WINDOW] for at in range(max(len(secret) - WINDOW + 1, 0)))


def _inside_base64(text: bytes) -> Iterator[bytes]:
    """Yield what of a text is seen in base64, wherever in a longer text it begins."""
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + text)
        seen = coded[4 if shift else 0 : len(coded) - 4]
        yield seen
        yield seen.translate(bytes.maketrans(b"+/", b"-_"))


def values_of(database: Path) -> Iterator[bytes]:
    """Yield every text and every packed text of a database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  # its own name
                for value in row:
                    if isinstance(value, str):
                        yield value.encode()
                    elif isinstance(value, bytes):
                        yield value
                        yield from unpacked(value)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield every zlib stream in some bytes: long texts are packed in the database."""
    at = content.find(b"\x78\x9c")
    while at >= 0:
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(content[at:], 5_000_000)
        at = content.find(b"\x78\x9c", at + 1)
