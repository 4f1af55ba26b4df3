"""A systemd unit file, read as far as its tests need it."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Line(NamedTuple):
    """One assignment."""

    section: str
    key: str
    value: str


def lines_of(path: Path) -> tuple[Line, ...]:
    """Return every assignment of a unit file; a line that is none of what it may be is an error."""
    return tuple(_lines(path.read_text(encoding="utf-8")))


def _lines(text: str) -> Iterator[Line]:
    section = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if line.startswith("["):
            assert line.endswith("]"), line
            section = line[1:-1]
            continue
        key, found, value = line.partition("=")
        assert found, line
        assert section, line
        yield Line(section, key, value)
